import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import mysql from 'mysql2/promise';
import { openChunkReader } from '#adapters/mysql/source/chunk-reader.ts';
import { openSourceDatabase } from '#adapters/mysql/source/source-database.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import type { CanonicalRow, ChunkReader, SourceDatabase } from '#core/ports/databases.ts';
import { findTableProblems } from '#core/validation/validate-table.ts';
import { kinds, type MysqlServer, startServer, withoutMysql } from './mysql-servers.ts';

// Tests may share two cores with a whole stack; most take milliseconds.
jest.setTimeout(60_000);

const capture = { slotName: 'unused', publicationName: 'unused' };

if (withoutMysql !== undefined) test.skip(withoutMysql, () => undefined);

describe.each(kinds)('a source of %s', (kind) => {
  let server: MysqlServer;
  let source: SourceDatabase;
  const ref = (table: string): TableRef => ({ schema: server.settings.databaseName, table });

  beforeAll(async () => {
    // Some tests connect with TLS.
    server = await startServer(kind, { ssl: 'ON' });
    source = openSourceDatabase(server.settings);
  }, 120_000);

  afterAll(async () => {
    await source?.close();
    await server?.stop();
  }, 60_000);

  beforeEach(async () => {
    const [rows] = await server.sql.query<mysql.RowDataPacket[]>(
      'SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_TYPE DESC',
    );
    // In any order, whatever refers to what.
    await server.sql.query('SET foreign_key_checks = 0');
    for (const { name } of rows) {
      const quoted = mysql.escapeId(String(name), true);
      await server.sql.query(`DROP VIEW IF EXISTS ${quoted}; DROP TABLE IF EXISTS ${quoted}`);
    }
    await server.sql.query('SET foreign_key_checks = 1');
  });

  const describeTable = async (table: string): Promise<TableDescription> => {
    const described = await source.describeTable(ref(table));
    if (described === undefined) throw new Error(`There is no table ${table}.`);
    return described;
  };

  test('the catalog has every table with its key, unique indexes and kinds of columns', async () => {
    await server.sql.query(`
      CREATE TABLE parents (id int PRIMARY KEY);
      CREATE TABLE \`a\`\`b "c"\` (b int, a varchar(20) CHARACTER SET latin1 NOT NULL, hidden int INVISIBLE DEFAULT 3,
        twice int AS (b * 2) VIRTUAL, thrice int AS (b * 3) STORED, parent int, name varchar(10) DEFAULT 'x',
        PRIMARY KEY (b, a), UNIQUE KEY by_name (name), KEY plain (hidden),
        CONSTRAINT to_parent FOREIGN KEY (parent) REFERENCES parents (id));
      CREATE VIEW seen AS SELECT * FROM parents`);
    const tables = await source.listTables();
    expect(tables.map((table) => [table.ref.table, table.relationKind])).toEqual([
      ['a`b "c"', 'table'],
      ['parents', 'table'],
      ['seen', 'view'],
    ]);
    const [table] = tables;
    expect(table).toEqual(await describeTable('a`b "c"'));
    expect(table).toMatchObject({ primaryKey: ['b', 'a'], uniqueIndexes: ['by_name', 'to_parent'] });
    expect(
      table?.columns.map(({ name, type, notNull, isGenerated, hasDefault }) => [
        ...[name, type, notNull, isGenerated, hasDefault],
      ]),
    ).toEqual([
      ['b', 'integer', true, false, false],
      ['a', 'character varying(20)', true, false, false],
      ['hidden', 'integer', false, false, true],
      ['twice', 'integer', false, true, false],
      ['thrice', 'integer', false, true, false],
      ['parent', 'integer', false, false, false],
      ['name', 'character varying(10)', false, false, true],
    ]);
  });

  test('a generated column in the key is refused by its name, or by the server itself', async () => {
    const create = `CREATE TABLE readings (sensor varchar(20), at datetime NOT NULL, day date AS (CAST(at AS date)) STORED,
      v int, PRIMARY KEY (sensor, day))`;
    // Error 1903: MariaDB has no primary key on a generated column.
    const refused = await server.sql.query(create).then(
      () => undefined,
      (error: { readonly errno?: number }) => error.errno,
    );
    if (kind === 'mariadb') {
      expect(refused).toBe(1903);
      return;
    }
    const problems = findTableProblems(await describeTable('readings'), source.dialect);
    expect(problems.map(({ problem }) => problem)).toEqual([expect.stringContaining('generated column day')]);
  });

  test('there is no table of another database, or of another name', async () => {
    expect(await source.describeTable({ schema: 'mysql', table: 'user' })).toBeUndefined();
    expect(await source.describeTable(ref('missing'))).toBeUndefined();
  });

  test('foreign keys by which the server changes rows unlogged are shown, also to those who may only read', async () => {
    const username = `reader_${server.settings.databaseName}`;
    await server.sql.query(`
      CREATE TABLE owners (id int PRIMARY KEY);
      CREATE TABLE owned (id int PRIMARY KEY, owner int,
        CONSTRAINT to_owner FOREIGN KEY (owner) REFERENCES owners (id) ON DELETE CASCADE ON UPDATE SET NULL);
      CREATE USER ${username} IDENTIFIED BY 'reader';
      GRANT SELECT ON ${server.settings.databaseName}.owned TO ${username}`);
    // MySQL from 9.6 on logs them; no older one is tested.
    const expected = kind === 'mariadb' ? ['to_owner (ON DELETE CASCADE ON UPDATE SET NULL)'] : undefined;
    const limited = openSourceDatabase({ ...server.settings, username, password: 'reader' });
    try {
      expect((await source.describeTable(ref('owned')))?.unloggedCascades).toEqual(expected);
      expect((await limited.describeTable(ref('owned')))?.unloggedCascades).toEqual(expected);
      expect((await source.describeTable(ref('owners')))?.unloggedCascades).toBeUndefined();
    } finally {
      await limited.close();
      await server.sql.query(`DROP USER ${username}; DROP TABLE owned; DROP TABLE owners`);
    }
  });

  test('a server of the other kind says what it is', async () => {
    const other = openSourceDatabase({ ...server.settings, kind: kind === 'mysql' ? 'mariadb' : 'mysql' });
    try {
      await expect(other.ping()).rejects.toMatchObject({
        code: 'InvalidRequest',
        message: expect.stringContaining(`register the database as kind ${kind}`),
      });
      expect(await other.findCaptureProblems(capture)).toEqual([
        expect.objectContaining({ problem: expect.stringContaining(`registered as`) }),
      ]);
    } finally {
      await other.close();
    }
  });

  test('the administrator of a server that is set up for it lacks nothing', async () => {
    await server.sql.query('CREATE TABLE t (id int PRIMARY KEY)');
    expect(await source.findCaptureProblems(capture)).toEqual([]);
    expect(await source.findTableGrantProblems([ref('t'), ref('missing')])).toEqual([]);
  });

  test('columns may have the names of what every object of JavaScript has', async () => {
    await server.sql.query(
      'CREATE TABLE odd (`__proto__` int, `constructor` int, `__defineGetter__` int, PRIMARY KEY (`__proto__`, `constructor`));' +
        'INSERT INTO odd VALUES (1, 2, 3), (4, 5, 6)',
    );
    expect(await source.findTableGrantProblems([ref('odd')])).toEqual([]);
    const table = await source.describeTable(ref('odd'));
    expect(table?.primaryKey).toEqual(['__proto__', 'constructor']);
    expect(table && (await source.nextChunkBound(table, undefined, 1))).toEqual(['1', '2']);
  });

  test('a user without rights is told each statement that is missing, and lacks nothing after them', async () => {
    const username = `limited_${server.settings.databaseName}`;
    await server.sql.query(`
      CREATE TABLE t (id int PRIMARY KEY, v int);
      CREATE USER ${username} IDENTIFIED BY 'limited';
      GRANT SELECT (id) ON t TO ${username}`);
    const limited = openSourceDatabase({
      ...server.settings,
      username,
      password: 'limited',
      tlsMode: 'require',
    });
    try {
      const problems = [
        ...(await limited.findCaptureProblems(capture)),
        ...(await limited.findTableGrantProblems([ref('t')])),
      ];
      const remedies = problems.map(({ remedy }) => remedy ?? '');
      expect(remedies).toEqual([
        `GRANT REPLICATION SLAVE ON *.* TO \`${username}\`@'%';`,
        `GRANT ${kind === 'mysql' ? 'REPLICATION CLIENT' : 'BINLOG MONITOR'} ON *.* TO \`${username}\`@'%';`,
        ...(kind === 'mysql' ? [`GRANT XA_RECOVER_ADMIN ON *.* TO \`${username}\`@'%';`] : []),
        ...(kind === 'mariadb' ? [`GRANT RELOAD ON *.* TO \`${username}\`@'%';`] : []),
        `GRANT SELECT ON \`${server.settings.databaseName}\`.\`t\` TO \`${username}\`@'%';`,
      ]);
      for (const remedy of remedies) await server.sql.query(remedy);
      await limited.close();
      const granted = openSourceDatabase({
        ...server.settings,
        username,
        password: 'limited',
        tlsMode: 'require',
      });
      try {
        expect(await granted.findCaptureProblems(capture)).toEqual([]);
        expect(await granted.findTableGrantProblems([ref('t')])).toEqual([]);
        await server.sql.query(
          "XA START 'a','b',7; INSERT INTO t VALUES (1, 1); XA END 'a','b',7; XA PREPARE 'a','b',7",
        );
        const prepared = await granted.listTransactionsBefore?.(undefined);
        await server.sql.query("XA COMMIT 'a','b',7");
        const parts = kind === 'mysql' ? "X'61',X'62'" : "'a','b'";
        expect(prepared).toEqual([`prepared XA transaction ${parts},7`]);
        expect(await granted.listTransactionsBefore?.(undefined)).toEqual([]);
        expect(await granted.writeMarker('x')).toMatch(/^\d{6}:\d+$/);
      } finally {
        await granted.close();
      }
    } finally {
      await server.sql.query(`DROP USER ${username}`);
    }
  });

  test('a wrong password, a missing database and a closed port each say what they are', async () => {
    const attempts = [
      { settings: { ...server.settings, password: 'wrong' }, code: 'DatabaseAuthenticationFailed' },
      { settings: { ...server.settings, databaseName: 'missing' }, code: 'DatabaseNotFound' },
      { settings: { ...server.settings, port: 1 }, code: 'DatabaseUnreachable' },
    ];
    for (const { settings, code } of attempts) {
      const wrong = openSourceDatabase(settings);
      await expect(wrong.ping()).rejects.toMatchObject({ code });
      await wrong.close();
    }
  });

  test('without an offset capture is continuous only before the first copy; a removed file is a gap', async () => {
    const judge = (offset: Record<string, unknown> | undefined, hasCopy = true) =>
      source.judgeCapture(capture, { readOffset: async () => offset, hasCopy });
    expect(await judge(undefined, false)).toEqual({ kind: 'continuous' });
    expect(await judge(undefined)).toMatchObject({ kind: 'gap' });
    const [files] = await server.sql.query<mysql.RowDataPacket[]>('SHOW BINARY LOGS');
    const newest = files.at(-1);
    expect(await judge({ file: newest?.Log_name, pos: 4 })).toEqual({ kind: 'continuous' });
    expect(await judge({ file: String(newest?.Log_name).replace(/\d+$/, '000000'), pos: 4 })).toMatchObject({
      reason: expect.stringContaining('removed'),
    });
  });

  test('what was captured and a server that takes writes does not have is missing; a replica may still get it', async () => {
    const [files] = await server.sql.query<mysql.RowDataPacket[]>('SHOW BINARY LOGS');
    const missing = async (gtids: string): Promise<string | undefined> => {
      const offset = { file: files.at(-1)?.Log_name, pos: 4, gtids };
      return (await source.readLog(capture, async () => offset)).missing;
    };
    const foreign =
      server.kind === 'mariadb' ? '0-7-999999999' : '3e11fa47-71ca-11e1-9e33-c80aa9429562:1-110';
    expect(await missing(foreign)).toMatch(/does not know.*without them/);
    expect(await missing('')).toBeUndefined();
    await server.sql.query('SET GLOBAL read_only = ON');
    try {
      expect(await missing(foreign)).toBeUndefined();
    } finally {
      await server.sql.query('SET GLOBAL read_only = OFF');
    }
  });

  describe('chunks', () => {
    const readAll = async (
      reader: ChunkReader,
      table: TableDescription,
      bounds: readonly (readonly string[])[],
    ): Promise<readonly CanonicalRow[]> => {
      const rows: CanonicalRow[] = [];
      for (let index = 0; index <= bounds.length; index += 1) {
        const [after, upTo] = [bounds[index - 1], bounds[index]];
        const chunk = { chunkNumber: index, ...(after && { after }), ...(upTo && { upTo }) };
        for await (const batch of reader.readChunk(table, chunk, new AbortController().signal)) {
          rows.push(...batch.rows);
        }
      }
      return rows;
    };

    const findBounds = async (
      table: TableDescription,
      rows: number,
    ): Promise<readonly (readonly string[])[]> => {
      const bounds: (readonly string[])[] = [];
      for (;;) {
        const bound = await source.nextChunkBound(table, bounds.at(-1), rows);
        if (bound === undefined) return bounds;
        bounds.push(bound);
      }
    };

    /** 1 to 500, as a table of one column `n`. */
    const numbers =
      'WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 500)';

    test.each([
      ['int', 'n * 7 - 900'],
      ['bigint unsigned', '18446744073709551615 - n'],
      ['decimal(20,5)', 'n / 7'],
      ['float', 'n / 7'],
      ['varchar(20) COLLATE utf8mb4_general_ci', "CONCAT(ELT(n % 4 + 1, 'a', 'Ä', 'z', '_'), n)"],
      ['varchar(20) CHARACTER SET latin1', "CONCAT('é', n)"],
      ['varbinary(8)', 'UNHEX(LPAD(HEX(n * 31), 6, 0))'],
      ['bit(20)', 'n * 1999'],
      ['date', "'2020-01-01' + INTERVAL n DAY"],
      ['datetime(3)', "'2020-01-01' + INTERVAL n * 1500 MICROSECOND"],
      ['timestamp(2)', "'2020-01-01' + INTERVAL n HOUR"],
      ['time(1)', 'SEC_TO_TIME(n * 1000 - 250000)'],
      ["enum('a','b','c','d')", "ELT(n, 'd', 'b', 'a', 'c')"],
      ...(kind === 'mariadb'
        ? [
            ['uuid', "CONCAT(LPAD(HEX(n * 7919), 8, 0), '-58cc-4372-a567-0e02b2c3d', LPAD(n, 3, 0))"],
            ['inet6', "CONCAT(HEX(n * 31), '::', HEX(n % 3))"],
            ['inet4', "CONCAT(n % 250, '.0.', n % 2, '.', n % 7)"],
          ]
        : []),
    ])('a key of %s is cut into chunks that have every row once', async (type, expression) => {
      const isEnum = type.startsWith('enum');
      await server.sql.query(
        `
        CREATE TABLE t (k ${type} NOT NULL PRIMARY KEY, v int);
        INSERT INTO t ${numbers} SELECT ${expression}, n FROM numbers${isEnum ? ' WHERE n <= 4' : ''}`.replace(
          // MariaDB and MySQL differ in where WITH stands after INSERT; both take it in a derived table.
          /INSERT INTO t (WITH[\s\S]*?n < 500\)) (SELECT [\s\S]*)$/,
          'INSERT INTO t SELECT * FROM ($1 $2) rows_to_insert',
        ),
      );
      const table = await describeTable('t');
      const bounds = await findBounds(table, 70);
      expect(bounds).toHaveLength(isEnum ? 0 : 7);
      const reader = openChunkReader(server.settings, 1);
      const rows = await readAll(reader, table, bounds);
      await reader.close();
      const [expected] = await server.sql.query<mysql.RowDataPacket[]>('SELECT v FROM t ORDER BY k');
      expect(rows.map(([, v]) => v)).toEqual(expected.map(({ v }) => String(v)));
    });

    test('a composite key is read as a range of its index, not by reading all of it', async () => {
      await server.sql.query(`
        CREATE TABLE t (a int, b varchar(10), c int, v int, PRIMARY KEY (a, b, c));
        INSERT INTO t SELECT * FROM (${numbers} SELECT n % 5 AS a, CONCAT('k', n % 7) AS b, n AS c, n AS v FROM numbers) rows_to_insert`);
      const table = await describeTable('t');
      const bounds = await findBounds(table, 60);
      expect(bounds).toHaveLength(8);
      const reader = openChunkReader(server.settings, 1);
      const rows = await readAll(reader, table, bounds);
      await reader.close();
      expect(rows).toHaveLength(500);
      expect(new Set(rows.map((row) => row.join('|'))).size).toBe(500);
    });

    test('an abort ends a read, and the reader goes on with the next chunk', async () => {
      await server.sql.query(`
        CREATE TABLE t (k int PRIMARY KEY, v text);
        INSERT INTO t SELECT * FROM (${numbers} SELECT n, REPEAT('x', 5000) FROM numbers) rows_to_insert`);
      const table = await describeTable('t');
      const reader = openChunkReader(server.settings, 1);
      const abort = new AbortController();
      const reason = new Error('no longer wanted');
      const read = async () => {
        for await (const _batch of reader.readChunk(table, { chunkNumber: 0 }, abort.signal))
          abort.abort(reason);
      };
      await expect(read()).rejects.toBe(reason);
      for await (const batch of reader.readChunk(table, { chunkNumber: 0 }, new AbortController().signal)) {
        expect(batch.rows.length).toBeGreaterThan(0);
        expect(batch.rows.length).toBeLessThan(500);
        break;
      }
      expect(await readAll(reader, table, [])).toHaveLength(500);
      await reader.close();
    });
  });
});
