import type { TableState } from '../contracts/copy.ts';
import { type HealthPoint, type HealthRecord, maxRecordedFaults } from '../contracts/health-record.ts';
import type { UnifiedStatus } from './unified-status.ts';

/** What is kept of a status until the next check. `heartbeatAgeMs`: undefined without a launch. */
export const toHealthRecord = (
  status: UnifiedStatus,
  heartbeatAgeMs: number | undefined,
  now: Date,
): HealthRecord => {
  const { overall, since, faults } = status;
  return {
    at: now.toISOString(),
    overall,
    since,
    faults: faults.slice(0, maxRecordedFaults).map((fault) => ({
      condition: fault.condition,
      hop: fault.hop,
      since: fault.since ?? now.toISOString(),
      ...(fault.triesAgainAt !== undefined && { triesAgainAt: fault.triesAgainAt }),
    })),
    figures: toFigures(status, heartbeatAgeMs),
  };
};

/** A consumer that has not counted its dead letters yet has said nothing of any table. */
const isCounted = ({ rowsKnownToDiffer }: UnifiedStatus['tables'][number]): boolean =>
  rowsKnownToDiffer !== undefined;

const toFigures = (
  { hops, statistics, retained, tables }: UnifiedStatus,
  heartbeatAgeMs: number | undefined,
): NonNullable<HealthRecord['figures']> => {
  const capture = hops.find(({ hop }) => hop === 'capture');
  const counts: Partial<Record<TableState, number>> = {};
  for (const { state } of tables) counts[state] = (counts[state] ?? 0) + 1;
  return {
    ...(capture?.lagMs !== undefined && { captureLagMs: capture.lagMs }),
    ...(capture?.lagBytes !== undefined && { captureLagBytes: capture.lagBytes }),
    ...(statistics.sourceRetainedBytes !== undefined && { retainedBytes: statistics.sourceRetainedBytes }),
    ...(retained.limitBytes !== undefined && { logLimitBytes: retained.limitBytes }),
    ...(retained.minutesToLoss !== undefined && { minutesToFull: retained.minutesToLoss }),
    ...(heartbeatAgeMs !== undefined && { heartbeatAgeMs }),
    ...deadLetterRowsOf(tables),
    tables: counts,
  };
};

const deadLetterRowsOf = (tables: UnifiedStatus['tables']): { readonly deadLetterRows?: number } =>
  tables.some(isCounted)
    ? { deadLetterRows: tables.reduce((sum, { rowsKnownToDiffer = 0 }) => sum + rowsKnownToDiffer, 0) }
    : {};

/** What is kept of a status for the history. */
export const toHealthPoint = (status: UnifiedStatus, now: Date): HealthPoint => {
  const { overall, faults, hops, statistics } = status;
  const [cause] = faults;
  const capture = hops.find(({ hop }) => hop === 'capture');
  const { inserts, updates, deletes, truncates } = statistics.applied;
  return {
    at: now.toISOString(),
    overall,
    ...(cause !== undefined && { hop: cause.hop, condition: cause.condition }),
    ...(capture?.lagMs !== undefined && { captureLagMs: capture.lagMs }),
    ...(capture?.lagBytes !== undefined && { captureLagBytes: capture.lagBytes }),
    ...(statistics.lagMs !== undefined && { applyLagMs: statistics.lagMs }),
    ...(statistics.lagEvents !== undefined && { applyLagEvents: statistics.lagEvents }),
    ...(statistics.sourceRetainedBytes !== undefined && { retainedBytes: statistics.sourceRetainedBytes }),
    appliedEvents: inserts + updates + deletes + truncates,
    inserts,
    updates,
    deletes,
    ...deadLetterRowsOf(status.tables),
  };
};
