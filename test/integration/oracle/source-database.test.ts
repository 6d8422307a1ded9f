import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type oracledb from 'oracledb';
import { openChunkReader } from '#adapters/oracle/source/chunk-reader.ts';
import { openSourceDatabase } from '#adapters/oracle/source/source-database.ts';
import type { Chunk } from '#core/contracts/copy.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import { planChunks } from '#core/copy/plan-table.ts';
import type { CanonicalRow, SourceDatabase } from '#core/ports/databases.ts';
import { connectToServer, dropTable, needsServer, serverSettings, serverUrl } from './oracle-server.ts';
import { typeSamples } from './type-samples.ts';

jest.setTimeout(120_000);

const rowCount = Math.max(...typeSamples.map(({ values }) => values.length));

(serverUrl === undefined ? describe.skip : describe)(`source database: ${needsServer}`, () => {
  let sql: oracledb.Connection;
  let source: SourceDatabase;
  let schema: string;

  beforeAll(async () => {
    sql = await connectToServer();
    source = openSourceDatabase(serverSettings());
    schema = serverSettings().username.toUpperCase();
    for (const name of ['TEST_VALUES', 'TEST_KEYS', 'TEST_NO_KEY']) await dropTable(sql, name);
    const columns = typeSamples.map(({ type }, index) => `V${index} ${type}`);
    await sql.execute(`CREATE TABLE TEST_VALUES (ID NUMBER(10) PRIMARY KEY, ${columns.join(', ')})`);
    for (let row = 0; row < rowCount; row += 1) {
      const values = typeSamples.map(({ values: samples }) => samples[row]?.[0] ?? 'NULL');
      await sql.execute(`INSERT INTO TEST_VALUES VALUES (${row}, ${values.join(', ')})`);
    }
    await sql.execute(`
      CREATE TABLE TEST_KEYS (
        DAY DATE, CODE CHAR(4 BYTE), "Part" NVARCHAR2(10), AT TIMESTAMP(3), R RAW(4), D BINARY_DOUBLE, N NUMBER,
        TWICE NUMBER GENERATED ALWAYS AS (N * 2) VIRTUAL, PRIMARY KEY (DAY, CODE, "Part", AT, R, D, N))`);
    await sql.execute(`
      INSERT INTO TEST_KEYS (DAY, CODE, "Part", AT, R, D, N)
      SELECT DATE '2024-02-29' + MOD(LEVEL, 3), CHR(65 + MOD(LEVEL, 5)), N'é' || MOD(LEVEL, 2),
             TIMESTAMP '2024-01-01 00:00:00.125' + NUMTODSINTERVAL(MOD(LEVEL, 7), 'SECOND'),
             HEXTORAW(LPAD(TO_CHAR(MOD(LEVEL, 11), 'FMXX'), 4, '0')), MOD(LEVEL, 13) / 3, LEVEL / 7
      FROM dual CONNECT BY LEVEL <= 2000`);
    await sql.execute('CREATE TABLE TEST_NO_KEY (A NUMBER, B VARCHAR2(10))');
    await sql.commit();
  });

  afterAll(async () => {
    for (const name of ['TEST_VALUES', 'TEST_KEYS', 'TEST_NO_KEY']) if (sql) await dropTable(sql, name);
    await source?.close();
    await sql?.close();
  });

  const describeTable = async (table: string): Promise<TableDescription> => {
    const described = await source.describeTable({ schema, table });
    if (described === undefined) throw new Error(`There is no table ${table}.`);
    return described;
  };

  const readAll = async (
    table: TableDescription,
    chunks: readonly Chunk[],
  ): Promise<readonly CanonicalRow[]> => {
    const reader = openChunkReader(serverSettings(), 2);
    try {
      const rows: CanonicalRow[] = [];
      for (const chunk of chunks) {
        for await (const batch of reader.readChunk(table, chunk, new AbortController().signal)) {
          rows.push(...batch.rows);
        }
      }
      return rows;
    } finally {
      await reader.close();
    }
  };

  test('the server tells its version', async () => {
    expect((await source.ping()).serverVersion).toMatch(/^\d+\.\d+/);
  });

  test('the catalog describes every type as DDL spells it', async () => {
    const table = await describeTable('TEST_VALUES');
    expect(table.primaryKey).toEqual(['ID']);
    expect(table.columns.slice(1).map(({ native }) => native?.type)).toEqual(
      typeSamples.map(({ type }) => (type === 'INTEGER' ? 'NUMBER(*,0)' : type)),
    );
    for (const column of table.columns) expect(source.dialect.validateColumn(column)).toBeUndefined();
  });

  test('the list has the tables of users and none of the server', async () => {
    const tables = await source.listTables();
    expect(tables.map(({ ref }) => ref)).toContainEqual({ schema, table: 'TEST_KEYS' });
    expect(tables.filter(({ ref }) => ref.schema === 'SYS' || ref.schema === 'SYSTEM')).toEqual([]);
    expect(await source.describeTable({ schema, table: 'NO_SUCH_TABLE' })).toBeUndefined();
  });

  test('every value is copied as its canonical text', async () => {
    const rows = await readAll(await describeTable('TEST_VALUES'), [{ chunkNumber: 0 }]);
    const sorted = rows.toSorted((a, b) => Number(a[0]) - Number(b[0]));
    for (const [index, { values }] of typeSamples.entries()) {
      const expected = Array.from({ length: rowCount }, (_unused, row) => values[row]?.[1] ?? null);
      expect(sorted.map((row) => row[index + 1])).toEqual(expected);
    }
  });

  test('chunks of a key of many columns have every row once', async () => {
    const table = await describeTable('TEST_KEYS');
    const chunks: Chunk[] = [];
    for (let after: readonly string[] | undefined; ; ) {
      const upTo = await source.nextChunkBound(table, after, 300);
      chunks.push({ chunkNumber: chunks.length, ...(after && { after }), ...(upTo && { upTo }) });
      if (upTo === undefined) break;
      after = upTo;
    }
    expect(chunks).toHaveLength(7);
    const rows = await readAll(table, chunks);
    expect(rows).toHaveLength(2_000);
    expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBe(2_000);
    // Virtual columns are not among them.
    expect(rows[0]).toHaveLength(7);
    expect((await planChunks(source, table)).length).toBeGreaterThan(0);
  });

  test('what capture lacks is named with statements', async () => {
    const problems = await source.findCaptureProblems({ slotName: 'millrace_test', publicationName: 'p' });
    for (const { remedy } of problems) expect(remedy).toBeDefined();
    const [problem] = await source.findTableGrantProblems([{ schema, table: 'TEST_NO_KEY' }]);
    expect(problem?.remedy).toBe(
      `ALTER TABLE "${schema}"."TEST_NO_KEY" ADD SUPPLEMENTAL LOG DATA (ALL) COLUMNS;`,
    );
    await sql.execute('ALTER TABLE TEST_NO_KEY ADD SUPPLEMENTAL LOG DATA (ALL) COLUMNS');
    expect(await source.findTableGrantProblems([{ schema, table: 'TEST_NO_KEY' }])).toEqual([]);
  });

  test('the log reaches back to its own present, and not to the beginning of time', async () => {
    const capture = { slotName: 'millrace_test', publicationName: 'p' };
    const now = await source.writeMarker('now');
    const judge = (scn: string) =>
      source.judgeCapture(capture, { readOffset: async () => ({ scn }), hasCopy: true });
    expect(await judge(now)).toEqual({ kind: 'continuous' });
    expect(await judge('1')).toMatchObject({ kind: 'gap' });
    expect(await judge(String(BigInt(now) + 1_000_000_000n))).toMatchObject({ kind: 'gap' });
  });

  test('a transaction that is open is seen until it ends', async () => {
    await sql.execute("INSERT INTO TEST_NO_KEY VALUES (1, 'open')");
    const offset = { scn: '1', snapshot_scn: await source.writeMarker('now') };
    expect(await source.listTransactionsBefore?.(offset)).toHaveLength(1);
    await sql.rollback();
    expect(await source.listTransactionsBefore?.(offset)).toEqual([]);
  });

  test('an aborted read rejects with its reason', async () => {
    const reader = openChunkReader(serverSettings(), 1);
    const abort = new AbortController();
    const reading = (async () => {
      for await (const _batch of reader.readChunk(
        await describeTable('TEST_KEYS'),
        { chunkNumber: 0 },
        abort.signal,
      )) {
        abort.abort(new Error('stopped'));
      }
    })();
    await expect(reading).rejects.toThrow('stopped');
    await reader.close();
  });
});
