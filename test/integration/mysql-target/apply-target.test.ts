import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createPool, type Pool } from '#adapters/mysql/driver/connection.ts';
import { applyPoolOptions, createApplyTarget } from '#adapters/mysql/target/apply-target.ts';
import { resetCheckpoints } from '#adapters/mysql/target/checkpoints.ts';
import { type MysqlTargetDatabase, openTargetDatabase } from '#adapters/mysql/target/target-database.ts';
import type { ColumnDescription, TableDescription } from '#core/contracts/table-description.ts';
import { quoteIdentifier } from '#core/databases/mysql/identifiers.ts';
import { describeApplyTable, type MysqlApplyTable } from '#core/databases/mysql/target/apply-statements.ts';
import { clientTableNames } from '#core/databases/mysql/target/bookkeeping.ts';
import * as codec from '#core/databases/postgresql/types/column-codec.ts';
import type { MillraceError } from '#core/errors/millrace-error.ts';
import type { RowEvent } from '#core/ports/row-event.ts';
import {
  applyTargetContract,
  batchOf as batchOfTable,
  codeOf,
  key,
  partition,
  replicationId,
  row,
  topic,
  upsert,
} from '#test/kit/apply-target-contract.ts';
import { sampleOwner, takeTables } from '../../kit/target-owner.ts';
import { connect, describeTargets, rowsOf, startTarget, type TargetServer } from './target-servers.ts';

jest.setTimeout(60_000);

const column = (name: string, type: string, more: Partial<ColumnDescription> = {}): ColumnDescription => ({
  name,
  type,
  baseType: type,
  isArray: false,
  typeKind: 'base',
  notNull: false,
  isGenerated: false,
  ...more,
});

/** A table of PostgreSQL, as its catalog would describe it. */
const things: TableDescription = {
  ref: { schema: 'public', table: 'things' },
  columns: [
    column('id', 'int8', { notNull: true }),
    column('Part `2`', 'text', { notNull: true }),
    column('amount', 'numeric', { type: 'numeric(10,2)', precision: 10, scale: 2 }),
    column('tags', 'text', { type: 'text[]', isArray: true }),
    column('note', 'text'),
  ],
  primaryKey: ['id', 'Part `2`'],
  isKeyDeferrable: false,
  replicaIdentity: 'default',
  relationKind: 'table',
  estimatedRows: 0,
  bytes: 0,
  uniqueIndexes: [],
};

const uuids = ['1', '2', '3'].map((digit) => `0000000${digit}-0000-4000-8000-000000000000`);

describeTargets('apply', (kind) => {
  let server: TargetServer;
  let pool: Pool;
  let catalog: MysqlTargetDatabase;
  let table: MysqlApplyTable;

  beforeAll(async () => {
    server = await startTarget(kind);
    catalog = openTargetDatabase(server.settings);
  }, 120_000);
  afterAll(async () => {
    await catalog?.close();
    await server?.stop();
  });

  const ref = () => ({ schema: server.settings.databaseName, table: 'things' });

  /** As the consumer describes it when it starts. */
  const describeThings = async (): Promise<MysqlApplyTable> => {
    const target = await catalog.describeTable(ref());
    if (target === undefined) throw new Error('There is no table things.');
    return describeApplyTable({ source: things.ref, target: ref() }, things, target, codec);
  };

  const alter = async (sql: string): Promise<void> => {
    await server.client.query(sql);
    table = await describeThings();
  };

  beforeEach(async () => {
    await server.client.query(`
      DROP TABLE IF EXISTS ${Object.values(clientTableNames(owner)).join(', ')}, millrace_table_owner;
      DROP TABLE IF EXISTS parts; DROP TABLE IF EXISTS things`);
    await catalog.createTable(ref(), things);
    await takeTables(server.settings, owner, [ref()]);
    pool = createPool(server.settings, applyPoolOptions);
    table = await describeThings();
  });
  afterEach(() => pool.close());

  const owner = sampleOwner({ replicationId });
  const openTarget = () => createApplyTarget({ pool, owner, tables: [ref()], database: 'test' });

  const batchOf = (epoch: number, from: number, events: readonly RowEvent[]) =>
    batchOfTable(table, epoch, from, events);

  const rows = () =>
    rowsOf(server, 'SELECT id, `Part ``2``` AS part, amount, tags, note FROM things ORDER BY id, part');
  const notes = async () => (await rows()).map(({ id, note }) => [id, note]);

  applyTargetContract({
    openTarget,
    table: () => table,
    rows,
    constrain: () => alter('ALTER TABLE things ADD CONSTRAINT small CHECK (amount < 100)'),
    extend: ({ hasUniqueNote }) =>
      alter(
        `ALTER TABLE things ADD own varchar(20)${hasUniqueNote ? ', MODIFY note varchar(50), ADD UNIQUE KEY (note)' : ''}`,
      ),
    execute: (sql) => server.client.query(sql),
    own: async () =>
      (await rowsOf(server, 'SELECT id, own FROM things ORDER BY id')).map(({ id = null, own = null }) => [
        id,
        own,
      ]),
    resetCheckpoints: (partitions) => resetCheckpoints(pool, owner, partitions, 'test'),
    freeze: async () => {
      const frozen = await pool.acquire();
      await frozen.query('START TRANSACTION');
      await frozen.query(`SELECT * FROM ${clientTableNames(owner).checkpoint} FOR UPDATE`);
      return () => frozen.destroy();
    },
  });

  describe('a batch for MySQL', () => {
    test('of more rows than one statement takes is applied as a whole', async () => {
      const target = openTarget();
      const { epoch } = await target.claim([partition]);
      const many = Array.from({ length: 5_000 }, (_, index) =>
        upsert(String(index), 'p\t', '1.25', null, `${'w'.repeat(200)}${index}`),
      );
      expect(await target.apply(target.prepare(batchOf(epoch, 0, many)))).toBe('applied');
      const patches = many.map(
        (_, index): RowEvent => ({
          kind: 'patch',
          key: key(String(index), 'p\t'),
          row: row(String(index), 'p\t', '9.75', undefined, undefined),
        }),
      );
      expect(await target.apply(target.prepare(batchOf(epoch, 5_000, patches)))).toBe('applied');
      expect(
        await rowsOf(
          server,
          `SELECT COUNT(*) AS found, SUM(amount) AS sum, MAX(LENGTH(note)) AS longest FROM things`,
        ),
      ).toEqual([{ found: '5000', sum: '48750.00', longest: '204' }]);
      const deletes = many.map(
        (_, index): RowEvent => ({
          kind: 'delete',
          key: key(String(index), 'p\t'),
          row: row(String(index), 'p\t'),
        }),
      );
      expect(await target.apply(target.prepare(batchOf(epoch, 10_000, deletes)))).toBe('applied');
      expect(await rows()).toEqual([]);
    });

    test('of changes to many rows leaves out the rows that are not there, and what is not known of the others', async () => {
      const target = openTarget();
      const { epoch } = await target.claim([partition]);
      const ids = Array.from({ length: 700 }, (_, index) => String(index));
      const there = ids.filter((id) => Number(id) % 2 === 0);
      const whole = there.map((id) => upsert(id, `p${id}`, '1.25', '{kept}', 'old'));
      await target.apply(target.prepare(batchOf(epoch, 0, whole)));
      // More than a VARCHAR has, below that, and nothing.
      const noteOf = (id: string) =>
        [null, '😀'.repeat(20_000), '', '😀'.repeat(3_000)][Number(id) % 7] ?? id;
      const patches = ids.map(
        (id): RowEvent => ({
          kind: 'patch',
          key: key(id, `p${id}`),
          row:
            Number(id) % 5 === 0
              ? row(id, `p${id}`, null)
              : row(id, `p${id}`, `-${id}.5`, undefined, noteOf(id)),
        }),
      );
      expect(await target.apply(target.prepare(batchOf(epoch, whole.length, patches)))).toBe('applied');
      const expected = there.map((id) =>
        Number(id) % 5 === 0
          ? { id, part: `p${id}`, amount: null, tags: '{kept}', note: 'old' }
          : { id, part: `p${id}`, amount: `-${id}.50`, tags: '{kept}', note: noteOf(id) },
      );
      expect(await rows()).toEqual(expected);
    });

    test.each([
      { key: 'varchar(30) COLLATE utf8mb4_bin', like: 'text', values: ['a', 'A', 'é😀', "it's", ''] },
      { key: 'char(36) CHARACTER SET ascii COLLATE ascii_bin', like: 'uuid', values: uuids },
      { key: 'varchar(30) CHARACTER SET latin1 COLLATE latin1_bin', like: 'text', values: ['é', 'e', 'E'] },
      { key: 'varbinary(8)', like: 'bytea', values: ['\\x', '\\x00', '\\x0000', '\\xff27'] },
      { key: 'bigint unsigned', like: 'numeric', values: ['0', '9007199254740993', '18446744073709551615'] },
      {
        key: 'bigint',
        like: 'int8',
        values: ['-9223372036854775808', '9007199254740992', '9007199254740993'],
      },
      {
        key: 'decimal(30,10)',
        like: 'numeric',
        values: ['12345678901234567890.0000000001', '-0.5', '12345678901234567890'],
      },
      {
        key: 'datetime(6)',
        like: 'timestamp',
        values: ['2024-01-01 00:00:00', '2024-01-01 00:00:00.000001'],
      },
      { key: 'double', like: 'float8', values: ['0.1', '1e+300', '-0.30000000000000004'] },
    ])('of changes finds rows by a key of $key', async ({ key: type, like, values }) => {
      await server.client.query(
        `DROP TABLE IF EXISTS keyed; CREATE TABLE keyed (k ${type} NOT NULL PRIMARY KEY, v int, kept int)`,
      );
      const keyed: TableDescription = {
        ...things,
        columns: [column('k', like, { notNull: true }), column('v', 'int4'), column('kept', 'int4')],
        primaryKey: ['k'],
      };
      const found = await catalog.describeTable({ ...ref(), table: 'keyed' });
      if (found === undefined) throw new Error('There is no table keyed.');
      table = describeApplyTable({ source: keyed.ref, target: found.ref }, keyed, found, codec);
      await takeTables(server.settings, owner, [found.ref]);
      const target = openTarget();
      const { epoch } = await target.claim([partition]);
      const inserted = values.map(
        (k, index): RowEvent => ({ kind: 'upsert', key: k, row: [k, '0', `${index}`] }),
      );
      await target.apply(target.prepare(batchOf(epoch, 0, inserted)));
      const changed = values
        .slice(1)
        .map((k, index): RowEvent => ({ kind: 'patch', key: k, row: [k, `${index + 1}`, undefined] }));
      expect(await target.apply(target.prepare(batchOf(epoch, inserted.length, changed)))).toBe('applied');
      expect(await rowsOf(server, 'SELECT v, kept FROM keyed ORDER BY kept')).toEqual(
        values.map((_, index) => ({ v: `${index}`, kept: `${index}` })),
      );
    });

    test('keeps a column that an event does not mention, and gives a new row the default of it', async () => {
      await alter(`ALTER TABLE things ADD COLUMN kept varchar(10) NOT NULL DEFAULT 'own'`);
      const target = openTarget();
      const { epoch } = await target.claim([partition]);
      const unmentioned = (id: string, note: string | null): RowEvent => ({
        kind: 'upsert',
        key: key(id, 'a'),
        row: [...row(id, 'a', '1.00', null, note), undefined],
      });
      await target.apply(target.prepare(batchOf(epoch, 0, [unmentioned('1', 'first')])));
      await server.client.query(`UPDATE things SET kept = 'changed'`);
      const events = [unmentioned('1', 'second'), unmentioned('2', null)];
      await target.apply(target.prepare(batchOf(epoch, 1, events)));
      expect(await rowsOf(server, 'SELECT id, kept, note FROM things ORDER BY id')).toEqual([
        { id: '1', kept: 'changed', note: 'second' },
        { id: '2', kept: 'own', note: null },
      ]);
    });

    test.each([
      { rule: 'MODIFY note longtext NOT NULL', amount: '2.00', note: null },
      { rule: 'ADD CONSTRAINT small CHECK (amount < 100)', amount: '500.00', note: 'new' },
    ])('of changes that break $rule leaves rows and checkpoint', async ({ rule, amount, note }) => {
      await alter(`ALTER TABLE things ${rule}`);
      const target = openTarget();
      const { epoch } = await target.claim([partition]);
      const whole = ['1', '2', '3'].map((id) => upsert(id, 'a', '1.00', null, 'old'));
      await target.apply(target.prepare(batchOf(epoch, 0, whole)));
      const patch = (id: string, ...values: (string | null)[]): RowEvent => ({
        kind: 'patch',
        key: key(id, 'a'),
        row: row(id, 'a', values[0], undefined, values[1]),
      });
      const patches = [patch('1', '3.00', 'new'), patch('2', amount, note), patch('3', '3.00', 'new')];
      expect(await codeOf(target.apply(target.prepare(batchOf(epoch, 3, patches))))).toBe(
        'ConstraintViolated',
      );
      expect(await rows()).toMatchObject(whole.map(() => ({ amount: '1.00', note: 'old' })));
      expect(await target.readCheckpoint(topic, 0, epoch)).toMatchObject({ nextOffset: 3n });
    });

    test('with a value that the target cannot represent is refused before anything is sent', async () => {
      const target = openTarget();
      const { epoch } = await target.claim([partition]);
      const tooExact = batchOf(epoch, 0, [upsert('1', 'a', '1.005', null, 'secret value')]);
      expect(() => target.prepare(tooExact)).toThrow(
        expect.objectContaining({
          code: 'ValueRejected',
          facts: expect.objectContaining({ column: 'amount' }),
        }),
      );
    });

    test('with a character that the character set of its column lacks is refused, and not replaced', async () => {
      await alter('ALTER TABLE things MODIFY note varchar(50) CHARACTER SET utf8mb3');
      const target = openTarget();
      const { epoch } = await target.claim([partition]);
      const batch = batchOf(epoch, 0, [
        upsert('1', 'a', null, null, 'fine'),
        upsert('2', 'a', null, null, 'a😀b'),
      ]);
      const apply = async () => target.apply(target.prepare(batch));
      expect(await codeOf(apply())).toBe('ValueRejected');
      expect(await rows()).toEqual([]);
      expect(await target.readCheckpoint(topic, 0, epoch)).toMatchObject({ nextOffset: 0n });
    });

    test('with a row that is longer than the server takes is refused by its size', async () => {
      const own = connect(server.settings);
      const client = await own;
      const [{ size = '0' } = {}] = await rowsOf({ client }, 'SELECT @@max_allowed_packet AS size');
      client.destroy();
      const target = openTarget();
      const { epoch } = await target.claim([partition]);
      if (Number(size) > 64 * 1024 * 1024) return;
      const batch = batchOf(epoch, 0, [upsert('1', 'a', null, null, 'x'.repeat(Number(size)))]);
      const error = await target.apply(target.prepare(batch)).catch((caught: unknown) => caught);
      expect(error).toMatchObject({
        code: 'ValueRejected',
        message: expect.stringContaining('max_allowed_packet'),
      });
    });
  });

  describe('a table with another unique index', () => {
    beforeEach(() => alter('ALTER TABLE things MODIFY note varchar(50), ADD UNIQUE KEY by_note (note)'));

    test('keeps the row that has the value of a new one: the clash is an error', async () => {
      const target = openTarget();
      const { epoch } = await target.claim([partition]);
      await target.apply(target.prepare(batchOf(epoch, 0, [upsert('1', 'a', '1.00', null, 'same')])));
      const error = await target
        .apply(target.prepare(batchOf(epoch, 1, [upsert('2', 'a', '2.00', null, 'same')])))
        .catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: 'ConstraintViolated' });
      expect(String((error as MillraceError).facts.constraint)).toContain('by_note');
      expect(await rows()).toMatchObject([{ id: '1', amount: '1.00', note: 'same' }]);
    });

    test('lets rows exchange their values, by a third one or at once', async () => {
      const target = openTarget();
      const { epoch } = await target.claim([partition]);
      const first = [upsert('1', 'a', null, null, 'x'), upsert('2', 'a', null, null, 'y')];
      await target.apply(target.prepare(batchOf(epoch, 0, first)));
      const exchange = [
        upsert('1', 'a', null, null, 'z'),
        upsert('2', 'a', null, null, 'x'),
        upsert('1', 'a', null, null, 'y'),
      ];
      expect(await target.apply(target.prepare(batchOf(epoch, 2, exchange)))).toBe('applied');
      expect(await notes()).toEqual([
        ['1', 'y'],
        ['2', 'x'],
      ]);
      const patch = (id: string, note: string): RowEvent => ({
        kind: 'patch',
        key: key(id, 'a'),
        row: row(id, 'a', undefined, undefined, note),
      });
      // Folded into final states these clash whatever comes first, so they are applied one by one.
      const patches = [patch('1', 'free'), patch('2', 'y'), patch('1', 'x')];
      expect(await target.apply(target.prepare(batchOf(epoch, 5, patches)))).toBe('applied');
      expect(await notes()).toEqual([
        ['1', 'x'],
        ['2', 'y'],
      ]);
    });

    test('whose rows others point to changes them in their place', async () => {
      await alter(`ALTER TABLE things ADD UNIQUE KEY by_id (id)`);
      await server.client.query(
        'CREATE TABLE parts (thing bigint, FOREIGN KEY (thing) REFERENCES things (id) ON DELETE CASCADE)',
      );
      table = await describeThings();
      const target = openTarget();
      const { epoch } = await target.claim([partition]);
      await target.apply(target.prepare(batchOf(epoch, 0, [upsert('1', 'a', null, null, 'old')])));
      await server.client.query('INSERT INTO parts VALUES (1)');
      const events = [upsert('1', 'a', null, null, 'new'), upsert('2', 'a', null, null, 'other')];
      expect(await target.apply(target.prepare(batchOf(epoch, 1, events)))).toBe('applied');
      expect(await notes()).toEqual([
        ['1', 'new'],
        ['2', 'other'],
      ]);
      expect(await rowsOf(server, 'SELECT thing FROM parts')).toEqual([{ thing: '1' }]);
    });

    test('keeps the rows that point to it from a schema that the account does not see', async () => {
      const { databaseName } = server.settings;
      const hidden = quoteIdentifier(`${databaseName}_hidden`);
      const username = `blind_${databaseName.slice(-8)}`;
      await server.client.query(`
        ALTER TABLE things ADD UNIQUE KEY by_id (id);
        CREATE DATABASE ${hidden};
        CREATE TABLE ${hidden}.parts (
          thing bigint, FOREIGN KEY (thing) REFERENCES ${quoteIdentifier(databaseName)}.things (id) ON DELETE CASCADE);
        CREATE USER '${username}'@'%' IDENTIFIED BY 'secret';
        GRANT ALL ON ${quoteIdentifier(databaseName)}.* TO '${username}'@'%'`);
      const blind = openTargetDatabase({ ...server.settings, username, password: 'secret' });
      try {
        const seen = await blind.describeTable(ref());
        if (seen === undefined) throw new Error('There is no table things.');
        table = describeApplyTable({ source: things.ref, target: ref() }, things, seen, codec);
        const target = openTarget();
        const { epoch } = await target.claim([partition]);
        await target.apply(target.prepare(batchOf(epoch, 0, [upsert('1', 'a', null, null, 'old')])));
        await server.client.query(`INSERT INTO ${hidden}.parts VALUES (1)`);
        await target.apply(target.prepare(batchOf(epoch, 1, [upsert('1', 'a', null, null, 'new')])));
        expect(await notes()).toEqual([['1', 'new']]);
        expect(await rowsOf(server, `SELECT thing FROM ${hidden}.parts`)).toEqual([{ thing: '1' }]);
      } finally {
        await blind.close();
        await server.client.query(`DROP DATABASE ${hidden}; DROP USER '${username}'@'%'`);
      }
    });
  });

  test('a table whose rows do not commit with the checkpoint is refused', async () => {
    await server.client.query(
      'ALTER TABLE things MODIFY `Part ``2``` varchar(100) NOT NULL, ENGINE = MyISAM',
    );
    await expect(describeThings()).rejects.toMatchObject({
      code: 'SchemaMismatch',
      message: expect.stringContaining('MyISAM'),
    });
  });

  test('a connection that the server killed is a transient error, and the next one works', async () => {
    const target = openTarget();
    const { epoch } = await target.claim([partition]);
    const killed = await pool.acquire();
    const { rows: ids } = await killed.query('SELECT CONNECTION_ID() AS id');
    killed.release();
    await server.client.query(`KILL ${Number(ids[0]?.id)}`);
    const batch = batchOf(epoch, 0, [upsert('1', 'a', '1.00', null, null)]);
    const outcome = await target.apply(target.prepare(batch)).catch((caught: unknown) => caught);
    if (outcome !== 'applied') {
      expect(outcome).toMatchObject({ isTransient: true });
      expect(await target.apply(target.prepare(batch))).toBe('applied');
    }
    expect(await rows()).toHaveLength(1);
  });
});
