import { expect, test } from '@jest/globals';
import {
  ForeignKeyWait,
  foreignKeyPatienceMs,
} from '../../../../consumer-container/consumer/foreign-key-wait.ts';

test('a batch is halved down to one event without a pause, then tried alone and as a whole by turns', () => {
  const wait = new ForeignKeyWait(8);
  const seen = Array.from({ length: 7 }, () => {
    const { records } = wait;
    return [records, wait.next(0n, 0)];
  });
  expect(seen).toEqual([
    [8, 0],
    [4, 0],
    [2, 0],
    [1, 100],
    [8, 200],
    [1, 400],
    [8, 800],
  ]);
});

test('it goes on while another partition moves, and gives up when none has for a minute', () => {
  const wait = new ForeignKeyWait(1);
  expect(wait.next(1n, 0)).toBe(100);
  expect(wait.next(2n, foreignKeyPatienceMs)).toBe(200);
  expect(wait.next(2n, 2 * foreignKeyPatienceMs - 1)).toBe(400);
  expect(wait.next(2n, 2 * foreignKeyPatienceMs)).toBeUndefined();
});

test('a batch that was applied lets the next ones grow again', () => {
  const wait = new ForeignKeyWait(8);
  for (let attempt = 0; attempt < 4; attempt += 1) wait.next(0n, 0);
  wait.next(0n, 0);
  expect(wait.records).toBe(1);
  wait.succeeded();
  wait.succeeded();
  expect(wait.records).toBe(4);
});
