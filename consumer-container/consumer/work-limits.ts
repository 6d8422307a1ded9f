import { workSlotCount } from './work-slots.ts';

/** What bounds the memory of one consumer. */
export interface WorkLimits {
  /** How many partitions decode and apply at the same time. */
  readonly slots: number;
  /** Bytes of Kafka's JSON in the batches of all partitions together. Decoded, they take ten times as much. */
  readonly batchesBytes: number;
  /** Records of all partitions that wait to be applied. */
  readonly bufferBytes: number;
  /** Compressed bytes of one fetch, of all partitions together. */
  readonly fetchBytes: number;
  /** How long the broker holds a fetch while nothing comes. A stop waits for its answer. */
  readonly idleWaitMs: number;
}

const mib = 1024 * 1024;

/** In a task with 1 GiB and more: 320 MiB of decoded batches, 32 MiB that wait, and a fetch, which is decompressed at once. */
export const wholeTaskLimits: WorkLimits = {
  slots: workSlotCount,
  batchesBytes: 32 * mib,
  bufferBytes: 32 * mib,
  fetchBytes: 8 * mib,
  idleWaitMs: 1_000,
};

/** Of 512 MiB, Node and the libraries take 150; a quarter of the usual batches takes 80. */
const smallTaskLimits: WorkLimits = {
  slots: 4,
  batchesBytes: 8 * mib,
  bufferBytes: 8 * mib,
  fetchBytes: 2 * mib,
  idleWaitMs: 1_000,
};

/**
 * Of one consumer among many. It is quiet, or moved to a task of its own: what it has at once while it is not is 20 MiB decoded, and 4 MiB
 * that wait.
 */
export const pooledLimits: WorkLimits = {
  slots: 2,
  batchesBytes: 2 * mib,
  bufferBytes: 4 * mib,
  fetchBytes: mib / 2,
  idleWaitMs: 3_000,
};

/** Below that, a task is a small one. */
const wholeTaskMib = 1_024;

/** For the only consumer of a task with so much memory. */
export const limitsOfTask = (memoryMib: number): WorkLimits =>
  memoryMib < wholeTaskMib ? smallTaskLimits : wholeTaskLimits;
