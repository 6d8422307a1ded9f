import { expect, test } from '@jest/globals';
import {
  ForeignKeyWait,
  foreignKeyPatienceMs,
} from '../../../../consumer-container/consumer/foreign-key-wait.ts';

test('a batch is halved down to one event without a pause, then tried alone and as a whole by turns', () => {
  const wait = new ForeignKeyWait(8);
  const seen = Array.from({ length: 7 }, () => {
    const { records } = wait;
    return [records, wait.next([], 0)];
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

const other = (nextOffset: bigint, endOffset: bigint, key = 'parents/0') => ({ key, nextOffset, endOffset });

test('it waits while another partition catches up, and gives up when that has reached where its topic ended', () => {
  const wait = new ForeignKeyWait(1);
  expect(wait.next([other(1n, 50n)], 0)).toBe(100);
  expect(wait.next([other(2n, 90n)], foreignKeyPatienceMs)).toBe(200);
  expect(wait.next([other(89n, 500n)], 4 * foreignKeyPatienceMs)).toBe(400);
  expect(wait.next([other(90n, 600n)], 4 * foreignKeyPatienceMs + 1)).toBeUndefined();
});

test('it gives up in a minute when nothing is to come, however much other tables are changed', () => {
  const wait = new ForeignKeyWait(1);
  for (let second = 0; second < 60; second += 1) {
    expect(wait.next([other(BigInt(second), BigInt(second))], second * 1_000)).toBeDefined();
  }
  expect(wait.next([other(60n, 60n)], foreignKeyPatienceMs)).toBeUndefined();
});

test('it gives up when the others are behind and stand still, as they do when they wait for it', () => {
  const wait = new ForeignKeyWait(1);
  expect(wait.next([other(1n, 9n), other(5n, 9n, 'busy/0')], 0)).toBe(100);
  expect(wait.next([other(1n, 9n), other(6n, 9n, 'busy/0')], foreignKeyPatienceMs)).toBe(200);
  expect(wait.next([other(1n, 9n), other(9n, 9n, 'busy/0')], foreignKeyPatienceMs + 1)).toBeUndefined();
});

test('a batch that was applied lets the next ones grow again', () => {
  const wait = new ForeignKeyWait(8);
  for (let attempt = 0; attempt < 4; attempt += 1) wait.next([], 0);
  wait.next([], 0);
  expect(wait.records).toBe(1);
  wait.succeeded();
  wait.succeeded();
  expect(wait.records).toBe(4);
});
