import path from 'node:path';
import { expect, test } from '@jest/globals';
import { isShortForm } from '#test/kit/short-form.ts';
import { stateFolder } from '../../local/state-folder.ts';
import { type RandomOptions, runRandom } from './random/run-random.ts';

// The longer form, with every pair: `npm run test:faults -- --seed S --minutes M`.

type Form = Pick<RandomOptions, 'seed' | 'minutes' | 'pairs' | 'only' | 'alters' | 'checkEveryMs'>;

/**
 * Half a minute, in which a consumer is killed in its COMMIT, the session that reads the log is ended, and a consumer is killed after its
 * COMMIT. What makes health checks and incidents wait is left to the usual form.
 */
const shortForm: Form = {
  ...{ seed: 16, minutes: 0.5, pairs: ['postgresql-mariadb'], alters: false, checkEveryMs: 10_000 },
  only: [
    ...['consumer-killed', 'killed-before-commit', 'killed-in-commit', 'killed-after-commit'],
    ...['consumer-twice', 'source-log-session-ended', 'connector-paused', 'target-cut', 'schedule-twice'],
  ],
};
const usualForm: Form = {
  ...{ seed: 11, minutes: 1.5, pairs: ['postgresql-mariadb', 'mariadb-postgresql'], alters: true },
};

test('faults at random on the whole product: nothing lost, doubled or invented, and no wrong green light', async () => {
  const result = await runRandom({
    ...(isShortForm ? shortForm : usualForm),
    folder: stateFolder(path.resolve(import.meta.dirname, '..', '..', '.millrace', 'faults')),
    say: (line) => process.stdout.write(`${line}\n`),
  });
  expect(result.problems).toEqual([]);
  expect(result).toMatchObject({ lost: 0, doubled: 0, phantom: 0, wrongGreenSeconds: 0 });
  // A run in which nothing happened proves nothing.
  expect(result.commits).toBeGreaterThan(isShortForm ? 300 : 1_000);
  const done = result.faults.filter(({ outcome }) => outcome === 'done');
  expect(done.length).toBeGreaterThan(isShortForm ? 2 : 3);
}, 1_800_000);
