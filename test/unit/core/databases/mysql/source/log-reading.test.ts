import { describe, expect, test } from '@jest/globals';
import { flavorOf } from '#core/databases/mysql/flavors.ts';
import { toLogReading } from '#core/databases/mysql/source/log-reading.ts';

const [mysql, mariadb] = [flavorOf('mysql'), flavorOf('mariadb')];

const log = {
  files: [
    { name: 'binlog.000001', bytes: 100 },
    { name: 'binlog.000002', bytes: 40 },
  ],
  gtids: {},
};

test('the end of the log, and the stored offset in it', () => {
  const offset = { file: 'binlog.000001', pos: 90, row: 2, event: 3 };
  expect(toLogReading(mysql, log, offset, { binlog_expire_logs_seconds: '3600' })).toEqual({
    position: '000002:40',
    activity: '000002:40',
    captured: '000001:90',
    movement: 'binlog.000001 90 2 3',
    aheadBytes: 50,
    retainedBytes: 50,
    keptMs: 3_600_000,
  });
});

test('a file that is gone, no offset, and no log', () => {
  expect(toLogReading(mysql, log, { file: 'binlog.000000', pos: 4 }, {})).toMatchObject({
    captured: '000000:4',
  });
  expect(toLogReading(mysql, log, { file: 'binlog.000000', pos: 4 }, {})).not.toHaveProperty('aheadBytes');
  expect(toLogReading(mysql, log, undefined, {})).toEqual({ position: '000002:40', activity: '000002:40' });
  expect(toLogReading(mysql, { ...log, files: [] }, undefined, {})).toBeUndefined();
});

test.each([
  [{ binlog_expire_logs_seconds: '0', expire_logs_days: '2' }, 172_800_000],
  [{ expire_logs_days: '0.5' }, 43_200_000],
  [{ binlog_expire_logs_seconds: '0', expire_logs_days: '0' }, undefined],
])('how long %j keeps the log', (variables, keptMs) => {
  expect(toLogReading(mysql, log, undefined, variables)?.keptMs).toBe(keptMs);
});

describe('transactions that were captured and the server does not have', () => {
  const [first, second] = ['3e11fa47-71ca-11e1-9e33-c80aa9429562', '4f22ab58-71ca-11e1-9e33-c80aa9429562'];
  const offset = { file: 'binlog.000001', pos: 90, gtids: `${first}:1-110` };
  const server = { ...log, serverUuid: second, gtids: { gtid_executed: `${first}:1-100,\n${second}:1-5` } };
  const missingOf = (...[flavor, state, stored]: Parameters<typeof toLogReading>): string | undefined =>
    toLogReading(flavor, state, stored, {})?.missing;

  test('are missing when it has taken over, also when it has written on', () => {
    expect(missingOf(mysql, server, offset, {})).toMatch(/does not know.*without them/);
    expect(missingOf(mysql, server, { ...offset, gtids: `${first}:1-110,${second}:1-5` }, {})).toBeDefined();
    expect(
      missingOf(mysql, server, { ...offset, gtids: `${first}:1-100,${second}:1-3` }, {}),
    ).toBeUndefined();
    const other = { ...log, gtids: { gtid_binlog_pos: '0-1-100' } };
    expect(missingOf(mariadb, other, { ...offset, gtids: '0-1-110' }, {})).toMatch(/does not know/);
    expect(missingOf(mariadb, other, { ...offset, gtids: '0-1-100' }, {})).toBeUndefined();
  });

  test('prove nothing while a server is a replica, nor where they began at the server itself', () => {
    expect(missingOf(mysql, { ...server, isReadOnly: true }, offset, {})).toBeUndefined();
    expect(missingOf(mysql, { ...server, serverUuid: first.toUpperCase() }, offset, {})).toBeUndefined();
    expect(missingOf(mysql, server, { file: 'binlog.000001', pos: 90 }, {})).toBeUndefined();
  });
});
