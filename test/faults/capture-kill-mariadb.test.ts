import { expect, test } from '@jest/globals';
import { runCaptureKill } from './capture-kill/capture-kill.ts';
import { startMariadbSource } from './capture-kill/mariadb-source.ts';

// The longer form, with every load: `npm run test:faults -- capture-kill`.

test('MariaDB: sessions that end, workers and servers that are killed lose no row', async () => {
  const figures = await runCaptureKill(startMariadbSource, {
    interruptions: ['session', 'worker', 'source'],
    times: 3,
  });
  expect(figures).toMatchObject({ kills: 3, lost: 0, extra: 0 });
}, 900_000);
