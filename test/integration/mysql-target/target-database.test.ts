import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createDatabaseAccess } from '#adapters/databases/open-database.ts';
import { type MysqlTargetDatabase, openTargetDatabase } from '#adapters/mysql/target/target-database.ts';
import type { ColumnDescription, TableDescription } from '#core/contracts/table-description.ts';
import { quoteIdentifier } from '#core/databases/mysql/identifiers.ts';
import { clientTableNames } from '#core/databases/mysql/target/bookkeeping.ts';
import { localNetwork } from '../../kit/local-network.ts';
import { sampleOwner } from '../../kit/target-owner.ts';
import { describeTargets, rowsOf, startTarget, type TargetServer } from './target-servers.ts';

const owner = sampleOwner({ replicationId: 3 });
const run = { owner, generation: 1 };

jest.setTimeout(60_000);

const column = (
  name: string,
  baseType: string,
  more: Partial<ColumnDescription> = {},
): ColumnDescription => ({
  name,
  type: baseType,
  baseType,
  isArray: false,
  typeKind: 'base',
  notNull: false,
  isGenerated: false,
  ...more,
});

const orders: TableDescription = {
  ref: { schema: 'public', table: 'orders' },
  columns: [
    column('id', 'int8', { notNull: true }),
    column('line `2`', 'text', { notNull: true }),
    column('kind', 'kind', { typeKind: 'enum' }),
    column('price', 'numeric', { type: 'numeric(12,2)', precision: 12, scale: 2 }),
    column('name', 'varchar', { type: 'character varying(80)', maxLength: 80, notNull: true }),
    column('total', 'numeric', { isGenerated: true }),
    column('at', 'timestamptz'),
  ],
  primaryKey: ['line `2`', 'id'],
  isKeyDeferrable: false,
  replicaIdentity: 'default',
  relationKind: 'table',
  estimatedRows: 0,
  bytes: 0,
  uniqueIndexes: [],
};

describeTargets('a target', (kind) => {
  let server: TargetServer;
  let target: MysqlTargetDatabase;

  beforeAll(async () => {
    server = await startTarget(kind);
    target = openTargetDatabase(server.settings);
  }, 120_000);
  afterAll(async () => {
    await target?.close();
    await server?.stop();
  });

  const inTarget = (table: string) => ({ schema: server.settings.databaseName, table });
  const other = () => `${server.settings.databaseName}_new \`x`;

  test('tells its version, and that it is of another kind than was registered', async () => {
    const { serverVersion } = await target.ping();
    expect(serverVersion.includes('MariaDB')).toBe(kind === 'mariadb');
    const wrong = openTargetDatabase({
      ...server.settings,
      kind: kind === 'mariadb' ? 'mysql' : 'mariadb',
    });
    await expect(wrong.ping()).rejects.toMatchObject({
      code: 'InvalidRequest',
      message: expect.stringContaining(`register it as ${kind}`),
    });
    await wrong.close();
  });

  test('refuses a wrong password and an unknown database by their codes', async () => {
    const wrongPassword = openTargetDatabase({ ...server.settings, password: 'wrong' });
    await expect(wrongPassword.ping()).rejects.toMatchObject({ code: 'DatabaseAuthenticationFailed' });
    const wrongName = openTargetDatabase({ ...server.settings, databaseName: 'nowhere' });
    await expect(wrongName.ping()).rejects.toMatchObject({ code: 'DatabaseNotFound' });
    const wrongPort = openTargetDatabase({ ...server.settings, port: 9 });
    await expect(wrongPort.ping()).rejects.toMatchObject({ code: 'DatabaseUnreachable' });
    await Promise.all([wrongPassword.close(), wrongName.close(), wrongPort.close()]);
  });

  describe('createTable', () => {
    test('makes database and table with types, NOT NULLs and key, and nothing that computes values', async () => {
      const ref = { schema: other(), table: "acme_orders' --" };
      try {
        await target.createTable(ref, orders);
        const created = await target.describeTable(ref);
        expect(
          created?.columns.map(({ name, native, notNull, hasDefault }) => [
            name,
            native?.type.replace('bigint(20)', 'bigint'),
            notNull,
            hasDefault,
          ]),
        ).toEqual([
          ['id', 'bigint', true, false],
          ['line `2`', 'varchar(766)', true, false],
          ['kind', 'varchar(63)', false, false],
          ['price', 'decimal(12,2)', false, false],
          ['name', 'varchar(80)', true, false],
          ['at', 'datetime(6)', false, false],
        ]);
        expect(created).toMatchObject({
          primaryKey: ['line `2`', 'id'],
          storageEngine: 'InnoDB',
          hasOtherUniqueIndexes: false,
          isReferenced: false,
        });
        if (created === undefined) throw new Error('The table was not created.');
        expect(target.dialect.compareTargetTable(orders, created)).toEqual([]);
      } finally {
        await server.client.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(other())}`);
      }
    });

    test('leaves a table that is there as it is', async () => {
      await server.client.query('CREATE TABLE there (other int)');
      await target.createTable(inTarget('there'), orders);
      expect((await target.describeTable(inTarget('there')))?.columns.map(({ name }) => name)).toEqual([
        'other',
      ]);
    });

    test('of one table ten times at once succeeds', async () => {
      await Promise.all(Array.from({ length: 10 }, () => target.createTable(inTarget('crowd'), orders)));
      expect(await target.describeTable(inTarget('crowd'))).toBeDefined();
    });

    test('keeps the types of a table of the same kind of server', async () => {
      const types = [
        'tinyint(1)',
        'tinyint(3) unsigned',
        'mediumint(9)',
        'bigint(20) unsigned',
        'decimal(20,5) unsigned',
        'year(4)',
        `enum('a','it''s','b,c')`,
        `set('x','y')`,
        'char(5)',
        'binary(3)',
        'varbinary(10)',
        'tinytext',
        'mediumblob',
        'time(3)',
        'datetime(2)',
        'timestamp(4)',
        'bit(9)',
        'point',
        'float',
        'double',
      ];
      await server.client.query(
        `CREATE TABLE native_source (id int PRIMARY KEY, ${types.map((type, index) => `c${index} ${type} NOT NULL${type.startsWith('timestamp') ? " DEFAULT '2000-01-01'" : ''}`).join(', ')}, name varchar(10) CHARACTER SET latin1)`,
      );
      const source = await target.describeTable(inTarget('native_source'));
      if (source === undefined) throw new Error('There is no table native_source.');
      expect(target.dialect.refuseTable(source)).toEqual([]);
      await target.createTable(inTarget('native_target'), source);
      const created = await target.describeTable(inTarget('native_target'));
      expect(created?.columns.map(({ native }) => [native?.type, native?.charset])).toEqual(
        source.columns.map(({ native }) => [native?.type, native?.charset]),
      );
      const [{ extra } = {}] = await rowsOf(
        server,
        `SELECT EXTRA AS extra FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'native_target' AND COLUMN_NAME = 'c15'`,
      );
      expect(extra).toBe('');
    });
  });

  test('hasRows and truncate', async () => {
    await server.client.query('CREATE TABLE `Rows ``q``` (id int)');
    const ref = inTarget('Rows `q`');
    expect(await target.hasRows(ref)).toBe(false);
    await server.client.query('INSERT INTO `Rows ``q``` VALUES (1)');
    expect(await target.hasRows(ref)).toBe(true);
    await expect(target.truncate(ref, run)).rejects.toMatchObject({ code: 'OwnershipLost' });
    await target.takeTables({ ...run, tables: [ref] });
    await target.truncate(ref, run);
    expect(await target.hasRows(ref)).toBe(false);
  });

  test('a table that is not there is told by its name', async () => {
    const nowhere = inTarget('nowhere');
    await expect(target.hasRows(nowhere)).rejects.toMatchObject({
      code: 'TableNotFound',
      facts: { table: `${server.settings.databaseName}.nowhere` },
    });
    expect(await target.describeTable(nowhere)).toBeUndefined();
  });

  test('reasons against an existing table name its columns', async () => {
    await server.client.query(`
      CREATE TABLE unfit (id bigint NOT NULL, \`line \`\`2\`\`\` varchar(80) COLLATE utf8mb4_general_ci NOT NULL, kind int, price decimal(12,1),
        name varchar(70) NOT NULL, at datetime(3), more int NOT NULL, twice int GENERATED ALWAYS AS (more * 2) STORED,
        PRIMARY KEY (id, \`line \`\`2\`\`\`))`);
    await server.client.query(`CREATE TABLE unsafe (id bigint NOT NULL PRIMARY KEY) ENGINE = MyISAM`);
    const unfit = await target.describeTable(inTarget('unfit'));
    const unsafe = await target.describeTable(inTarget('unsafe'));
    if (unfit === undefined || unsafe === undefined) throw new Error('The tables were not created.');
    expect(
      target.dialect.compareTargetTable(orders, unfit).map((reason) => reason.replace(/int\(\d+\)/, 'int')),
    ).toEqual([
      'column line `2` is in the key, but its collation utf8mb4_general_ci ignores case or accents, so different keys of the source could be the same row',
      'column kind is int, but the source has kind',
      'column price is decimal(12,1), but the source has numeric(12,2)',
      'column name is varchar(70), but the source has character varying(80)',
      'column at is datetime(3), but the source has timestamptz',
      'column more is NOT NULL without a default, and the source has no such column',
    ]);
    expect(
      target.dialect.compareTargetTable(
        { ...orders, columns: orders.columns.slice(0, 1), primaryKey: ['id'] },
        unsafe,
      ),
    ).toEqual([expect.stringMatching(/^is stored by MyISAM/)]);
  });

  describe('foreign keys', () => {
    const writer = () => `seer_${server.settings.databaseName.slice(-8)}`;
    const elsewhere = () => `${server.settings.databaseName}_elsewhere`;

    beforeAll(async () => {
      const { databaseName } = server.settings;
      await server.client.query(`
        CREATE TABLE pointed_at (id int PRIMARY KEY);
        CREATE TABLE alone (id int PRIMARY KEY);
        CREATE DATABASE ${quoteIdentifier(elsewhere())};
        CREATE TABLE ${quoteIdentifier(elsewhere())}.pointing (
          id int PRIMARY KEY, FOREIGN KEY (id) REFERENCES ${quoteIdentifier(databaseName)}.pointed_at (id));
        CREATE USER '${writer()}'@'%' IDENTIFIED BY 'secret';
        GRANT ALL ON ${quoteIdentifier(databaseName)}.* TO '${writer()}'@'%'`);
    });
    afterAll(async () => {
      await server.client.query(`
        DROP DATABASE ${quoteIdentifier(elsewhere())}; DROP TABLE pointed_at, alone; DROP USER '${writer()}'@'%'`);
    });

    const areReferenced = async (database: MysqlTargetDatabase) =>
      Promise.all(
        ['pointed_at', 'alone'].map(
          async (table) => (await database.describeTable(inTarget(table)))?.isReferenced,
        ),
      );

    test('of another schema are found', async () => {
      expect(await areReferenced(target)).toEqual([true, false]);
    });

    test('that the account cannot see are taken to be there, until it can see them all', async () => {
      const asWriter = openTargetDatabase({ ...server.settings, username: writer(), password: 'secret' });
      expect(await areReferenced(asWriter)).toEqual([true, true]);
      await asWriter.close();
      await server.client.query(`GRANT SELECT ON *.* TO '${writer()}'@'%'`);
      const asReader = openTargetDatabase({ ...server.settings, username: writer(), password: 'secret' });
      expect(await areReferenced(asReader)).toEqual([true, false]);
      await asReader.close();
    });
  });

  describe('findWriteProblems', () => {
    test('an administrator lacks nothing', async () => {
      expect(await target.findWriteProblems([server.settings.databaseName, other()])).toEqual([]);
    });

    test('names each missing privilege, with the statement that gives it', async () => {
      const { databaseName } = server.settings;
      const user = `writer_${databaseName.slice(-8)}`;
      await server.client.query(`
        CREATE USER '${user}'@'%' IDENTIFIED BY 'secret';
        GRANT SELECT, INSERT ON ${quoteIdentifier(databaseName)}.* TO '${user}'@'%'`);
      try {
        const asWriter = openTargetDatabase({ ...server.settings, username: user, password: 'secret' });
        const found = await asWriter.findWriteProblems([databaseName, other()]);
        expect(found).toEqual([
          {
            subject: 'target database',
            problem: `UPDATE, DELETE, CREATE, DROP on the database ${databaseName} are missing.`,
            remedy: expect.stringMatching(
              /^GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP ON `.*`\.\* TO `writer_.*`@`%`;$/,
            ),
          },
          {
            subject: 'target database',
            problem: `SELECT, INSERT, UPDATE, DELETE, CREATE, DROP on the new database ${other()} are missing.`,
            remedy: expect.stringContaining('_new'),
          },
        ]);
        await expect(asWriter.createTable(inTarget('x'), orders)).rejects.toMatchObject({
          code: 'PermissionDenied',
        });
        // The remedies are what it takes.
        for (const { remedy } of found) await server.client.query(String(remedy));
        expect(await asWriter.findWriteProblems([databaseName, other()])).toEqual([]);
        await asWriter.createTable(inTarget('x'), orders);
        await asWriter.takeTables({ ...run, tables: [inTarget('x')] });
        await asWriter.truncate(inTarget('x'), run);
        await asWriter.close();
      } finally {
        await server.client.query(`DROP USER '${user}'@'%'`);
      }
    });
  });

  test('checkpoints are reset by anyone who opens databases by their kind', async () => {
    const { kind: targetKind, host, port, databaseName, username, password, tlsMode } = server.settings;
    const access = createDatabaseAccess(
      { getCredentials: async () => ({ username, password }) },
      localNetwork,
    );
    const database = {
      databaseId: 1,
      clientId: 1,
      name: 'warehouse',
      kind: targetKind,
      host,
      port,
      databaseName,
      username,
      tlsMode,
      secretArn: 'arn',
      createdAt: '2026-01-01T00:00:00.000Z',
    };
    await access.resetCheckpoints(database, owner, [
      { topic: 't', partition: 0, firstOffset: 0n, endOffset: 12n },
    ]);
    expect(
      await rowsOf(
        server,
        `SELECT topic, next_offset, epoch FROM ${clientTableNames(owner).checkpoint} WHERE replication_id = 3`,
      ),
    ).toEqual([{ topic: 't', next_offset: '12', epoch: '1' }]);
  });
});
