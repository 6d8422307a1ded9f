import { expect, test } from '@jest/globals';
import type { TableProgress, TableState } from '#core/contracts/copy.ts';
import { appliedTables, freshTables, leftOutOfCapture, unfitTables } from '#core/lifecycle/table-progress.ts';
import { sampleReplication } from '../../../kit/memory-store.ts';

const replication = sampleReplication({ copyGeneration: 2 });
const [flights, airports] = replication.tables;

const progressOf = (mapping = flights, state: TableState = 'live', generation = 2): TableProgress => ({
  source: mapping?.source ?? { schema: '', table: '' },
  target: mapping?.target ?? { schema: '', table: '' },
  generation,
  state,
  estimatedRows: 1,
  estimatedBytes: 1,
  chunks: 1,
  chunksDone: 0,
  rowsCopied: 0,
  bytesCopied: 0,
  runsOn: 'lambda',
});

test('a table without a plan of the copy is fresh, unless nothing was ever copied', () => {
  expect(freshTables(replication, [progressOf()])).toEqual([airports]);
  expect(freshTables(replication, [progressOf(), progressOf(airports, 'live', 1)])).toEqual([airports]);
  expect(freshTables({ ...replication, copyGeneration: 0 }, [])).toEqual([]);
});

test('a copy by another mapping does not count', () => {
  if (flights === undefined || airports === undefined) throw new Error('The sample has two tables.');
  const remapped = { ...replication, tables: [{ ...flights, revision: 2 }, airports] };
  const progress = [progressOf(), progressOf(airports)];
  expect(freshTables(remapped, progress)).toEqual([remapped.tables[0]]);
  expect(appliedTables(remapped, progress)).toEqual([airports]);
  const copied = [{ ...progressOf(), mappingRevision: 2 }, progressOf(airports)];
  expect(freshTables(remapped, copied)).toEqual([]);
});

test.each([
  ['live', true],
  ['catching-up', true],
  ['held', true],
  ['copying', false],
  ['pending', false],
  ['skipped', false],
] as const)('a consumer applies a table that is %s: %s', (state, isApplied) => {
  const applied = appliedTables(replication, [progressOf(), progressOf(airports, state)]);
  expect(applied).toEqual(isApplied ? [flights, airports] : [flights]);
});

test.each([
  ['start', true],
  ['fit', false],
  ['copy', false],
] as const)('a consumer tries a table again that is held until %s: %s', (heldUntil, isApplied) => {
  const held: TableProgress = { ...progressOf(airports, 'held'), heldUntil };
  expect(appliedTables(replication, [progressOf(), held])).toEqual(
    isApplied ? [flights, airports] : [flights],
  );
  expect(leftOutOfCapture([held])).toEqual(heldUntil === 'copy' ? [airports?.source] : []);
});

test('a start that copies everything looks at every table again', () => {
  const held: TableProgress = { ...progressOf(airports, 'held'), generation: 2, heldUntil: 'copy' };
  const copied = { copyGeneration: 2 };
  expect(unfitTables({ forceResync: false, generation: 3 }, copied, [held])).toEqual([held]);
  expect(unfitTables({ forceResync: true, generation: 3 }, copied, [held])).toEqual([]);
  expect(unfitTables({ forceResync: true, generation: 2 }, copied, [held])).toEqual([held]);
  const nothingCopied = { copyGeneration: 0 };
  expect(unfitTables({ forceResync: false, generation: 2 }, nothingCopied, [held])).toEqual([held]);
  expect(unfitTables({ forceResync: false, generation: 3 }, nothingCopied, [held])).toEqual([]);
});

test('a consumer does not apply a table that was added and is not planned yet', () => {
  expect(appliedTables(replication, [progressOf()])).toEqual([flights]);
});
