import type { Database } from '#core/contracts/database.ts';
import type { Problem } from '#core/errors/millrace-error.ts';
import type { CaptureReadiness, SourceDatabase, TargetDatabase } from '#core/ports/databases.ts';
import type { ApiPorts } from './ports.ts';

export interface DatabaseTest {
  readonly serverVersion: string;
  readonly connectMs: number;
  readonly latencyMs: number;
  readonly sourceProblems: readonly Problem[];
  readonly targetProblems: readonly Problem[];
}

/** A name that no slot of ours has, since none is looked for here. */
const noSlot = 'millrace_connection_test';

/** Connects as a source and as a target. Throws what keeps it from connecting at all. */
export const testDatabase = async (
  database: Database,
  { openSource, openTarget, clock }: Pick<ApiPorts, 'openSource' | 'openTarget' | 'clock'>,
): Promise<DatabaseTest> => {
  const elapsed = async (action: () => Promise<unknown>): Promise<number> => {
    const startedMs = clock.now().getTime();
    await action();
    return clock.now().getTime() - startedMs;
  };

  const source: SourceDatabase = await openSource(database);
  try {
    let serverVersion = '';
    const connectMs = await elapsed(async () => {
      ({ serverVersion } = await source.ping());
    });
    const latencyMs = await elapsed(() => source.ping());
    const readiness = await source.captureReadiness(noSlot);
    const target: TargetDatabase = await openTarget(database);
    try {
      const missing = await target.missingTargetGrants(['public']);
      return {
        serverVersion,
        connectMs,
        latencyMs,
        sourceProblems: captureProblems(database, readiness),
        targetProblems: missing.map((problem) => ({ subject: database.name, problem })),
      };
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
};

const captureProblems = (database: Database, readiness: CaptureReadiness): readonly Problem[] => {
  const subject = database.name;
  const problems: Problem[] = [];
  if (readiness.walLevel !== 'logical')
    problems.push({
      subject,
      problem: `wal_level is ${readiness.walLevel}, so no change can be captured.`,
      remedy: 'ALTER SYSTEM SET wal_level = logical; then restart the server.',
    });
  if (readiness.usedSlots >= readiness.maxSlots)
    problems.push({
      subject,
      problem: `All ${readiness.maxSlots} replication slots are in use.`,
      remedy: 'Raise max_replication_slots, or drop a slot that nobody needs.',
    });
  if (readiness.usedSenders >= readiness.maxSenders)
    problems.push({
      subject,
      problem: `All ${readiness.maxSenders} WAL senders are in use.`,
      remedy: 'Raise max_wal_senders.',
    });
  if (!readiness.canReplicate)
    problems.push({
      subject,
      problem: `User ${database.username} may not replicate.`,
      remedy: 'ALTER ROLE ... REPLICATION; on Amazon RDS: GRANT rds_replication TO ...;',
    });
  if (!readiness.canCreatePublication)
    problems.push({
      subject,
      problem: `User ${database.username} may not create a publication in ${database.databaseName}.`,
      remedy: 'GRANT CREATE ON DATABASE ... TO ...;',
    });
  return problems;
};
