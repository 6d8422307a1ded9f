import { expect, test } from '@jest/globals';
import { rememberTables } from '#core/lifecycle/remember-tables.ts';
import { createFakeSource, sampleColumn, sampleTable } from '../../../kit/databases.ts';
import { createMemoryStore, sampleReplication } from '../../../kit/memory-store.ts';

const refs = ['flights', 'airports', 'gone'].map((table) => ({ schema: 'public', table }));

test('what tables are now is stored for the copy that is to come; those that are not there are left out', async () => {
  const { store, state } = createMemoryStore(sampleReplication());
  const source = createFakeSource([sampleTable('flights'), sampleTable('airports')]);
  await rememberTables(7, refs, 3, { store, source: source.database });
  expect([...state.shapes.keys()].toSorted()).toEqual(['public.airports', 'public.flights']);
  const flights = sampleTable('flights');
  expect(state.shapes.get('public.flights')).toEqual({ generation: 3, copied: flights, seen: flights });
});

test('which of them are stored is decided after they were looked at', async () => {
  const { store, state } = createMemoryStore(sampleReplication());
  const source = createFakeSource([sampleTable('flights'), sampleTable('airports')]);
  await rememberTables(7, refs, 3, { store, source: source.database }, async () => {
    source.state.tables = [sampleTable('flights', { columns: [sampleColumn('id'), sampleColumn('later')] })];
    return ({ table }) => table === 'flights';
  });
  expect([...state.shapes.keys()]).toEqual(['public.flights']);
  expect(state.shapes.get('public.flights')?.seen).toEqual(sampleTable('flights'));
});
