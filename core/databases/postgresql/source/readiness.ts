import type { Problem } from '../../../errors/millrace-error.ts';
import { quoteIdentifier } from '../identifiers.ts';

/** Facts about a source server that decide whether changes can be captured. */
export interface CaptureReadiness {
  readonly serverVersion: string;
  readonly walLevel: string;
  readonly maxSlots: number;
  readonly usedSlots: number;
  readonly maxSenders: number;
  readonly usedSenders: number;
  readonly canReplicate: boolean;
  readonly canCreatePublication: boolean;
  /** An existing slot of this replication, if there is one. */
  readonly slot?: SlotState;
}
export interface SlotState {
  readonly active: boolean;
  /** PostgreSQL's wal_status: reserved, extended, unreserved, lost. */
  readonly walStatus: string;
  /** LSN as text. */
  readonly confirmedFlushPosition?: string;
}

/** The oldest that is tested. Before it, slots have no `wal_status`, which says whether log was lost. */
const minimumServerVersion = 13;

/** What keeps a source server from being captured. */
export const findServerProblems = (
  readiness: CaptureReadiness,
  database: { readonly username: string; readonly databaseName: string },
): readonly Problem[] => {
  const problems: Problem[] = [];
  const add = (problem: string, remedy: string): void => {
    problems.push({ subject: 'source server', problem, remedy });
  };
  const user = quoteIdentifier(database.username);

  const majorVersion = Number.parseInt(readiness.serverVersion, 10);
  if (majorVersion < minimumServerVersion) {
    add(
      `It is PostgreSQL ${readiness.serverVersion}; ${minimumServerVersion} or newer is needed.`,
      'Upgrade the server.',
    );
  }
  if (readiness.walLevel !== 'logical') {
    add(
      `wal_level is ${readiness.walLevel}, not logical.`,
      "ALTER SYSTEM SET wal_level = 'logical'; then restart the server " +
        '(Amazon RDS and Aurora: set rds.logical_replication = 1 in the parameter group and reboot).',
    );
  }
  if (readiness.slot === undefined && readiness.usedSlots >= readiness.maxSlots) {
    add(
      `All ${readiness.maxSlots} replication slots are in use.`,
      `ALTER SYSTEM SET max_replication_slots = ${readiness.maxSlots + 5}; then restart the server. ` +
        'Or drop a slot that nobody needs: SELECT slot_name FROM pg_replication_slots WHERE NOT active;',
    );
  }
  // A slot that is active has its sender already.
  if (readiness.slot?.active !== true && readiness.usedSenders >= readiness.maxSenders) {
    add(
      `All ${readiness.maxSenders} WAL senders are in use.`,
      `ALTER SYSTEM SET max_wal_senders = ${readiness.maxSenders + 5}; then restart the server.`,
    );
  }
  if (!readiness.canReplicate) {
    add(
      `User ${database.username} may not replicate.`,
      `ALTER ROLE ${user} REPLICATION; (Amazon RDS and Aurora: GRANT rds_replication TO ${user};)`,
    );
  }
  if (!readiness.canCreatePublication) {
    add(
      `User ${database.username} may not create publications.`,
      `GRANT CREATE ON DATABASE ${quoteIdentifier(database.databaseName)} TO ${user};`,
    );
  }
  return problems;
};
