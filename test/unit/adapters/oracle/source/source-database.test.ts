import { expect, test } from '@jest/globals';
import { createExecutor } from '#adapters/oracle/driver/executor.ts';
import { createSourceDatabase } from '#adapters/oracle/source/source-database.ts';
import { columnOf, tableOf } from '../../../core/databases/oracle/column-samples.ts';
import { type Answers, createFakePool, oracleFailure } from '../fake-pool.ts';

const capture = { slotName: 'millrace_client_1_db_2', publicationName: 'millrace_client_1_db_2' };
const ref = { schema: 'SHOP', table: 'ORDERS' };

const ready: Answers = [
  [/product_component_version/, [{ serverVersion: '19.22.0.0.0' }]],
  [/CON_NAME/, [{ container: 'ORCLPDB1', username: 'C##MILLRACE' }]],
  [
    /session_privs/,
    ['CREATE SESSION', 'SET CONTAINER', 'LOGMINING', 'CREATE TABLE'].map((privilege) => ({ privilege })),
  ],
  [/session_roles/, [{ role: 'SELECT_CATALOG_ROLE' }]],
  [/user_ts_quotas/, [{ quotas: '1' }]],
  [/all_procedures/, [{ name: 'DBMS_LOGMNR' }, { name: 'DBMS_LOGMNR_D' }]],
  // Outside of a mining session the view answers with an error that shows it may be read.
  [/FROM v\$logmnr_contents WHERE 1 = 0/, oracleFailure('ORA-01306')],
  [/FROM v\$\w+ WHERE 1 = 0/, []],
  [
    /supplemental_log_data_min/,
    [
      {
        logMode: 'ARCHIVELOG',
        supplementalMin: 'YES',
        supplementalAll: 'NO',
        forceLogging: 'YES',
        openMode: 'READ WRITE',
        isContainer: 'YES',
        currentScn: '450',
      },
    ],
  ],
  [/v\$instance/, [{ isCluster: 'NO' }]],
];

const open = (answers: Answers, databaseName = 'ORCLCDB/ORCLPDB1') => {
  const fake = createFakePool(answers);
  const executor = createExecutor(fake.pool, 'db:1521/ORCL');
  return { fake, source: createSourceDatabase({ inTables: executor, inRoot: executor }, databaseName) };
};

test('a ready server has no problems', async () => {
  const { source, fake } = open(ready);
  expect(await source.findCaptureProblems(capture)).toEqual([]);
  expect(new Set(fake.released)).toEqual(new Set(['kept']));
});

test('a view that may not be read is named, and what it hides is not guessed', async () => {
  const { source } = open([[/FROM v\$(?:instance|log) WHERE 1 = 0/, oracleFailure('ORA-00942')], ...ready]);
  const problems = await source.findCaptureProblems(capture);
  expect(problems).toEqual([
    {
      subject: 'source server',
      problem: 'User C##MILLRACE may not read V$INSTANCE, V$LOG.',
      remedy: expect.stringContaining('GRANT SELECT ON SYS.V_$INSTANCE TO "C##MILLRACE"'),
    },
  ]);
});

test('a server that does not answer is no matter of rights', async () => {
  const { source } = open([[/FROM v\$log WHERE 1 = 0/, oracleFailure('ORA-03113')], ...ready]);
  await expect(source.findCaptureProblems(capture)).rejects.toMatchObject({ code: 'DatabaseUnreachable' });
});

test('tables are looked at one by one: readable, and logged as a whole', async () => {
  const { source } = open([
    [/FROM "SHOP"\."ORDERS" WHERE 1 = 0/, []],
    [/all_log_groups/, [{ type: 'PRIMARY KEY LOGGING' }]],
    [/FROM all_tables/, [{ ...ref, relationKind: 'table', estimatedRows: '-1', bytes: '0' }]],
    [/all_tab_cols|all_indexes|all_constraints/, []],
    ...ready,
  ]);
  expect(await source.findTableGrantProblems([ref])).toEqual([
    {
      subject: 'source table SHOP.ORDERS',
      problem: expect.stringContaining('the whole of its changed rows'),
      remedy: 'ALTER TABLE "SHOP"."ORDERS" ADD SUPPLEMENTAL LOG DATA (ALL) COLUMNS;',
    },
  ]);
});

test('a table that is not there is not reported as a missing right', async () => {
  const { source } = open([
    [/FROM "SHOP"\."ORDERS" WHERE 1 = 0/, oracleFailure('ORA-00942')],
    [/all_log_groups|all_tables|all_tab_cols|all_indexes|all_constraints|all_views/, []],
    ...ready,
  ]);
  expect(await source.findTableGrantProblems([ref])).toEqual([]);
});

test('a view is described as what it is', async () => {
  const { source } = open([
    [/all_views/, [{ name: 'ORDERS' }]],
    [/all_tab/, []],
    [/all_/, []],
  ]);
  expect(await source.describeTable(ref)).toMatchObject({ relationKind: 'view', columns: [] });
});

test('the log is looked at before the offset', async () => {
  const order: string[] = [];
  const logs = () => {
    order.push('logs');
    return [
      { thread: '1', sequence: '7', firstScn: '100', nextScn: '400' },
      { thread: '1', sequence: '8', firstScn: '400', nextScn: null },
    ];
  };
  const { source } = open([
    [/v\$archived_log/, logs],
    [/current_scn/, [{ currentScn: '450' }]],
  ]);
  const readOffset = async () => {
    order.push('offset');
    return { scn: '50' };
  };
  expect(await source.judgeCapture(capture, { readOffset, hasCopy: true })).toMatchObject({ kind: 'gap' });
  expect(order).toEqual(['logs', 'offset']);
});

test('transactions from before the start are listed with whom to ask', async () => {
  const { source, fake } = open([
    [/v\$transaction/, [{ startScn: '90', sid: '12', serial: '345', username: 'SHOP', program: 'sqlplus' }]],
  ]);
  expect(await source.listTransactionsBefore?.({ scn: '150', snapshot_scn: '100' })).toEqual([
    'session 12,345 of SHOP (sqlplus), open since SCN 90',
  ]);
  expect(fake.calls[0]?.values).toEqual(['100']);
  expect(await source.listTransactionsBefore?.(undefined)).toEqual([]);
});

test('what the connector created is dropped, and need not be there', async () => {
  const { source, fake } = open([[/DROP TABLE/, oracleFailure('ORA-00942')]]);
  await source.dropCapture(capture);
  expect(fake.calls.map(({ text }) => text)).toEqual(['DROP TABLE "MILLRACE_CLIENT_1_DB_2" PURGE']);
});

test('a marker is the current SCN, and nothing is written for it', async () => {
  const { source, fake } = open([[/current_scn/, [{ currentScn: '450' }]]]);
  expect(await source.writeMarker('copy-end')).toBe('450');
  expect(fake.calls).toHaveLength(1);
});

test('the bound of a chunk comes as canonical text', async () => {
  const table = tableOf(
    [
      columnOf('DATE', {}, { name: 'DAY', notNull: true }),
      columnOf('NUMBER', { precision: 8, scale: 2 }, { name: 'ID', notNull: true }),
    ],
    ['DAY', 'ID'],
  );
  const { source } = open([[/millrace_row/, [{ C0: ' 2024-02-29 00:00:00', C1: '.5' }]]]);
  expect(await source.nextChunkBound(table, undefined, 100)).toEqual(['2024-02-29 00:00:00', '0.50']);
  const { source: empty } = open([[/millrace_row/, []]]);
  expect(await empty.nextChunkBound(table, undefined, 100)).toBeUndefined();
});
