import { expect, test } from '@jest/globals';
import { toLogReading } from '#core/databases/postgresql/source/log-reading.ts';

const row = (change: object) => ({
  ...{ position: '0/100', activity: '1:1:', captured: '0/80', isRead: 't', isLost: 'f', isStandby: 'f' },
  ...{ aheadBytes: '128', retainedBytes: '256', limitMib: '-1', ...change },
});

test.each([
  ['nothing was captured', undefined, {}, undefined],
  ['the log ends where capture is', { lsn: 0x100 }, {}, undefined],
  [
    'the log ends before what was captured',
    { lsn: 0x80, lsn_proc: 0x101 },
    {},
    /ends at 0\/100, before.*0\/101/,
  ],
  ['a standby may still get it', { lsn: 0x101 }, { isStandby: 't' }, undefined],
  ['the slot is lost', { lsn: 0x80 }, { isLost: 't' }, /slot s is lost/],
] as const)('what is lost when %s', (_name, offset, change, lost) => {
  const reading = toLogReading('s', row(change), offset);
  if (lost === undefined) expect(reading).not.toHaveProperty('lost');
  else expect(reading.lost).toMatch(lost);
});
