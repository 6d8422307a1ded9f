import { expect, test } from '@jest/globals';
import type { TableProgress } from '#core/contracts/copy.ts';
import type { Database } from '#core/contracts/database.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { findClaim, type OwnTablesPorts, ownTables, refuseKnownWriters } from '#core/lifecycle/own-tables.ts';
import { sampleDatabase } from '../../../kit/databases.ts';
import { createRecordingLog } from '../../../kit/recording-log.ts';
import { createFakeOwnership, sampleOwner } from '../../../kit/target-owner.ts';

const table = { schema: 'public', table: 'orders' };
const owner = sampleOwner({ replicationId: 7 });

const replicationOf = (change: Partial<Replication> = {}): Replication =>
  ({
    replicationId: 7,
    clientId: 1,
    targetDatabaseId: 2,
    copyGeneration: 1,
    tables: [{ source: { schema: 'public', table: 'o' }, target: table }],
    ...change,
  }) as Replication;

const createWorld = (
  others: readonly Replication[] = [],
  {
    progress = [],
    databases = {},
  }: { progress?: readonly Partial<TableProgress>[]; databases?: Readonly<Record<number, Database>> } = {},
) => {
  const { owners, ownership } = createFakeOwnership();
  const all = [replicationOf(), ...others];
  const store: OwnTablesPorts['store'] = {
    getInstallationId: async () => owner.installationId,
    getDatabase: async (_client, databaseId) => databases[databaseId] ?? sampleDatabase(),
    getReplication: async (clientId, replicationId) => {
      const found = all.find((it) => it.clientId === clientId && it.replicationId === replicationId);
      if (found === undefined) throw new MillraceError('NotFound', 'There is none.');
      return found;
    },
    listReplications: async (clientId) => all.filter((it) => it.clientId === clientId),
    listAllReplications: async () => all,
    listTableProgress: async () => progress as readonly TableProgress[],
  };
  const ports: OwnTablesPorts = { store, target: ownership, log: createRecordingLog() };
  const own = (forceResync = false, replication = replicationOf()) =>
    ownTables(
      { clientId: 1, replicationId: 7, generation: 2, forceResync },
      { replication, targetDatabase: sampleDatabase() },
      ports,
    );
  const takenBy = (change: Parameters<typeof sampleOwner>[0]) =>
    ownership.takeTables({ owner: sampleOwner(change), generation: 1, tables: [table] });
  return { owners, ownership, store, ports, own, takenBy };
};

const copied = {
  source: { schema: 'public', table: 'o' },
  generation: 1,
  state: 'live',
  chunksDone: 3,
} as const;

test('a start takes its tables', async () => {
  const { own, owners } = createWorld();
  await own();
  expect([...owners.values()]).toEqual([{ ...owner, table }]);
});

test('a start that relies on a copy of which the target does not know needs a resync, and a forced one does not', async () => {
  const { own, owners } = createWorld([], { progress: [copied] });
  await expect(own()).rejects.toMatchObject({ code: 'NeedsResync' });
  expect(owners.size).toBe(0);
  await own(true);
  await own();
});

test.each([
  ['of an older copy', { generation: 0 }],
  ['that was skipped', { state: 'skipped' as const, chunksDone: 0 }],
  ['of which nothing is copied yet', { state: 'pending' as const, chunksDone: 0 }],
])('a table %s is not relied on', async (_case, change) => {
  const { own } = createWorld([], { progress: [{ ...copied, ...change }] });
  await own();
});

test('what a replication has left that does not exist any more is given back, of the same client only', async () => {
  const leftBehind = createWorld();
  await leftBehind.takenBy({ replicationId: 3 });
  expect(await findClaim(owner, [table], leftBehind.ports)).toBeUndefined();
  expect(leftBehind.owners.size).toBe(1);
  await leftBehind.own();
  const ofAnother = createWorld();
  await ofAnother.takenBy({ replicationId: 3, clientId: 2 });
  expect(await findClaim(owner, [table], ofAnother.ports)).toMatchObject({ code: 'TargetTableClaimed' });
  await expect(ofAnother.own()).rejects.toMatchObject({ code: 'TargetTableClaimed' });
  const existing = createWorld([replicationOf({ replicationId: 3, copyGeneration: 0 })]);
  await existing.takenBy({ replicationId: 3 });
  await expect(existing.own()).rejects.toMatchObject({ facts: { replications: ['3'] } });
});

const known = (others: readonly Replication[], counted: 'started' | 'own-configured') => {
  const databases = { 2: sampleDatabase(), 5: sampleDatabase({ host: 'elsewhere' }) };
  const { store } = createWorld(others, { databases });
  return refuseKnownWriters(owner, [table], { store, targetDatabase: sampleDatabase() }, counted);
};

test("a table that another started replication writes is refused, and the other is named if it is the client's own", async () => {
  await expect(known([replicationOf({ replicationId: 8 })], 'started')).rejects.toMatchObject({
    message: 'Target table public.orders is written by replication 8.',
  });
  await expect(known([replicationOf({ replicationId: 9, clientId: 2 })], 'started')).rejects.toMatchObject({
    message: 'Target table public.orders is written by another replication.',
    facts: { replications: [] },
  });
});

test("nobody keeps a table from another client by configuring a replication; a client's own are looked at", async () => {
  await known([replicationOf({ replicationId: 9, clientId: 2, copyGeneration: 0 })], 'own-configured');
  const own = [replicationOf({ replicationId: 8, copyGeneration: 0 })];
  await known(own, 'started');
  await expect(known(own, 'own-configured')).rejects.toMatchObject({ code: 'TargetTableClaimed' });
});

test('other tables and other databases are not in the way', async () => {
  const elsewhere = replicationOf({ replicationId: 8, targetDatabaseId: 5 });
  const other = replicationOf({
    replicationId: 8,
    tables: [{ source: table, target: { schema: 'public', table: 'others' } }],
  });
  await known([elsewhere, other], 'own-configured');
});
