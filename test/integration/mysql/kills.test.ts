import { expect, test } from '@jest/globals';
import { runCaptureKill } from '../../faults/capture-kill/capture-kill.ts';
import { startMysqlSource } from '../../faults/capture-kill/mysql-source.ts';
import { testInLongForm } from '../../kit/short-form.ts';
import { kinds, withoutMysql } from './mysql-servers.ts';

// The longer form: `npm run test:faults -- capture-kill --source mysql mysql-without-gtids`. For MariaDB, which always has GTIDs, see test/faults.

if (withoutMysql !== undefined) test.skip(withoutMysql, () => undefined);

for (const kind of kinds.filter((one) => one === 'mysql')) {
  testInLongForm.each(['ON', 'OFF'] as const)(
    `a capture of ${kind} with gtid_mode %s loses no row to sessions that end, workers and servers that are killed`,
    async (gtidMode) => {
      const figures = await runCaptureKill(() => startMysqlSource(gtidMode), {
        interruptions: ['session', 'worker', 'source'],
        times: 3,
      });
      expect(figures).toMatchObject({ kills: 3, lost: 0, extra: 0 });
    },
    900_000,
  );
}
