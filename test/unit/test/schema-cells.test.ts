import { expect, test } from '@jest/globals';
import { describeCells, type SchemaCell } from '#test/kit/schema-cells.ts';

const cell: SchemaCell = {
  ...{ change: 'renamed', from: 'postgresql', to: 'mariadb' },
  ...{ moment: 'idle', outcome: 'equal' },
};

test('cells are counted by pair and moment', () => {
  const lines = describeCells([
    cell,
    { ...cell, change: 'dropped', outcome: 'held' },
    { ...cell, moment: 'copy', outcome: 'held' },
    { ...cell, from: 'mariadb' },
  ]);
  expect(lines.map((line) => line.replaceAll(/ {2,}/g, ' | '))).toEqual([
    'equal + held | idle | between rows | consumer down | capture down | all down | copy',
    'mariadb to mariadb | 1 + 0 | - | - | - | - | -',
    'postgresql to mariadb | 1 + 1 | - | - | - | - | 0 + 1',
    '4 cells of 2 changes: 2 + 2.',
  ]);
});
