import { z } from 'zod';
import { kindOfVersion } from './flavors.ts';

/** What every session is asked for when it begins. */
export const sessionFactsStatement =
  'SELECT VERSION() AS version, @@max_allowed_packet AS max_packet, @@local_infile AS local_infile, ' +
  '@@lower_case_table_names AS folds';

/** What a session has told about its server. */
export interface SessionFacts {
  /** As the server spells it: `8.4.3`, `11.4.5-MariaDB`. */
  readonly serverVersion: string;
  readonly isMariadb: boolean;
  /** The most bytes that a statement's text may have. */
  readonly maxAllowedPacket: number;
  /** Whether LOAD DATA LOCAL INFILE is allowed. */
  readonly allowsLocalInfile: boolean;
  /** Whether names of tables that differ only in case are one name (lower_case_table_names). */
  readonly foldsNames: boolean;
}

const factsSchema = z
  .object({
    version: z.string(),
    max_packet: z.coerce.number().int(),
    local_infile: z.enum(['0', '1']),
    folds: z.enum(['0', '1', '2']),
  })
  .transform(
    ({ version, max_packet: packet, local_infile: infile, folds }): SessionFacts => ({
      serverVersion: version,
      isMariadb: kindOfVersion(version) === 'mariadb',
      maxAllowedPacket: packet,
      allowsLocalInfile: infile === '1',
      foldsNames: folds !== '0',
    }),
  );

/** Reads the one row of `sessionFactsStatement`. */
export const parseSessionFacts = (row: unknown): SessionFacts => factsSchema.parse(row);

/**
 * How long the server waits for us to take more of a result: by default 60 s, which a target that is busy with a checkpoint
 * can exceed. As long as a copy may stand still.
 */
const netWriteTimeoutSeconds = 300;

/** Above every result: a server may have a limit, at which it ends a result without an error. */
const noRowLimit = '18446744073709551615';

/**
 * A server may have other defaults for what a statement means, so each of our sessions sets these:
 *
 * - A result has all its rows.
 * - SHOW CREATE writes names between backticks.
 * - `IS NULL` does not find the last inserted row.
 * - No statement is refused because it may read many rows.
 */
const plainStatements = [
  `sql_select_limit = ${noRowLimit}`,
  'sql_quote_show_create = 1',
  'sql_auto_is_null = 0',
  'sql_big_selects = 1',
];

/**
 * The same for the sessions of the connector, in the form of `sessionVariables` of both servers' JDBC drivers. It reads the catalog and
 * SHOW CREATE TABLE: with a limit of rows it would know a part of the tables only, and stop at the events of the others.
 */
export const connectorSessionVariables = [
  "sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
  ...plainStatements.map((setting) => setting.replace(' = ', '=')),
].join(',');

const toSet = (settings: readonly string[]): string =>
  `SET ${settings.map((setting) => `SESSION ${setting}`).join(', ')}`;

/**
 * What every session that reads begins with, so that the server's text of a value is the one that the codec reads.
 *
 * - Timestamps are read in UTC.
 * - `sql_mode` is ours whatever the server's is: no ANSI_QUOTES or NO_BACKSLASH_ESCAPES, under which statements mean
 *   something else; no PAD_CHAR_TO_FULL_LENGTH; values that do not fit are errors.
 * - A statement sees one moment of the database.
 * - The server's limit of a statement, in milliseconds, 0 being none: MySQL limits SELECTs only; MariaDB every statement,
 *   in seconds.
 */
export const readingSessionStatements = (
  isMariadb: boolean,
  limits: { readonly statementTimeoutMs: number },
): readonly string[] => [
  'SET NAMES utf8mb4',
  toSet([
    "time_zone = '+00:00'",
    "sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
    'autocommit = 1',
    ...plainStatements,
  ]),
  'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ WRITE',
  `SET SESSION net_write_timeout = ${netWriteTimeoutSeconds}`,
  isMariadb
    ? `SET SESSION max_statement_time = ${limits.statementTimeoutMs / 1_000}`
    : `SET SESSION max_execution_time = ${limits.statementTimeoutMs}`,
];

/**
 * - STRICT_ALL_TABLES: what does not fit its column is an error, and not cut to size. (Fractions are rounded without an
 *   error all the same: that no value has too many digits is our own to see to.)
 * - NO_ZERO_DATE and NO_ZERO_IN_DATE: no date that is none.
 * - NO_AUTO_VALUE_ON_ZERO: a 0 in an AUTO_INCREMENT column is a 0.
 * - NO_ENGINE_SUBSTITUTION: InnoDB or an error.
 */
const sqlMode = [
  'STRICT_ALL_TABLES',
  'STRICT_TRANS_TABLES',
  'NO_ZERO_DATE',
  'NO_ZERO_IN_DATE',
  'ERROR_FOR_DIVISION_BY_ZERO',
  'NO_AUTO_VALUE_ON_ZERO',
  'NO_ENGINE_SUBSTITUTION',
].join(',');

export interface WritingLimits {
  readonly lockTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

const toSeconds = (milliseconds: number): number => Math.max(1, Math.ceil(milliseconds / 1_000));

/**
 * What every session that writes begins with. Times are in UTC; a transaction sees what others have committed, since with gap
 * locks (REPEATABLE READ) writers of neighbouring keys would wait for each other. MariaDB can end a transaction that
 * does nothing, MySQL only a session.
 */
export const writingSessionStatements = (isMariadb: boolean, limits: WritingLimits): readonly string[] => {
  const lockSeconds = toSeconds(limits.lockTimeoutMs);
  const idleSeconds = toSeconds(limits.idleTimeoutMs);
  const settings = [
    `sql_mode = '${sqlMode}'`,
    `time_zone = '+00:00'`,
    'autocommit = 1',
    ...plainStatements,
    'foreign_key_checks = 1',
    'unique_checks = 1',
    'sql_safe_updates = 0',
    `innodb_lock_wait_timeout = ${lockSeconds}`,
    `lock_wait_timeout = ${lockSeconds}`,
    `wait_timeout = ${idleSeconds}`,
    // The server's own default: it ends a session that stops in the middle of a statement that it sends.
    'net_read_timeout = 30',
    // MariaDB's limit is of every statement, as long as it may take here.
    ...(isMariadb ? [`idle_transaction_timeout = ${idleSeconds}`, 'max_statement_time = 0'] : []),
  ];
  return [
    'SET NAMES utf8mb4',
    toSet(settings),
    'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE',
  ];
};
