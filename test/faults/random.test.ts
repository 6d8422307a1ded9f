import path from 'node:path';
import { expect, test } from '@jest/globals';
import { isShortForm } from '#test/kit/short-form.ts';
import { stateFolder } from '../../local/state-folder.ts';
import { type RandomOptions, runRandom } from './random/run-random.ts';

// The longer form, with every pair: `npm run test:faults -- --seed S --minutes M`.

type Form = Pick<RandomOptions, 'seed' | 'minutes' | 'pairs' | 'only'>;

/** Half a minute of faults, after which everything is back soon. */
const shortForm: Form = {
  ...{ seed: 10, minutes: 0.5, pairs: ['postgresql-mariadb'] },
  only: [
    ...[
      'consumer-killed',
      'killed-before-commit',
      'killed-in-commit',
      'killed-after-commit',
      'consumer-twice',
    ],
    ...['source-log-session-ended', 'connector-paused', 'target-full', 'target-cut', 'schedule-twice'],
  ],
};
const usualForm: Form = {
  ...{ seed: 11, minutes: 1.5, pairs: ['postgresql-mariadb', 'mariadb-postgresql'] },
};

test('faults at random on the whole product: nothing lost, doubled or invented, and no wrong green light', async () => {
  const result = await runRandom({
    ...{ ...(isShortForm ? shortForm : usualForm), alters: true },
    folder: stateFolder(path.resolve(import.meta.dirname, '..', '..', '.millrace', 'faults')),
    say: (line) => process.stdout.write(`${line}\n`),
  });
  expect(result.problems).toEqual([]);
  expect(result).toMatchObject({ lost: 0, doubled: 0, phantom: 0, wrongGreenSeconds: 0 });
  // A run in which nothing happened proves nothing.
  expect(result.commits).toBeGreaterThan(isShortForm ? 300 : 1_000);
  expect(result.faults.filter(({ outcome }) => outcome === 'done').length).toBeGreaterThan(
    isShortForm ? 1 : 3,
  );
}, 1_800_000);
