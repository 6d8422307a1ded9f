import { expect, test } from '@jest/globals';
import { toLogReading } from '#core/databases/mysql/source/log-reading.ts';

const log = {
  files: [
    { name: 'binlog.000001', bytes: 100 },
    { name: 'binlog.000002', bytes: 40 },
  ],
  gtids: {},
};

test('the end of the log, and the stored offset in it', () => {
  const offset = { file: 'binlog.000001', pos: 90, row: 2, event: 3 };
  expect(toLogReading(log, offset, { binlog_expire_logs_seconds: '3600' })).toEqual({
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
  expect(toLogReading(log, { file: 'binlog.000000', pos: 4 }, {})).toMatchObject({ captured: '000000:4' });
  expect(toLogReading(log, { file: 'binlog.000000', pos: 4 }, {})).not.toHaveProperty('aheadBytes');
  expect(toLogReading(log, undefined, {})).toEqual({ position: '000002:40', activity: '000002:40' });
  expect(toLogReading({ ...log, files: [] }, undefined, {})).toBeUndefined();
});

test.each([
  [{ binlog_expire_logs_seconds: '0', expire_logs_days: '2' }, 172_800_000],
  [{ expire_logs_days: '0.5' }, 43_200_000],
  [{ binlog_expire_logs_seconds: '0', expire_logs_days: '0' }, undefined],
])('how long %j keeps the log', (variables, keptMs) => {
  expect(toLogReading(log, undefined, variables)?.keptMs).toBe(keptMs);
});
