import { expect, test } from '@jest/globals';
import { judgeSlot } from '#core/databases/postgresql/source/gap-guard.ts';

const slot = (confirmedFlushPosition: string, walStatus = 'reserved') => ({
  active: false,
  walStatus,
  confirmedFlushPosition,
});
const offset = { lsn_proc: 0x100, lsn: 0x110 };

test.each([
  ['a first start has neither slot nor offset', undefined, undefined, false, 'continuous'],
  ['a slot that an earlier, failed start made', slot('0/50'), undefined, false, 'continuous'],
  ['the offset is gone: streaming begins at the slot', slot('0/50'), undefined, true, 'continuous'],
  ['the slot is behind the offset', slot('0/F0'), offset, true, 'continuous'],
  ['the slot is exactly at the offset', slot('0/110'), offset, true, 'continuous'],
  ['the slot is ahead of the offset', slot('0/111'), offset, true, 'gap'],
  ['the slot is lost', slot('0/F0', 'lost'), offset, true, 'gap'],
  ['the slot is lost and no offset is stored', slot('0/F0', 'lost'), undefined, false, 'gap'],
  ['the slot is gone', undefined, offset, true, 'gap'],
  ['slot and offset are gone, but rows were copied', undefined, undefined, true, 'gap'],
] as const)('%s', (_name, found, stored, hasCopy, kind) => {
  expect(judgeSlot({ slotName: 's', slot: found, offset: stored, end: '0/200', hasCopy }).kind).toBe(kind);
});

test('the reason of a gap names slot and positions', () => {
  const verdict = judgeSlot({
    slotName: 'millrace_x',
    slot: slot('0/111'),
    offset,
    end: '0/200',
    hasCopy: true,
  });
  expect(verdict).toMatchObject({ reason: expect.stringMatching(/millrace_x is at 0\/111.*0\/110/) });
});

test('a log that ends before what was captured is another one, and one that ends there is not', () => {
  const judge = (end: string) => judgeSlot({ slotName: 's', slot: slot('0/F0'), offset, end, hasCopy: true });
  expect(judge('0/110')).toEqual({ kind: 'continuous' });
  expect(judge('0/10F')).toEqual({
    kind: 'gap',
    reason: expect.stringMatching(/ends at 0\/10F, before what was captured last \(0\/110\)/),
  });
});
