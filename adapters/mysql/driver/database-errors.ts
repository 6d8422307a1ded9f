import type { ErrorCode } from '#core/errors/error-policies.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import {
  type DatabaseAction,
  describeFailure,
  isTlsError,
  systemErrorRules,
  systemReason,
} from '../../databases/database-failure.ts';

/**
 * Turns whatever a statement or a connection of mysql2 failed with into a MillraceError. A MillraceError is returned as it
 * is. Neither message, facts nor cause contain a value of a row: MySQL's own message is kept only where the table
 * below says that it names objects alone, and the statement that mysql2 attaches is dropped.
 */
export const toDatabaseError = (error: unknown, action: DatabaseAction): MillraceError => {
  if (error instanceof MillraceError) return error;
  const failure = readFailure(error);
  const { errno, sqlState, code } = failure;
  const names = namesOf(failure);
  return describeFailure(error, action, {
    ...classify(failure),
    details: [
      errno !== undefined && `error ${errno}`,
      names.constraint !== undefined && `constraint "${names.constraint}"`,
      names.column !== undefined && `column "${names.column}"`,
      names.otherTable !== undefined && `other table "${names.otherTable}"`,
    ].filter((part) => part !== false),
    facts: {
      ...(errno !== undefined && { errorNumber: errno }),
      ...(sqlState !== undefined && { sqlState }),
      ...(errno === undefined && code !== undefined && { systemError: code }),
      ...(errno !== undefined && foreignKeyViolations.includes(errno) && { isForeignKey: true }),
      ...names,
    },
    originalCode: code,
  });
};

/** The server's number of an error, before or after `toDatabaseError`; undefined for one of the driver or the network. */
export const errorNumberOf = (error: unknown): number | undefined => {
  if (!(error instanceof MillraceError)) return readFailure(error).errno;
  const { errorNumber } = error.facts;
  return typeof errorNumber === 'number' ? errorNumber : undefined;
};

/** Integrity constraint violations that the driver reports. */
export const isViolation = (error: unknown): boolean => {
  const { errno } = readFailure(error);
  return errno !== undefined && serverRules.get(errno)?.code === 'ConstraintViolated';
};

export const isUniqueViolation = (error: unknown): boolean =>
  uniqueViolations.includes(readFailure(error).errno ?? 0);

/** ER_DUP_ENTRY and ER_DUP_ENTRY_WITH_KEY_NAME. */
export const isDuplicateKey = (error: unknown): boolean => {
  const errno = errorNumberOf(error);
  return errno === 1062 || errno === 1586;
};

interface Failure {
  /** The server's number, from 1000 on (MySQL Error Message Reference; MariaDB's own begin at 1900 and 4000). */
  readonly errno?: number;
  readonly sqlState?: string;
  /** The name of the server's error, or Node's or the driver's own code. */
  readonly code?: string;
  readonly message: string;
}

const readFailure = (error: unknown): Failure => {
  const fields: Readonly<Record<string, unknown>> =
    typeof error === 'object' && error !== null ? { ...error } : {};
  const { errno, sqlState, code } = fields;
  // System calls that failed have a negative number.
  const isServers = typeof errno === 'number' && errno >= 1000;
  return {
    ...(isServers && { errno }),
    ...(isServers && typeof sqlState === 'string' && sqlState !== '' && { sqlState }),
    ...(typeof code === 'string' && code !== '' && { code }),
    message: error instanceof Error ? error.message : String(error),
  };
};

/** Names of objects that the server's message holds in known places. */
const namesOf = ({
  errno,
  message,
}: Failure): { readonly constraint?: string; readonly column?: string; readonly otherTable?: string } => {
  if (errno === undefined) return {};
  const constraint = constraintForms
    .filter(({ errnos }) => errnos.includes(errno))
    .map(({ form }) => form.exec(message)?.[1])
    .find((name) => name !== undefined);
  const column = serverRules.get(errno)?.code === 'ValueRejected' ? columnForm.exec(message)?.[1] : undefined;
  const ends = foreignKeyViolations.includes(errno) ? foreignKeyEnds.exec(message) : null;
  // The table that is written is the one that refers, or the one that is referred to.
  const otherTable = errno === 1451 || errno === 1217 ? ends?.[1] : ends?.[2];
  return {
    ...(constraint !== undefined && { constraint }),
    ...(column !== undefined && { column }),
    ...(otherTable !== undefined && { otherTable: otherTable.replaceAll('`', '') }),
  };
};

/** ... fails (`db`.`child`, CONSTRAINT `c` FOREIGN KEY (`p`) REFERENCES `parent` (`id`)); it has no value. */
const foreignKeyEnds = /\((`[^`]+`\.`[^`]+`), CONSTRAINT .* REFERENCES (`[^`]+`(?:\.`[^`]+`)?) \(/;

/** Anchored at the end or the beginning, where no value can be. */
const constraintForms: readonly { readonly errnos: readonly number[]; readonly form: RegExp }[] = [
  // Duplicate entry 'VALUE' for key 'things.note'
  { errnos: [1062, 1586], form: / for key '([^']+)'$/ },
  { errnos: [1216, 1217, 1451, 1452], form: / CONSTRAINT `((?:[^`]|``)+)` FOREIGN KEY / },
  // MariaDB: CONSTRAINT `small` failed for `db`.`things`
  { errnos: [4025], form: /^CONSTRAINT `((?:[^`]|``)+)` failed for / },
  { errnos: [3819], form: /^Check constraint '([^']+)' is violated/ },
];

/** Data too long for column 'note' at row 1; MariaDB has `db`.`table`.`column` there in some messages. */
const columnForm = / for column (?:`[^`]*`\.`[^`]*`\.)?['`]([^'`]+)['`] at row \d+$/;

interface Rule {
  readonly code: ErrorCode;
  /** Set where the server's own message may quote a value or a statement. */
  readonly reason?: string;
}

const rules = (code: ErrorCode, numbers: readonly number[], reason?: string): readonly [number, Rule][] =>
  numbers.map((number) => [number, { code, ...(reason !== undefined && { reason }) }]);

const foreignKeyViolations: readonly number[] = [1216, 1217, 1451, 1452, 1557, 1761, 1762];
const uniqueViolations: readonly number[] = [1022, 1062, 1169, 1586, 1859];

/**
 * MySQL 8.4 error message reference and MariaDB's list of error codes. Numbers up to 1,880 mean the same in both; those
 * above are of one of them. Codes of which the message names objects only, never values, keep it. Numbers that are not
 * listed are told by their SQLSTATE's class.
 */
const serverRules: ReadonlyMap<number, Rule> = new Map([
  // Access.
  ...rules('DatabaseAuthenticationFailed', [1045, 1130, 1251, 1524, 1698, 1820, 1862, 3118, 3955, 4151]),
  ...rules('PermissionDenied', [1044, 1095, 1142, 1143, 1211, 1227, 1370, 1410, 3530]),
  ...rules('DatabaseTlsFailed', [1026, 3159]),
  ...rules('DatabaseNotFound', [1049]),
  // What a statement names is not there, or not like that.
  ...rules('TableNotFound', [1051, 1109, 1146]),
  ...rules('SchemaMismatch', [1054, 1067, 1068, 1074, 1075, 1091, 1163, 1170, 1176, 1906, 3105]),
  ...rules('SchemaMismatch', [1136], 'the statement has another number of columns than the table'),
  ...rules('Internal', [1064, 1149, 1193, 1210, 1305], 'the server does not understand the statement'),
  // Load, locks and shutdown.
  ...rules('DatabaseConflict', [1020, 1213, 1412, 1614, 1615, 3101]),
  ...rules('DatabaseTimeout', [1317, 1969, 3024], 'it took longer than it may'),
  ...rules('DatabaseTimeout', [1205], 'it waited longer for a lock than it may'),
  ...rules(
    'DatabaseUnavailable',
    [
      1037, 1038, 1040, 1041, 1047, 1053, 1078, 1079, 1129, 1194, 1195, 1203, 1226, 1290, 1792, 1836, 1877,
      3100,
    ],
  ),
  ...rules('DatabaseUnavailable', [1030, 1105], 'the storage engine failed'),
  ...rules('DatabaseUnreachable', [1042, 1043, 1077, 1152, 1158, 1159, 1160, 1161, 1184, 1927, 4031]),
  ...rules('DatabaseFull', [1021, 1114]),
  // Constraints.
  ...rules('ConstraintViolated', [1048, 1263], 'a NOT NULL column got no value'),
  ...rules('ConstraintViolated', [1364], 'a NOT NULL column without a default got no value'),
  ...rules('ConstraintViolated', uniqueViolations, 'a row violates a unique constraint'),
  ...rules('ConstraintViolated', foreignKeyViolations, 'a row violates a foreign key'),
  ...rules('ConstraintViolated', [3819, 4025], 'a row violates a check constraint'),
  // Its message is what a trigger says, which is its author's to answer for: the only hint at what it wants.
  ...rules('ConstraintViolated', [1644]),
  // Values.
  ...rules('ValueRejected', [1264, 1690, 3020], 'a number is out of the range of its column'),
  ...rules('ValueRejected', [1406], 'a value is too long for its column'),
  ...rules('ValueRejected', [1441], 'a date or time is out of the range of its column'),
  ...rules('ValueRejected', [1265], 'a value does not fit its column'),
  ...rules(
    'ValueRejected',
    [1292, 1367, 1411, 1525, 4079],
    'a value is not valid for the type of its column',
  ),
  ...rules('ValueRejected', [1366], 'a value is not valid for the type or the character set of its column'),
  ...rules('ValueRejected', [1416], 'a value is no geometry'),
  ...rules('ValueRejected', [3140], 'a value is no JSON text'),
  ...rules(
    'ValueRejected',
    [1300, 1977, 3854, 3988],
    'a text has a character that the character set of its column lacks',
  ),
  ...rules('ValueRejected', [1153, 1301], 'a value or row is longer than max_allowed_packet'),
  ...rules('ValueRejected', [1118], 'a row is longer than InnoDB can hold'),
  ...rules('ValueRejected', [1071], 'a key is longer than InnoDB can hold'),
]);

/** By the first two characters of the SQLSTATE, for numbers that are not listed. */
const stateRules: ReadonlyMap<string, Required<Rule>> = new Map([
  ['08', { code: 'DatabaseUnreachable', reason: 'the connection failed' }],
  ['22', { code: 'ValueRejected', reason: 'a value does not fit its column' }],
  ['23', { code: 'ConstraintViolated', reason: 'a row violates a constraint' }],
  ['28', { code: 'DatabaseAuthenticationFailed', reason: 'the server refused the user' }],
  ['40', { code: 'DatabaseConflict', reason: 'another transaction was in the way' }],
]);

/** mysql2's own codes. */
const driverRules: Readonly<Record<string, ErrorCode>> = {
  PROTOCOL_CONNECTION_LOST: 'DatabaseUnreachable',
  PROTOCOL_ENQUEUE_AFTER_QUIT: 'DatabaseUnreachable',
  PROTOCOL_UNEXPECTED_PACKET: 'DatabaseUnreachable',
  PROTOCOL_PACKETS_OUT_OF_ORDER: 'DatabaseUnreachable',
  PROTOCOL_SEQUENCE_TIMEOUT: 'DatabaseTimeout',
  HANDSHAKE_NO_SSL_SUPPORT: 'DatabaseTlsFailed',
  HANDSHAKE_SSL_ERROR: 'DatabaseTlsFailed',
  HANDSHAKE_UNKNOWN_ERROR: 'DatabaseUnreachable',
  AUTH_SWITCH_PLUGIN_ERROR: 'DatabaseAuthenticationFailed',
  ER_ACCESS_DENIED_ERROR: 'DatabaseAuthenticationFailed',
  ER_SSL_ERROR: 'DatabaseTlsFailed',
};

/** Its errors without a code of its own, with what they mean where they do not say it. */
const driverMessages: readonly (readonly [RegExp, ErrorCode, reason?: string])[] = [
  // The driver reads on behind the end of a packet.
  [
    /^The value of "offset" is out of range/,
    'DatabaseUnreachable',
    'what answers there does not speak the protocol of MySQL',
  ],
  [/^connect ETIMEDOUT|^Connection timed out/i, 'DatabaseTimeout'],
  [
    /closed state|Connection lost|connection was cut|Pool is closed|was destroyed|This socket has been ended/i,
    'DatabaseUnreachable',
  ],
  [/does not support secure connection/i, 'DatabaseTlsFailed'],
  [/caching_sha2|AuthPlugin|authentication/i, 'DatabaseAuthenticationFailed'],
];

const classify = (failure: Failure): { readonly code: ErrorCode; readonly reason: string } => {
  const { errno, sqlState, code, message } = failure;
  if (errno !== undefined) {
    const rule = serverRules.get(errno) ?? stateRules.get(sqlState?.slice(0, 2) ?? '');
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
    : { code: known[1], reason: known[2] ?? message };
};
