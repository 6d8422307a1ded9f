import { expect, test } from '@jest/globals';
import { PartitionBuffer } from '#adapters/kafka/partition-buffer.ts';
import { RecordBatch } from '#adapters/kafka/record-batches.ts';

const records = (from: number, count: number, bytes = 100) =>
  Array.from({ length: count }, (_, index) => ({ offset: BigInt(from + index), value: Buffer.alloc(bytes) }));
const offsets = (taken: readonly { readonly offset: bigint }[]) => taken.map(({ offset }) => Number(offset));

test('gives records in order, bounded by number and by bytes, but at least one', () => {
  const buffer = new PartitionBuffer();
  buffer.push(records(0, 5));
  buffer.push(records(5, 2, 10_000));
  expect(buffer.peek()?.offset).toBe(0n);
  expect(offsets(buffer.take(3, 1_000_000))).toEqual([0, 1, 2]);
  expect(offsets(buffer.take(10, 1_000))).toEqual([3, 4]);
  expect(offsets(buffer.take(10, 1))).toEqual([5]);
  expect(offsets(buffer.take(10, 1_000_000))).toEqual([6]);
  expect(buffer.take(10, 1_000_000)).toEqual([]);
});

test('counts its bytes exactly', () => {
  const buffer = new PartitionBuffer();
  buffer.push(records(0, 25_000, 10));
  const full = buffer.bytes;
  while (buffer.take(999, 1_000_000).length > 0) expect(buffer.bytes).toBeLessThan(full);
  expect(buffer.bytes).toBe(0);
  buffer.push(records(0, 3));
  buffer.clear();
  expect(buffer.bytes).toBe(0);
  expect(buffer.peek()).toBeUndefined();
});

test('takes a batch apart when it is its turn, and counts exactly then', () => {
  const buffer = new PartitionBuffer();
  buffer.push(records(0, 2));
  // One record: length 7, no attributes, timestamp and offset as the batch's first, no key, the value `x`, no headers.
  buffer.pushBatch(new RecordBatch(2n, 2n, 1, Buffer.from([14, 0, 0, 0, 1, 2, 0x78, 0])));
  buffer.push(records(3, 1));
  expect(offsets(buffer.take(2, 1_000_000))).toEqual([0, 1]);
  expect(buffer.peek()).toEqual({ offset: 2n, value: Buffer.from('x') });
  expect(offsets(buffer.take(5, 1_000_000))).toEqual([2, 3]);
  expect(buffer.bytes).toBe(0);
});

test('wakes anyone who waits for records', async () => {
  const buffer = new PartitionBuffer();
  const changed = buffer.changed();
  buffer.push(records(0, 1));
  await expect(changed).resolves.toBeUndefined();
});
