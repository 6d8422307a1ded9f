import { setTimeout as sleep } from 'node:timers/promises';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { demoTables } from '../demo/flight-tables.ts';
import { type LatencyMeasurement, latencyFigures, startLatencyProbe } from '../demo/latency-probe.ts';
import { isEveryTableLive, waitForStatus } from '../demo/operator.ts';
import { startWorkload } from '../demo/workload.ts';
import { type BenchContext, stepDeadlineMs, targetTableOf } from './bench-context.ts';

/** 200 changes a second: the demo's mixed workload, and the rows whose latency is measured. */
const workloadRate = 150;
const probeRate = 50;
const workloadConnections = 4;
const seed = 200;
/** What is written in the first seconds meets cold code and caches of every part. */
const warmUpSeconds = 5;
const probeDeadlineMs = 30_000;

/** From commit at the source to visible at the target, over the whole running product. */
export const measureLatency = async (
  context: BenchContext,
): Promise<{ readonly p50: number; readonly p99: number }> => {
  const { databases, api, sizes, say, signal } = context;
  const { replication_id: replicationId } = await api.createReplication(
    context.sourceId,
    context.targetId,
    demoTables,
  );
  await api.startReplication(replicationId);
  await waitForStatus(api, replicationId, 'The start', isEveryTableLive, {
    deadlineMs: stepDeadlineMs,
    signal,
  });
  const workload = await startWorkload({
    source: databases.source,
    seed,
    changesPerSecond: workloadRate,
    connections: workloadConnections,
  });
  const isOver = AbortSignal.any([signal, workload.broken]);
  const probeFor = async (seconds: number): Promise<LatencyMeasurement> => {
    const probe = await startLatencyProbe({
      source: databases.source,
      target: databases.target,
      sourceTable: 'latency_probe',
      targetTable: targetTableOf(context, 'latency_probe'),
      rowsPerSecond: probeRate,
    });
    try {
      await sleep(seconds * 1_000, undefined, { signal: isOver });
    } catch (error) {
      await probe.stop(0);
      throw error;
    }
    return probe.stop(probeDeadlineMs);
  };
  try {
    await probeFor(warmUpSeconds);
    const [before, beganAt] = [workload.totals().changes, performance.now()];
    const { samplesMs, written, lost, pollEveryMs } = await probeFor(sizes.latencySeconds);
    const seconds = (performance.now() - beganAt) / 1_000;
    const rate = Math.round((workload.totals().changes - before + written) / seconds);
    const { p50, p95, p99 } = latencyFigures(samplesMs);
    say(
      `  p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms of ${written} rows at ${rate} changes/s; ` +
        `polled every ${pollEveryMs.toFixed(1)} ms; ${lost} never seen`,
    );
    if (lost > 0) throw new MillraceError('LocalStackFailed', `${lost} probe rows never became visible.`);
    return { p50, p99 };
  } finally {
    await workload.stop();
    await api.stopReplication(replicationId);
  }
};
