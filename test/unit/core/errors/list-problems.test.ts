import { expect, test } from '@jest/globals';
import { listProblems, maxListCharacters } from '#core/errors/list-problems.ts';

test('each problem is a line with its remedy', () => {
  expect(
    listProblems([
      { subject: 'table a', problem: 'It has no key.', remedy: 'Add one.' },
      { subject: 'table b', problem: 'It is a view.' },
    ]),
  ).toBe('- table a: It has no key. Remedy: Add one.\n- table b: It is a view.');
});

test('a thousand problems fit into the cause of an error, and the text says how many are left out', () => {
  const problems = Array.from({ length: 1_000 }, (_, index) => ({
    subject: `source table public.${'t'.repeat(60)}${index}`,
    problem: 'It has no primary key, so its changed and deleted rows cannot be found at the target.',
  }));
  const text = listProblems(problems);
  expect(text.length).toBeLessThan(maxListCharacters + 200);
  const lines = text.split('\n');
  expect(lines.at(-1)).toBe(
    `- ${1_000 - (lines.length - 1)} more; POST /replications/{id}/validate lists all of them.`,
  );
});
