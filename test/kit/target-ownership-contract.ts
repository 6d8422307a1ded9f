import { expect, test } from '@jest/globals';
import { createDatabaseAccess, openTarget } from '#adapters/databases/open-database.ts';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { TargetOwner } from '#core/contracts/target-owner.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { TargetDatabase } from '#core/ports/databases.ts';
import { sampleDatabase } from './databases.ts';
import { localNetwork } from './local-network.ts';
import { sampleOwner } from './target-owner.ts';

/** What the contract asks of one kind of target; every test uses tables of its own. */
export interface OwnershipWorld {
  settings(): ConnectionSettings;
  /** A table `(id bigint primary key)` with a row, in the database of the settings. */
  createTable(name: string): Promise<TableRef>;
}

/** Names of the machine that the servers of the tests run on. */
const spellings = [
  '127.0.0.1',
  'localhost',
  '127.1',
  '0x7f000001',
  '::ffff:127.0.0.1',
  '2130706433',
] as const;

export const failureOf = async (promise: Promise<unknown>): Promise<MillraceError> => {
  const error = await promise.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (error instanceof MillraceError) return error;
  throw new Error(`Expected a MillraceError, got ${String(error)}`);
};

/** What every `TargetOwnership` promises (core/ports/target-ownership.ts). */
export const targetOwnershipContract = (world: OwnershipWorld): void => {
  const withTarget = async <T>(
    look: (target: TargetDatabase) => Promise<T>,
    change: Partial<ConnectionSettings> = {},
  ): Promise<T> => {
    const target = openTarget({ ...world.settings(), ...change });
    try {
      return await look(target);
    } finally {
      await target.close();
    }
  };
  const take = (owner: TargetOwner, tables: readonly TableRef[], change: Partial<ConnectionSettings> = {}) =>
    withTarget((target) => target.takeTables({ owner, generation: 1, tables }), change);

  test.each(spellings)('a table is taken once, also where the server is called %s', async (host) => {
    const table = await world.createTable(`spelled_${host.replaceAll(/[^0-9a-z]/g, '_')}`);
    await take(sampleOwner({ replicationId: 101 }), [table]);
    const error = await failureOf(take(sampleOwner({ replicationId: 102 }), [table], { host }));
    expect(error).toMatchObject({ code: 'TargetTableClaimed', facts: { replications: ['101'] } });
    expect(error.message).toMatch(/is written by replication 101\.$/);
    await take(sampleOwner({ replicationId: 101 }), [table], { host });
  });

  test.each([
    ['another client', { clientId: 2 }],
    ['another installation', { installationId: 'a7a1c9de-0f4e-4c7b-9a51-0d6d7a0f5c11' }],
    [
      'a client of the same number of another installation',
      { installationId: 'b7a1c9de-0f4e-4c7b-9a51-0d6d7a0f5c11', clientId: 1 },
    ],
  ])('a table of %s is refused without a word about who it is', async (_case, change) => {
    const table = await world.createTable(`foreign_${JSON.stringify(change).length}`);
    await take(sampleOwner({ replicationId: 4711, ...change }), [table]);
    const other = sampleOwner({ replicationId: 4711 });
    const error = await failureOf(take(other, [table]));
    expect(error).toMatchObject({
      code: 'TargetTableClaimed',
      message: `Target table ${table.schema}.${table.table} is written by another replication.`,
      facts: { replications: [] },
    });
    expect(
      await failureOf(withTarget((target) => target.checkTables({ owner: other, tables: [table] }))),
    ).toMatchObject({
      code: 'TargetTableClaimed',
      message: error.message,
    });
  });

  test('all tables are taken or none', async () => {
    const [free, taken] = [await world.createTable('all_free'), await world.createTable('all_taken')];
    await take(sampleOwner({ replicationId: 201 }), [taken]);
    await failureOf(take(sampleOwner({ replicationId: 202 }), [free, taken]));
    await take(sampleOwner({ replicationId: 203 }), [free]);
  });

  test('a check takes nothing', async () => {
    const table = await world.createTable('checked');
    await withTarget((target) =>
      target.checkTables({ owner: sampleOwner({ replicationId: 211 }), tables: [table] }),
    );
    await take(sampleOwner({ replicationId: 212 }), [table]);
  });

  test('of eight that take the same tables at once, in any order, exactly one gets them all', async () => {
    const tables = [
      await world.createTable('raced_a'),
      await world.createTable('raced_b'),
      await world.createTable('raced_c'),
    ];
    const codes = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        take(
          sampleOwner({ replicationId: 300 + index }),
          index % 2 === 0 ? tables : tables.toReversed(),
        ).then(
          () => 'none',
          (error: unknown) => (error instanceof MillraceError ? error.code : String(error)),
        ),
      ),
    );
    expect(codes.filter((code) => code === 'none')).toHaveLength(1);
    expect(codes.filter((code) => code === 'TargetTableClaimed')).toHaveLength(7);
  });

  test('two starts of one replication at once both own its tables, the newer one alone may write', async () => {
    const table = await world.createTable('twice');
    const owner = sampleOwner({ replicationId: 401 });
    const start = (generation: number) =>
      withTarget((target) => target.takeTables({ owner, generation, tables: [table] }));
    await Promise.all([start(1), start(2)]);
    await start(1);
    await withTarget(async (target) => {
      expect(await failureOf(target.truncate(table, { owner, generation: 1 }))).toMatchObject({
        code: 'OwnershipLost',
      });
      expect(await target.hasRows(table)).toBe(true);
      await target.truncate(table, { owner, generation: 2 });
      expect(await target.hasRows(table)).toBe(false);
    });
  });

  test('what is given back can be taken by another replication, and giving back may be repeated', async () => {
    const [one, two] = [await world.createTable('given_one'), await world.createTable('given_two')];
    const owner = sampleOwner({ replicationId: 501 });
    const other = sampleOwner({ replicationId: 502, clientId: 9 });
    await withTarget((target) => target.releaseTables(owner));
    await take(owner, [one, two]);
    await withTarget((target) => target.releaseTables(other));
    await withTarget((target) => target.releaseTables(other, [one]));
    expect(await failureOf(take(other, [one]))).toMatchObject({ code: 'TargetTableClaimed' });
    for (const _time of [1, 2]) await withTarget((target) => target.releaseTables(owner, [one]));
    await take(other, [one]);
    expect(await failureOf(take(other, [two]))).toMatchObject({ code: 'TargetTableClaimed' });
    for (const _time of [1, 2]) await withTarget((target) => target.releaseTables(owner));
    await take(other, [one, two]);
    expect(
      await failureOf(withTarget((target) => target.truncate(one, { owner, generation: 1 }))),
    ).toMatchObject({
      code: 'OwnershipLost',
    });
  });

  test('a table with copied rows that the target does not know of needs a resync, and is not taken', async () => {
    const table = await world.createTable('unknown_copy');
    const request = { owner: sampleOwner({ replicationId: 601 }), generation: 2, tables: [table] };
    for (const _time of [1, 2]) {
      expect(
        await failureOf(withTarget((target) => target.takeTables({ ...request, copied: [table] }))),
      ).toMatchObject({ code: 'NeedsResync' });
    }
    await withTarget((target) => target.takeTables(request));
    await withTarget((target) => target.takeTables({ ...request, copied: [table] }));
  });

  test('checkpoints of topics go by themselves, and a replication is known as long as it has one', async () => {
    const owner = sampleOwner({ replicationId: 801 });
    const { username, password, ...address } = world.settings();
    const database = sampleDatabase({ ...address, username });
    const access = createDatabaseAccess(
      { getCredentials: async () => ({ username, password }) },
      localNetwork,
    );
    const end = (topic: string) => ({ topic, partition: 0, firstOffset: 0n, endOffset: 5n });
    const isKnown = (who = owner) => withTarget((target) => target.knowsReplication(who));
    const forget = (topics: readonly string[]) => withTarget((target) => target.forgetTopics(owner, topics));

    await forget(['none']);
    await take(owner, [await world.createTable('known')]);
    expect(await isKnown()).toBe(false);
    await access.resetCheckpoints(database, owner, [end('one')]);
    await access.placeCheckpoints(database, owner, [end('two')]);
    await forget(['one', 'none']);
    expect(await isKnown()).toBe(true);
    expect(await isKnown({ ...owner, clientId: 2 })).toBe(false);
    await forget(['two']);
    expect(await isKnown()).toBe(false);
    await access.placeCheckpoints(database, owner, [end('three')]);
    await withTarget((target) => target.releaseTables(owner));
    expect(await isKnown()).toBe(false);
  });

  test('a table that does not exist yet is taken', async () => {
    const there = await world.createTable('there_already');
    const missing = { ...there, table: 'not_there_yet' };
    await take(sampleOwner({ replicationId: 701 }), [missing]);
    expect(await failureOf(take(sampleOwner({ replicationId: 702 }), [missing]))).toMatchObject({
      code: 'TargetTableClaimed',
    });
  });
};
