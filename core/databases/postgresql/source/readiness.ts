import type { Problem } from '../../../errors/millrace-error.ts';
import { quoteIdentifier } from '../identifiers.ts';

/** Facts about a source server that decide whether changes can be captured. */
export interface CaptureReadiness {
  readonly serverVersion: string;
  /** The encoding of the database's texts, as `server_encoding` has it. */
  readonly serverEncoding: string;
  readonly walLevel: string;
  readonly maxSlots: number;
  readonly usedSlots: number;
  readonly maxSenders: number;
  readonly usedSenders: number;
  readonly canReplicate: boolean;
  readonly canCreatePublication: boolean;
  /** It replays the log of another server, and nothing can be written to it. */
  readonly isStandby: boolean;
  readonly mayEmitMessages: boolean;
  /** `max_slot_wal_keep_size` as the server shows it; `-1` is unlimited. */
  readonly slotLogLimit: string;
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
  // The server sends such texts as they are. (For MULE_INTERNAL it has no conversion, and no session can be opened.)
  if (readiness.serverEncoding === 'SQL_ASCII') {
    add(
      `The encoding of database ${database.databaseName} is SQL_ASCII, so the server does not know which characters the ` +
        'bytes of a text are: a text that is not UTF-8 would stop the capture, or arrive as another text.',
      "Dump the database, convert its texts to UTF-8, load them into a database of ENCODING 'UTF8', and register that one.",
    );
  }
  if (readiness.walLevel !== 'logical') {
    add(
      `wal_level is ${readiness.walLevel}, not logical.`,
      "ALTER SYSTEM SET wal_level = 'logical'; then restart the server " +
        '(Amazon RDS and Aurora: set rds.logical_replication = 1 in the parameter group and reboot).',
    );
  }
  if (readiness.isStandby) {
    add(
      'It is a standby. Millrace has to create a publication and to write messages into the log, by which the replication ' +
        'slot moves while the replicated tables are idle; a standby takes neither.',
      'Register the primary server.',
    );
  }
  if (!readiness.mayEmitMessages) {
    add(
      `User ${database.username} may not write messages into the log, by which the replication slot moves while the ` +
        'replicated tables are idle.',
      `GRANT EXECUTE ON FUNCTION pg_logical_emit_message(${messageArguments(majorVersion)}) TO ${user};`,
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

/** 17 added `flush`. */
const messageArguments = (majorVersion: number): string =>
  majorVersion >= 17 ? 'boolean, text, text, boolean' : 'boolean, text, text';

/** What may harm the source server, though changes can be captured. */
export const findServerWarnings = ({
  slotLogLimit,
}: Pick<CaptureReadiness, 'slotLogLimit'>): readonly Problem[] =>
  slotLogLimit === '-1'
    ? [
        {
          subject: 'source server',
          problem:
            'max_slot_wal_keep_size is -1: while capture stands still, the server keeps its log until its disk is full.',
          remedy:
            "ALTER SYSTEM SET max_slot_wal_keep_size = '50GB'; SELECT pg_reload_conf(); with a size that the disk has room " +
            'for. It should hold what is written in the longest time that capture may stand still: a slot that reaches it ' +
            'is lost, and everything is copied again.',
        },
      ]
    : [];
