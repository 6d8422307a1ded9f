import { describe, expect, test } from '@jest/globals';
import { rememberForFirstCopy, rememberTables } from '#core/lifecycle/remember-tables.ts';
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

describe('of a first copy', () => {
  const [flights, airports] = [sampleTable('flights'), sampleTable('airports')];
  const remember = async (
    hasCapture: boolean,
    known: Readonly<Record<string, number>>,
  ): Promise<{ readonly captured: readonly string[]; readonly stored: Readonly<Record<string, number>> }> => {
    const { store, state } = createMemoryStore(sampleReplication());
    for (const table of [flights, airports]) {
      const generation = known[table.ref.table];
      if (generation !== undefined)
        await store.putTableShape(7, table.ref, { generation, copied: table, seen: table });
    }
    const source = createFakeSource([flights, airports]);
    const captured = await rememberForFirstCopy({ replicationId: 7, generation: 3 }, refs.slice(0, 2), {
      ...{ store, source: source.database, hasCapture: async () => hasCapture },
    });
    const stored = [...state.shapes].map(([key, { generation }]) => [key.split('.')[1], generation]);
    return { captured: captured.map(({ table }) => table), stored: Object.fromEntries(stored) };
  };

  test('every table is remembered before anything captures, and none has events', async () => {
    expect(await remember(false, {})).toEqual({ captured: [], stored: { flights: 3, airports: 3 } });
  });

  test('what the same start has remembered before it began capture stays', async () => {
    expect(await remember(true, { flights: 3, airports: 3 })).toEqual({
      ...{ captured: [], stored: { flights: 3, airports: 3 } },
    });
  });

  test('an earlier start may have captured events of another form', async () => {
    expect(await remember(true, { flights: 2, airports: 3 })).toEqual({
      ...{ captured: ['flights'], stored: { flights: 2, airports: 3 } },
    });
    // Also when nobody captures any more: the topics may still have events.
    expect((await remember(false, { flights: 2 })).captured).toEqual(['flights']);
  });

  test('so may one of a table of which nothing is known, as it has left the replication meanwhile', async () => {
    expect(await remember(true, { flights: 3 })).toEqual({ captured: ['airports'], stored: { flights: 3 } });
  });
});
