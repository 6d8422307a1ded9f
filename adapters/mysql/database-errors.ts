import { tableLabel } from '#core/contracts/identifiers.ts';
import type { ErrorCode } from '#core/errors/error-policies.ts';
import { type ErrorFacts, MillraceError } from '#core/errors/millrace-error.ts';
import {
  type DatabaseAction,
  isTlsError,
  systemErrorRules,
  systemReason,
  withoutValues,
} from '../postgresql/database-errors.ts';

/**
 * Turns whatever a statement or a connection of mysql2 failed with into a MillraceError. A MillraceError is returned as it
 * is. Neither message, facts nor cause contain a value of a row: MySQL's own message is kept only where the table
 * below says that it names objects alone, and the statement that mysql2 attaches is dropped.
 */
export const toDatabaseError = (error: unknown, action: DatabaseAction): MillraceError => {
  if (error instanceof MillraceError) return error;
  const failure = readFailure(error);
  const { code, reason } = classify(failure);
  const facts: ErrorFacts = {
    database: action.database,
    ...(action.table && { table: tableLabel(action.table) }),
    ...(failure.errno !== undefined && { errorNumber: failure.errno }),
    ...(failure.sqlState !== undefined && { sqlState: failure.sqlState }),
    ...(failure.errno === undefined && failure.code !== undefined && { systemError: failure.code }),
  };
  const subject = action.table === undefined ? '' : ` for table ${tableLabel(action.table)}`;
  const place = failure.errno === undefined ? '' : ` (error ${failure.errno})`;
  return new MillraceError(
    code,
    `Cannot ${action.action}${subject} at ${action.database}: ${reason}${place}.`,
    { facts, cause: withoutValues(error, failure, reason) },
  );
};

/** The server's number of an error, for whoever looks for one; undefined when it comes from elsewhere. */
export const errorNumber = (error: unknown): number | undefined => readFailure(error).errno;

interface Failure {
  /** Of the server; the client's own errors have none. */
  readonly errno?: number;
  readonly code?: string;
  readonly sqlState?: string;
  readonly message: string;
}

const readFailure = (error: unknown): Failure => {
  const fields: Readonly<Record<string, unknown>> =
    typeof error === 'object' && error !== null ? { ...error } : {};
  // libuv's errors have negative numbers.
  const isServers =
    typeof fields.errno === 'number' && fields.errno > 0 && typeof fields.sqlState === 'string';
  return {
    ...(isServers && { errno: Number(fields.errno), sqlState: String(fields.sqlState) }),
    ...(typeof fields.code === 'string' && fields.code !== '' && { code: fields.code }),
    message: error instanceof Error ? error.message : String(error),
  };
};

interface Rule {
  readonly code: ErrorCode;
  /** Set where the server's own message may quote a value or a statement. */
  readonly reason?: string;
}

const rules = (code: ErrorCode, numbers: readonly number[], reason?: string): readonly [number, Rule][] =>
  numbers.map((number) => [number, { code, ...(reason !== undefined && { reason }) }]);

/**
 * MySQL 8.4 error message reference and MariaDB's list of error codes. Numbers up to 1,880 mean the same in both; those
 * above are of one of them, as noted. Codes of which the message names objects only, never values, keep it.
 */
const serverRules: ReadonlyMap<number, Rule> = new Map([
  // Access.
  ...rules('DatabaseAuthenticationFailed', [1045, 1130, 1251, 1524, 1698, 1820, 1862, 3118, 3955, 4151]),
  ...rules('PermissionDenied', [1044, 1095, 1142, 1143, 1211, 1227, 1370, 1410, 3530]),
  ...rules('DatabaseTlsFailed', [1026, 3159]),
  ...rules('DatabaseNotFound', [1049]),
  // What a statement names is not there, or not like that.
  ...rules('TableNotFound', [1051, 1146]),
  ...rules('SchemaMismatch', [1054, 1067, 1068, 1071, 1074, 1075, 1091, 1118, 1163, 1170, 1176, 1906, 3105]),
  ...rules('SchemaMismatch', [1136], 'the statement has another number of columns than the table'),
  ...rules('Internal', [1064, 1149, 1210, 1305, 1193], 'the server does not understand the statement'),
  // Load, locks and shutdown.
  ...rules('DatabaseConflict', [1213, 1412, 1614, 1615, 1020]),
  ...rules('DatabaseTimeout', [1205, 1317, 1969, 3024], 'it took longer than it may'),
  ...rules('DatabaseUnavailable', [1040, 1053, 1078, 1079, 1194, 1195, 1203, 1226, 1290, 1792, 1836, 1877]),
  ...rules('DatabaseUnreachable', [1042, 1043, 1077, 1129, 1152, 1158, 1159, 1160, 1161, 1184, 1927, 4031]),
  ...rules('DatabaseFull', [1021, 1114, 1041, 1037]),
  ...rules('DatabaseUnavailable', [1030, 1105], 'the storage engine failed'),
  // Values.
  ...rules('ConstraintViolated', [1048, 1364], 'a NOT NULL column got no value'),
  ...rules('ConstraintViolated', [1022, 1062, 1169, 1586, 1859], 'a row violates a unique constraint'),
  ...rules('ConstraintViolated', [1216, 1217, 1451, 1452], 'a row violates a foreign key'),
  ...rules('ConstraintViolated', [3819, 4025], 'a row violates a check constraint'),
  ...rules('ConstraintViolated', [1644], 'a trigger of the database refused the statement'),
  ...rules('ValueRejected', [1264, 1690, 3020], 'a number is out of the range of its column'),
  ...rules('ValueRejected', [1406], 'a value is too long for its column'),
  ...rules('ValueRejected', [1292, 1441], 'a value is not valid for a date or time column'),
  ...rules(
    'ValueRejected',
    [1265, 1366, 1411, 1416, 3140, 4079],
    'a value is not valid for the type of its column',
  ),
  ...rules(
    'ValueRejected',
    [1300, 3854],
    'a text has a character that the character set of its column lacks',
  ),
  ...rules(
    'ValueRejected',
    [1153, 1301],
    'a value or row exceeds a limit of the server (max_allowed_packet)',
  ),
]);

/** mysql2's own codes. */
const driverRules: Readonly<Record<string, ErrorCode>> = {
  PROTOCOL_CONNECTION_LOST: 'DatabaseUnreachable',
  PROTOCOL_SEQUENCE_TIMEOUT: 'DatabaseTimeout',
  PROTOCOL_UNEXPECTED_PACKET: 'DatabaseUnreachable',
  PROTOCOL_PACKETS_OUT_OF_ORDER: 'DatabaseUnreachable',
  HANDSHAKE_NO_SSL_SUPPORT: 'DatabaseTlsFailed',
  HANDSHAKE_SSL_ERROR: 'DatabaseTlsFailed',
  HANDSHAKE_UNKNOWN_ERROR: 'DatabaseUnreachable',
  AUTH_SWITCH_PLUGIN_ERROR: 'DatabaseAuthenticationFailed',
  ER_SSL_ERROR: 'DatabaseTlsFailed',
};

/** Its errors without a code. */
const driverMessages: readonly (readonly [RegExp, ErrorCode])[] = [
  [/^connect ETIMEDOUT|^Connection timed out/i, 'DatabaseTimeout'],
  [
    /closed state|Connection lost|Pool is closed|was destroyed|This socket has been ended/i,
    'DatabaseUnreachable',
  ],
  [/caching_sha2|AuthPlugin|authentication/i, 'DatabaseAuthenticationFailed'],
];

const classify = (failure: Failure): { readonly code: ErrorCode; readonly reason: string } => {
  const { errno, code, message } = failure;
  if (errno !== undefined) {
    const rule = serverRules.get(errno);
    if (rule === undefined) return { code: 'Internal', reason: 'the server refused the statement' };
    return { code: rule.code, reason: rule.reason ?? message };
  }
  if (code !== undefined) {
    if (isTlsError(code)) return { code: 'DatabaseTlsFailed', reason: `${message} (${code})` };
    const known = driverRules[code] ?? systemErrorRules[code];
    if (known !== undefined) return { code: known, reason: systemReason(code, message) };
  }
  const known = driverMessages.find(([pattern]) => pattern.test(message));
  return known === undefined
    ? { code: 'Internal', reason: 'the driver failed' }
    : { code: known[1], reason: message };
};
