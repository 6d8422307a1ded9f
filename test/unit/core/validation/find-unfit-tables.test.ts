import { expect, test } from '@jest/globals';
import type { TableMapping } from '#core/contracts/replication.ts';
import { findUnfitTables } from '#core/validation/find-unfit-tables.ts';

const mapping = (table: string): TableMapping => ({
  source: { schema: 'public', table },
  target: { schema: 'public', table },
});
const mappings = ['unfit', 'part', 'a', 'b', 'whole'].map(mapping);
const problem = (subject: string) => ({ subject, problem: 'It does not fit.' });
const namesOf = (some: readonly TableMapping[]) => some.map(({ source }) => source.table);

test('what tables have together is found next to a table that is unfit by itself', async () => {
  const found = await findUnfitTables(mappings, async (some) => {
    const names = namesOf(some);
    return [
      ...(names.includes('unfit') ? [problem('unfit')] : []),
      ...(names.includes('part') && names.includes('whole') ? [problem('both')] : []),
    ];
  });
  expect(found.unfit.map(({ mapping: one }) => one.source.table)).toEqual(['unfit']);
  expect(found.shared).toEqual([problem('both')]);
});

test('where all are fit they are looked at once, and where one is not, the others once more', async () => {
  const looks: number[] = [];
  const allFit = async (some: readonly TableMapping[]) => {
    looks.push(some.length);
    return [];
  };
  expect(await findUnfitTables(mappings, allFit)).toEqual({ unfit: [], shared: [] });
  expect(looks).toEqual([5]);
  const found = await findUnfitTables(mappings, async (some) =>
    namesOf(some).includes('a') ? [problem('a')] : [],
  );
  expect(found).toMatchObject({ unfit: [{ problems: [problem('a')] }], shared: [] });
});
