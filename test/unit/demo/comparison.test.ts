import { expect, test } from '@jest/globals';
import {
  type ComparedColumn,
  type ComparedSide,
  compareSides,
  type ValueForm,
} from '../../../demo/comparison.ts';

/** A side with one table, which has a column for each form. Its rows' hash is `hash`; `asked` gets what it was asked for. */
const sideOf = (
  forms: readonly ValueForm[],
  { hash = '1', asked = [] }: { readonly hash?: string; readonly asked?: ComparedColumn[][] } = {},
): ComparedSide => ({
  begin: async () => undefined,
  end: async () => undefined,
  columnsOf: async () => forms.map((form, index) => ({ name: `c${index}`, form })),
  keyOf: async () => ['c0'],
  summarize: async (_table, columns) => {
    asked.push([...columns]);
    return { rows: '3', hash };
  },
  hashesByKey: async () =>
    new Map([
      ['(1)', 'a'],
      ['(2)', hash],
    ]),
});

const pairs = [{ source: 't', target: 's_t' }];

test.each([
  ['integer', 'integer', 'integer'],
  ['integer', 'boolean', 'integer'],
  ['boolean', 'integer', 'integer'],
  ['integer', 'decimal', 'decimal'],
  ['timestamp', 'instant', 'timestamp'],
  ['json', 'text', 'json'],
  ['text', 'other', 'text'],
  ['date', 'text', 'text'],
] as const)('%s and %s are compared as %s', async (source, target, shared) => {
  const asked: ComparedColumn[][] = [];
  await compareSides(sideOf([source], { asked }), sideOf([target], { asked }), pairs);
  expect(asked).toEqual([
    [{ name: 'c0', form: source, as: shared }],
    [{ name: 'c0', form: target, as: shared }],
  ]);
});

test('tables are equal only when count and hash are', async () => {
  const [equal] = await compareSides(sideOf(['text']), sideOf(['text']), pairs);
  expect(equal).toEqual({ table: 't', sourceRows: 3, targetRows: 3, equal: true, differences: [] });
  const [different] = await compareSides(sideOf(['text']), sideOf(['text'], { hash: '2' }), pairs);
  expect(different).toMatchObject({ equal: false, differences: ['1 with other values: (2)'] });
});

test('columns that only one side has are named', async () => {
  const [compared] = await compareSides(sideOf(['text', 'date']), sideOf(['text']), pairs);
  expect(compared).toMatchObject({ equal: false, differences: ['column c1 is missing'] });
});
