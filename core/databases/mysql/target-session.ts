import { z } from 'zod';

const factsSchema = z
  .object({
    version: z.string(),
    max_packet: z.coerce.number().int(),
    local_infile: z.enum(['0', '1']),
  })
  .transform(({ version, max_packet: packet, local_infile: infile }) => ({
    serverVersion: version,
    isMariadb: isMariadbVersion(version),
    maxAllowedPacket: packet,
    allowsLocalInfile: infile === '1',
  }));

/** Of the one row that a session is asked for when it begins. */
export const parseSessionFacts = (row: unknown): z.output<typeof factsSchema> => factsSchema.parse(row);

/** `11.4.5-MariaDB-log` (MariaDB manual, VERSION); MySQL's own has no such word. */
export const isMariadbVersion = (version: string): boolean => /mariadb/i.test(version);

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

export interface SessionLimits {
  readonly lockTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

const toSeconds = (milliseconds: number): number => Math.max(1, Math.ceil(milliseconds / 1_000));

/**
 * What every session of ours begins with. Times are in UTC; a transaction sees what others have committed, since with gap
 * locks (REPEATABLE READ) writers of neighbouring keys would wait for each other. MariaDB can end a transaction that
 * does nothing, MySQL only a session.
 */
export const sessionStatements = (isMariadb: boolean, limits: SessionLimits): readonly string[] => {
  const lockSeconds = toSeconds(limits.lockTimeoutMs);
  const idleSeconds = toSeconds(limits.idleTimeoutMs);
  const settings = [
    `sql_mode = '${sqlMode}'`,
    `time_zone = '+00:00'`,
    'autocommit = 1',
    'foreign_key_checks = 1',
    'unique_checks = 1',
    'sql_safe_updates = 0',
    `innodb_lock_wait_timeout = ${lockSeconds}`,
    `lock_wait_timeout = ${lockSeconds}`,
    `wait_timeout = ${idleSeconds}`,
    ...(isMariadb ? [`idle_transaction_timeout = ${idleSeconds}`] : []),
  ];
  return [
    'SET NAMES utf8mb4',
    `SET ${settings.map((setting) => `SESSION ${setting}`).join(', ')}`,
    'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  ];
};
