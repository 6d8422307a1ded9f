import { expect, test } from '@jest/globals';
import type { ClientQuotas } from '#core/contracts/client-quotas.ts';
import type { Database } from '#core/contracts/database.ts';
import type { Replication } from '#core/contracts/replication.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import {
  addNewTables,
  looksForNewTables,
  type NewTablesPorts,
  newTablesAtOnce,
} from '#core/lifecycle/add-new-tables.ts';
import { createFakeSource, createFakeTarget, sampleDatabase, sampleTable } from '../../../kit/databases.ts';
import { createManualClock } from '../../../kit/manual-clock.ts';
import { createMemoryStore, sampleReplication } from '../../../kit/memory-store.ts';
import { createRecordingLog } from '../../../kit/recording-log.ts';

const members = [sampleTable('flights'), sampleTable('airports')];

const createWorld = (
  tables: readonly TableDescription[],
  change: Partial<Replication> = {},
  atTarget: readonly TableDescription[] = [],
) => {
  const replication = sampleReplication({
    ...{ status: 'active', newTables: { include: ['public.*'], exclude: ['public.tmp_*'] } },
    schemaPolicy: { kinds: { 'create-table': 'auto' } },
    ...change,
  });
  const { store, state } = createMemoryStore(replication);
  const source = createFakeSource([...members, ...tables]);
  const target = createFakeTarget(atTarget);
  const databases: Database[] = [
    sampleDatabase(),
    sampleDatabase({ databaseId: 2, host: 'target.example.com', databaseName: 'warehouse' }),
  ];
  const runs: string[] = [];
  const world = {
    failure: undefined as Error | undefined,
    others: [] as Replication[],
    clock: createManualClock(),
    signal: new AbortController().signal,
    clientQuotas: {} as ClientQuotas,
    /** While the target is asked. */
    meanwhile: undefined as (() => void) | undefined,
    leaseDuring: undefined as string | undefined,
  };
  const ports: NewTablesPorts = {
    store: {
      ...store,
      listReplications: async () => [state.replication],
      listAllReplications: async () => [state.replication, ...world.others],
      getClient: async () => ({ clientId: 1, name: 'acme', createdAt: '2026-01-01T00:00:00.000Z' }),
      getDatabase: async (_client, id) =>
        databases.find(({ databaseId }) => databaseId === id) ?? sampleDatabase(),
      getInstallationId: async () => 'installation',
    },
    executions: {
      startExecution: async (machine) => {
        if (world.failure !== undefined) throw world.failure;
        runs.push(machine);
        return 'arn:execution';
      },
      getStatus: async () => undefined,
    },
    openSource: async () => ({
      ...source.database,
      findTableGrantProblems: async () => source.state.grants,
      listTableNames: async () => source.state.tables.map(({ ref }) => ref),
    }),
    withTarget: (_database, use) => {
      world.leaseDuring = state.leaseHolder;
      world.meanwhile?.();
      return use(target.database);
    },
    clientQuotas: {},
    clock: world.clock,
    log: createRecordingLog(),
  };
  const run = () =>
    addNewTables(state.replication, 'health', {
      ...ports,
      signal: world.signal,
      clientQuotas: world.clientQuotas,
    });
  const names = () => state.replication.tables.map(({ source: { table } }) => table);
  const found = () =>
    (state.replication.foundTables ?? []).map(({ source: ref, state: how, message }) => [
      ref.table,
      how,
      message,
    ]);
  return { run, runs, state, source, target, world, names, found };
};

test('a table that matches is added as a person would add it, with one record', async () => {
  const { run, runs, state, names, found } = createWorld([
    sampleTable('bookings'),
    sampleTable('tmp_1'),
    sampleTable('_flights_gho'),
    sampleTable('other', { ref: { schema: 'private', table: 'other' } }),
  ]);
  expect(await run()).toBe(1);
  expect(runs).toEqual(['change-tables']);
  expect(names()).toEqual(['flights', 'airports', 'bookings']);
  expect(state.replication.tables[2]?.target).toEqual({ schema: 'public', table: 'shop_bookings' });
  expect(state.activity).toEqual([
    expect.objectContaining({
      ...{ actor: 'healer', action: 'new-tables-added', by: 'the policy' },
      message: '1 table that came at the source is added: public.bookings.',
    }),
  ]);
  expect(found()).toEqual([]);
  // The change of the tables is at work.
  expect(await run()).toBe(0);
  expect(runs).toHaveLength(1);
});

test.each<[string, Partial<TableDescription>, RegExp]>([
  ['it has no key', { primaryKey: [] }, /key/],
  ['it is not logged', { relationKind: 'other' }, /only tables can be replicated/],
])('one is listed with the reason when %s', async (_case, change, reason) => {
  const { run, runs, found, state, world } = createWorld([sampleTable('bookings', change)]);
  expect(await run()).toBe(0);
  expect(runs).toEqual([]);
  expect(found()).toEqual([['bookings', 'refused', expect.stringMatching(reason)]]);
  const since = state.replication.foundTables?.[0]?.since;
  world.clock.advance(60_000);
  await run();
  expect(state.replication.foundTables?.[0]?.since).toBe(since);
});

test('one that may not be read, whose target table is there, or is another one in the same run, is listed', async () => {
  const unreadable = createWorld([sampleTable('bookings')]);
  unreadable.source.state.grants = [
    { subject: 'public.bookings', problem: 'It may not be read.', remedy: 'GRANT.' },
  ];
  expect(await unreadable.run()).toBe(0);
  expect(unreadable.found()).toEqual([['bookings', 'refused', 'It may not be read. GRANT.']]);
  // Once it may, it is added.
  unreadable.source.state.grants = [];
  expect(await unreadable.run()).toBe(1);
  expect(unreadable.found()).toEqual([]);

  const there = createWorld([sampleTable('bookings')], {}, [sampleTable('shop_bookings')]);
  expect(await there.run()).toBe(0);
  expect(there.found()).toEqual([
    ['bookings', 'refused', expect.stringMatching(/has a table .*shop_bookings already/)],
  ]);

  const alike = createWorld([sampleTable('bookings'), sampleTable('Bookings')]);
  expect(await alike.run()).toBe(1);
  expect(alike.found()).toEqual([['Bookings', 'refused', expect.stringMatching(/only in case/)]]);
});

test('one that a replication writes is not taken, so that two never copy each other', async () => {
  const { run, found, world } = createWorld([sampleTable('bookings')]);
  world.others = [
    sampleReplication({
      ...{ replicationId: 8, targetDatabaseId: 1 },
      tables: [{ source: { schema: 'x', table: 'y' }, target: { schema: 'public', table: 'bookings' } }],
    }),
  ];
  expect(await run()).toBe(0);
  expect(found()).toEqual([['bookings', 'refused', expect.stringMatching(/^Replication 8 writes it/)]]);
});

test('a name that may be that of a table which is missing waits for a person', async () => {
  const { run, found, source } = createWorld([sampleTable('bookings')]);
  source.state.tables = source.state.tables.filter(({ ref }) => ref.table !== 'airports');
  expect(await run()).toBe(0);
  expect(found()).toEqual([['bookings', 'waiting', expect.stringMatching(/may be public\.airports/)]]);
});

test('a few at a time, those first that no look has refused', async () => {
  const many = Array.from({ length: newTablesAtOnce + 5 }, (_unused, index) =>
    sampleTable(`t${String(index).padStart(3, '0')}`, index < newTablesAtOnce ? { primaryKey: [] } : {}),
  );
  const { run, found, names, state } = createWorld(many);
  expect(await run()).toBe(0);
  expect(found()).toHaveLength(newTablesAtOnce);
  expect(await run()).toBe(5);
  expect(names()).toHaveLength(7);
  expect(found()).toHaveLength(newTablesAtOnce);
  expect(state.replication.foundTables).toHaveLength(newTablesAtOnce);
});

test('a policy that asks lists them, and one that ignores does not', async () => {
  const asks = createWorld([sampleTable('bookings')], { schemaPolicy: {} });
  expect(await asks.run()).toBe(0);
  expect(asks.found()).toEqual([['bookings', 'waiting', undefined]]);
  asks.state.replication = { ...asks.state.replication, schemaPolicy: { preset: 'strict' } };
  expect(looksForNewTables(asks.state.replication)).toBe(true);
  await asks.run();
  expect(asks.found()).toEqual([]);
  expect(looksForNewTables(asks.state.replication)).toBe(false);
});

test.each<[string, Partial<Replication>]>([
  ['nothing runs', { status: 'paused' }],
  ['no pattern was given', { newTables: undefined } as unknown as Partial<Replication>],
])('nothing is done when %s', async (_case, change) => {
  const { run, runs, state } = createWorld([sampleTable('bookings')], change);
  expect(looksForNewTables(state.replication)).toBe(false);
  expect(await run()).toBe(0);
  expect(runs).toEqual([]);
});

test('one that cannot begin leaves the tables to the next look', async () => {
  const { run, world, state } = createWorld([sampleTable('bookings')]);
  world.failure = new MillraceError('ServiceUnavailable', 'Step Functions does not answer.');
  await expect(run()).rejects.toThrow(/does not answer/);
  expect(state.leaseHolder).toBeUndefined();
});

test('a look that took too long, or during which someone has changed the tables, adds nothing', async () => {
  const late = createWorld([sampleTable('bookings')]);
  late.world.signal = AbortSignal.abort();
  expect(await late.run()).toBe(0);
  expect(late.runs).toEqual([]);
  expect(late.state.leaseHolder).toBeUndefined();

  const changed = createWorld([sampleTable('bookings')]);
  changed.world.meanwhile = () => {
    changed.state.replication = { ...changed.state.replication, tablesVersion: 9 };
  };
  expect(await changed.run()).toBe(0);
  expect(changed.runs).toEqual([]);
  // Nobody was kept from the replication while the databases were asked.
  expect(changed.world.leaseDuring).toBeUndefined();
  changed.world.meanwhile = undefined;
  expect(await changed.run()).toBe(1);
});

test('as many are added as the client may have, and the others are listed with the reason until there is room', async () => {
  const { world, run, names, found } = createWorld([sampleTable('bookings'), sampleTable('crews')]);
  world.clientQuotas = { tables: 3 };
  await run();
  expect(names()).toEqual(['flights', 'airports', 'bookings']);
  expect(found()).toEqual([
    ['crews', 'refused', expect.stringMatching(/^Client 1 has 2 tables, and may have 3/)],
  ]);
});
