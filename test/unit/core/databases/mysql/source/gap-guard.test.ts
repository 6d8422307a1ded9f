import { describe, expect, test } from '@jest/globals';
import { flavorOf } from '#core/databases/mysql/flavors.ts';
import { judgeLog, type LogState } from '#core/databases/mysql/source/gap-guard.ts';

const uuid = '3e11fa47-71ca-11e1-9e33-c80aa9429562';
const files = [
  { name: 'binlog.000003', bytes: 1_000 },
  { name: 'binlog.000004', bytes: 500 },
];
const [mysql, mariadb] = [flavorOf('mysql'), flavorOf('mariadb')];
const place = { file: 'binlog.000004', pos: 400 };

const mysqlLog = (executed: string, purged = ''): LogState => ({
  files,
  gtids: { gtid_executed: executed, gtid_purged: purged },
});

test('without an offset nothing is lost before the first copy, and everything may be after it', () => {
  const capture = { flavor: mysql, log: mysqlLog(''), offset: undefined };
  expect(judgeLog({ ...capture, hasCopy: false })).toEqual({ kind: 'continuous' });
  expect(judgeLog({ ...capture, hasCopy: true })).toMatchObject({ kind: 'gap' });
});

describe('without GTIDs', () => {
  const judge = (offset: { readonly file: string; readonly pos: number }) =>
    judgeLog({ flavor: mysql, log: mysqlLog(''), offset, hasCopy: true });

  test('a place in a file that is there is continuous', () => {
    expect(judge(place)).toEqual({ kind: 'continuous' });
    expect(judge({ file: 'binlog.000003', pos: 1_000 })).toEqual({ kind: 'continuous' });
  });

  test('a removed file is a gap that names the setting', () => {
    expect(judge({ file: 'binlog.000002', pos: 4 })).toEqual({
      kind: 'gap',
      reason: expect.stringContaining('binlog_expire_logs_seconds'),
    });
  });

  test('a place behind the end of its file, and a file after the last, say that the log was reset', () => {
    expect(judge({ file: 'binlog.000004', pos: 501 })).toMatchObject({
      reason: expect.stringContaining('reset'),
    });
    expect(judge({ file: 'binlog.000009', pos: 4 })).toMatchObject({
      reason: expect.stringContaining('reset'),
    });
  });
});

describe('with GTIDs of MySQL', () => {
  const judge = (gtids: string, log: LogState) =>
    judgeLog({ flavor: mysql, log, offset: { ...place, file: 'other.000001', gtids }, hasCopy: true });

  test('names of files do not matter, as after a failover', () => {
    expect(judge(`${uuid}:1-10`, mysqlLog(`${uuid}:1-12`, `${uuid}:1-10`))).toEqual({ kind: 'continuous' });
  });

  test('transactions that were removed before they were captured are a gap', () => {
    expect(judge(`${uuid}:1-10`, mysqlLog(`${uuid}:1-20`, `${uuid}:1-11`))).toMatchObject({
      reason: expect.stringContaining('removed transactions'),
    });
  });

  test('a server that does not know the captured transactions is another one', () => {
    expect(judge(`${uuid}:1-10`, mysqlLog(`${uuid}:1-3`))).toMatchObject({
      reason: expect.stringContaining('does not know'),
    });
  });
});

describe('with GTIDs of MariaDB', () => {
  const judge = (gtids: string, known: string, file = place.file) =>
    judgeLog({
      flavor: mariadb,
      log: { files, gtids: { gtid_binlog_pos: known } },
      offset: { ...place, file, gtids },
      hasCopy: true,
    });

  test('the file has to be there and the transactions known', () => {
    expect(judge('0-1-10', '0-1-12')).toEqual({ kind: 'continuous' });
    expect(judge('0-1-10', '0-2-10')).toEqual({ kind: 'continuous' });
    expect(judge('0-1-10', '0-1-9')).toMatchObject({ reason: expect.stringContaining('does not know') });
    expect(judge('0-1-10', '')).toMatchObject({ kind: 'gap' });
    expect(judge('0-1-10', '0-1-12', 'binlog.000001')).toMatchObject({
      reason: expect.stringContaining('removed'),
    });
  });
});
