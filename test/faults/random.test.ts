import path from 'node:path';
import { expect } from '@jest/globals';
import { testInLongForm } from '#test/kit/short-form.ts';
import { stateFolder } from '../../local/state-folder.ts';
import { runRandom } from './random/run-random.ts';

// The longer form, with every pair and schema changes: `npm run test:faults -- --seed S --minutes M`.

testInLongForm(
  'faults at random on the whole product: nothing lost, doubled or invented, and no wrong green light',
  async () => {
    const result = await runRandom({
      ...{ seed: 11, minutes: 1.5, pairs: ['postgresql-mariadb', 'mariadb-postgresql'], alters: true },
      folder: stateFolder(path.resolve(import.meta.dirname, '..', '..', '.millrace', 'faults')),
      say: (line) => process.stdout.write(`${line}\n`),
    });
    expect(result.problems).toEqual([]);
    expect(result).toMatchObject({ lost: 0, doubled: 0, phantom: 0, wrongGreenSeconds: 0 });
    // A run in which nothing happened proves nothing.
    expect(result.commits).toBeGreaterThan(1_000);
    expect(result.faults.filter(({ outcome }) => outcome === 'done').length).toBeGreaterThan(3);
  },
  1_800_000,
);
