import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoDatabase } from './demo-database.ts';
import { kindOf } from './demo-kinds.ts';

/**
 * Measures how long a committed row takes until another connection sees it at the target. One process writes and
 * polls, so there is one clock. The time runs from just before the INSERT is sent until the poll that returns the row
 * has been answered: each figure is too high by one commit and at most one poll.
 */
export interface LatencyProbe {
  /** Stops writing, waits until every written row is seen or `deadlineMs` have passed, and closes the connections. */
  stop(deadlineMs: number): Promise<LatencyMeasurement>;
}

export interface LatencyMeasurement {
  /** One for each seen row, in milliseconds. */
  readonly samplesMs: readonly number[];
  readonly written: number;
  /** Written and never seen. */
  readonly lost: number;
  /** The mean time from one poll to the next: what the figures can resolve. */
  readonly pollEveryMs: number;
}

export interface LatencyProbeOptions {
  readonly source: DemoDatabase;
  readonly target: DemoDatabase;
  /** With columns `id`, a whole number, and `written_at`, an instant; its ids are the probe's alone. */
  readonly sourceTable: string;
  readonly targetTable: string;
  readonly rowsPerSecond: number;
}

/** Polling costs the target one index look-up; 5 ms keeps the error below the latencies to be seen. */
const pollPauseMs = 5;

export const startLatencyProbe = async (options: LatencyProbeOptions): Promise<LatencyProbe> => {
  const [sourceKind, targetKind] = [kindOf(options.source), kindOf(options.target)];
  const writer = await sourceKind.connect(options.source, 'latency-probe');
  const reader = await targetKind.connect(options.target, 'latency-probe');
  const sourceTable = sourceKind.tableName(options.sourceTable);
  const insert = `INSERT INTO ${sourceTable} (id, written_at) VALUES (${sourceKind.placeholder(1)}, ${sourceKind.placeholder(2)})`;
  const select = `SELECT id FROM ${targetKind.tableName(options.targetTable)} WHERE id > ${targetKind.placeholder(1)} ORDER BY id`;
  const [newest] = await writer.read<{ id: string | number }>(
    `SELECT coalesce(max(id), 0) AS id FROM ${sourceTable}`,
  );

  const waiting = new Map<number, number>();
  const samplesMs: number[] = [];
  let lastWritten = Number(newest?.id ?? 0);
  let lastSeen = lastWritten;
  let written = 0;
  let polls = 0;
  let writing = true;
  let polling = true;
  const startedAt = performance.now();
  let pollingMs = 0;

  const write = async (): Promise<void> => {
    let dueAt = performance.now();
    while (writing) {
      const id = lastWritten + 1;
      waiting.set(id, performance.now());
      await writer.change(insert, [id, new Date()]);
      lastWritten = id;
      written += 1;
      dueAt += 1_000 / options.rowsPerSecond;
      await sleep(Math.max(0, dueAt - performance.now()));
    }
  };

  // One writer commits its ids in order and a table's changes arrive in order, so nothing below lastSeen is yet to come.
  const poll = async (): Promise<void> => {
    while (polling) {
      const seen = await reader.read<{ id: string | number }>(select, [lastSeen]);
      const now = performance.now();
      polls += 1;
      pollingMs = now - startedAt;
      for (const row of seen) {
        lastSeen = Number(row.id);
        const writtenAt = waiting.get(lastSeen);
        if (writtenAt !== undefined) samplesMs.push(now - writtenAt);
        waiting.delete(lastSeen);
      }
      await sleep(pollPauseMs);
    }
  };

  // A failure of either loop is kept until stop, where someone waits for it.
  const writes = Promise.allSettled([write()]);
  const polled = Promise.allSettled([poll()]);
  return {
    stop: async (deadlineMs) => {
      writing = false;
      const writtenResults = await writes;
      const deadline = performance.now() + deadlineMs;
      while (lastSeen < lastWritten && performance.now() < deadline) await sleep(pollPauseMs);
      polling = false;
      const polledResults = await polled;
      await Promise.all([writer.end(), reader.end()]);
      const failed = [...writtenResults, ...polledResults].find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      return { samplesMs, written, lost: waiting.size, pollEveryMs: polls === 0 ? 0 : pollingMs / polls };
    },
  };
};

export interface LatencyFigures {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Nearest rank, in whole milliseconds: the smallest sample that at least p percent of the samples do not exceed. */
export const latencyFigures = (samplesMs: readonly number[]): LatencyFigures => {
  const sorted = samplesMs.toSorted((left, right) => left - right);
  const rank = (percent: number): number =>
    Math.round(sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN);
  return { p50: rank(50), p95: rank(95), p99: rank(99) };
};
