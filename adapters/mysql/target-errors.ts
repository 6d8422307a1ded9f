import { type TableRef, tableLabel } from '#core/contracts/identifiers.ts';
import type { ErrorCode } from '#core/errors/error-policies.ts';
import { type ErrorFacts, MillraceError } from '#core/errors/millrace-error.ts';

/** What was done, and where: the parts of a message that the server's own words leave out. */
export interface DatabaseAction {
  /** As in "Cannot {action}": `copy chunk 3`, `read the catalog`. */
  readonly action: string;
  /** `host:port/database`, see `databaseLabel`. */
  readonly database: string;
  readonly table?: TableRef;
}

export const databaseLabel = (settings: {
  readonly host: string;
  readonly port: number;
  readonly databaseName: string;
}): string => `${settings.host}:${settings.port}/${settings.databaseName}`;

/**
 * Turns whatever a statement or a connection failed with into a MillraceError. A MillraceError is returned as it is.
 *
 * Neither the message, nor the facts, nor the cause contains a value of a row: the server's message is dropped wherever it
 * may quote a value or the statement, and so is the driver's copy of the statement.
 */
export const toDatabaseError = (error: unknown, action: DatabaseAction): MillraceError => {
  if (error instanceof MillraceError) return error;
  const failure = readFailure(error);
  const { code, reason } = classify(failure);
  const names = namesOf(failure);
  const facts: ErrorFacts = {
    database: action.database,
    ...(action.table && { table: tableLabel(action.table) }),
    ...(failure.errno !== undefined && { errno: failure.errno }),
    ...(failure.sqlState !== undefined && { sqlState: failure.sqlState }),
    ...(failure.errno === undefined && failure.code !== undefined && { systemError: failure.code }),
    ...names,
  };
  const subject = action.table === undefined ? '' : ` for table ${tableLabel(action.table)}`;
  const location = [
    failure.errno !== undefined && `error ${failure.errno}`,
    names.constraint !== undefined && `constraint "${names.constraint}"`,
    names.column !== undefined && `column "${names.column}"`,
  ].filter((part) => part !== false);
  const where = location.length === 0 ? '' : ` (${location.join(', ')})`;
  return new MillraceError(
    code,
    `Cannot ${action.action}${subject} at ${action.database}: ${reason}${where}.`,
    { facts, cause: withoutValues(error, failure, reason) },
  );
};

/** The number of the server's error, or undefined for an error of the driver or the network. */
export const serverErrno = (error: unknown): number | undefined => readFailure(error).errno;

/** Integrity constraint violations, as MySQL's SQLSTATE class 23 and the errors that have no state of their own. */
export const isViolation = (error: unknown): boolean => {
  const errno = serverErrno(error);
  return errno !== undefined && rules.get(errno)?.code === 'ConstraintViolated';
};

/** ER_DUP_ENTRY and ER_DUP_ENTRY_WITH_KEY_NAME. */
export const isDuplicateKey = (error: unknown): boolean => {
  const errno = serverErrno(error);
  return errno === 1062 || errno === 1586;
};

interface Failure {
  /** Of the server; from 1000 (MySQL Error Message Reference; MariaDB's own from 1900 and 4000). */
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
  const isServers = typeof errno === 'number' && errno >= 1000;
  return {
    // System calls that failed have a negative number.
    ...(isServers && { errno }),
    ...(isServers && typeof sqlState === 'string' && sqlState !== '' && { sqlState }),
    ...(typeof code === 'string' && code !== '' && { code }),
    message: error instanceof Error ? error.message : String(error),
  };
};

/** Names of objects that the server's message holds in known places. */
const namesOf = ({ errno, message }: Failure): { readonly constraint?: string; readonly column?: string } => {
  if (errno === undefined) return {};
  const constraint = constraintForms
    .filter(({ errnos }) => errnos.includes(errno))
    .map(({ form }) => form.exec(message)?.[1])
    .find((name) => name !== undefined);
  const column = valueErrors.has(errno) ? columnForm.exec(message)?.[1] : undefined;
  return { ...(constraint !== undefined && { constraint }), ...(column !== undefined && { column }) };
};

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

/** Keeps the stack for whoever debugs, with a text that is known to be free of values. */
const withoutValues = (error: unknown, failure: Failure, reason: string): Error => {
  const cause = new Error(failure.code === undefined ? reason : `${failure.code}: ${reason}`);
  cause.name = 'DatabaseFailure';
  const frames =
    error instanceof Error ? error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) : [];
  cause.stack = [`${cause.name}: ${cause.message}`, ...(frames ?? [])].join('\n');
  return cause;
};

interface Rule {
  readonly code: ErrorCode;
  /** Set where the server's own message may quote a value or the text of a statement. */
  readonly reason?: string;
}

const rule = (code: ErrorCode, reason?: string): Rule => ({ code, ...(reason !== undefined && { reason }) });

/** What the value itself is refused for. */
const valueRules: readonly (readonly [number, string])[] = [
  [1264, 'a number is out of the range of its column'],
  [1265, 'a value does not fit its column'],
  [1292, 'a value is not valid for the type of its column'],
  [1366, 'a value is not valid for the type or the character set of its column'],
  [1367, 'a value is not valid for the type of its column'],
  [1406, 'a value is too long for its column'],
  [1411, 'a value is not valid for the type of its column'],
  [1416, 'a value is no geometry'],
  [1441, 'a date or time is out of the range of its column'],
  [1525, 'a value is not valid for the type of its column'],
  [1690, 'a number is out of range'],
  [3140, 'a value is no JSON text'],
  [3988, 'a text has a character that the character set of its column lacks'],
  [1977, 'a text has a character that the character set of its column lacks'],
  [1118, 'a row is longer than InnoDB can hold'],
  [1153, 'a value is longer than max_allowed_packet'],
  [1301, 'a value is longer than max_allowed_packet'],
  [1071, 'a key is longer than InnoDB can hold'],
];

const valueErrors: ReadonlySet<number> = new Set(valueRules.map(([errno]) => errno));

/** MySQL 8.4 Error Message Reference; MariaDB Error Code Reference. Others are told by their SQLSTATE's class. */
const rules: ReadonlyMap<number, Rule> = new Map([
  ...valueRules.map(([errno, reason]) => [errno, rule('ValueRejected', reason)] as const),
  [1022, rule('ConstraintViolated', 'a row violates a unique constraint')],
  [1048, rule('ConstraintViolated', 'a NOT NULL column got no value')],
  [1062, rule('ConstraintViolated', 'a row violates a unique constraint')],
  [1169, rule('ConstraintViolated', 'a row violates a unique constraint')],
  [1216, rule('ConstraintViolated', 'a row violates a foreign key')],
  [1217, rule('ConstraintViolated', 'a row violates a foreign key')],
  [1364, rule('ConstraintViolated', 'a NOT NULL column without a default got no value')],
  [1451, rule('ConstraintViolated', 'a row violates a foreign key')],
  [1452, rule('ConstraintViolated', 'a row violates a foreign key')],
  [1557, rule('ConstraintViolated', 'a row violates a foreign key')],
  [1586, rule('ConstraintViolated', 'a row violates a unique constraint')],
  [1644, rule('ConstraintViolated', 'a trigger of the database refused the statement')],
  [1761, rule('ConstraintViolated', 'a row violates a foreign key')],
  [1762, rule('ConstraintViolated', 'a row violates a foreign key')],
  [3819, rule('ConstraintViolated', 'a row violates a check constraint')],
  [4025, rule('ConstraintViolated', 'a row violates a check constraint')],
  [1205, rule('DatabaseConflict')],
  [1213, rule('DatabaseConflict')],
  [1020, rule('DatabaseConflict')],
  [1317, rule('DatabaseTimeout')],
  [1969, rule('DatabaseTimeout')],
  [3024, rule('DatabaseTimeout')],
  [1044, rule('PermissionDenied')],
  [1142, rule('PermissionDenied')],
  [1143, rule('PermissionDenied')],
  [1227, rule('PermissionDenied')],
  [1370, rule('PermissionDenied')],
  [1410, rule('PermissionDenied')],
  [1045, rule('DatabaseAuthenticationFailed')],
  [1251, rule('DatabaseAuthenticationFailed')],
  [1698, rule('DatabaseAuthenticationFailed')],
  [1862, rule('DatabaseAuthenticationFailed')],
  [3118, rule('DatabaseAuthenticationFailed')],
  [4151, rule('DatabaseAuthenticationFailed')],
  [3159, rule('DatabaseTlsFailed')],
  [1049, rule('DatabaseNotFound')],
  [1051, rule('TableNotFound')],
  [1109, rule('TableNotFound')],
  [1146, rule('TableNotFound')],
  [1054, rule('SchemaMismatch')],
  [1136, rule('SchemaMismatch')],
  [1906, rule('SchemaMismatch')],
  [3105, rule('SchemaMismatch')],
  [1021, rule('DatabaseFull')],
  [1114, rule('DatabaseFull')],
  [1030, rule('DatabaseUnavailable')],
  [1037, rule('DatabaseUnavailable')],
  [1038, rule('DatabaseUnavailable')],
  [1040, rule('DatabaseUnavailable')],
  [1041, rule('DatabaseUnavailable')],
  [1053, rule('DatabaseUnavailable')],
  [1129, rule('DatabaseUnavailable')],
  [1203, rule('DatabaseUnavailable')],
  [1226, rule('DatabaseUnavailable')],
  [1290, rule('DatabaseUnavailable')],
  [1792, rule('DatabaseUnavailable')],
  [1836, rule('DatabaseUnavailable')],
  [3100, rule('DatabaseUnavailable')],
  [3101, rule('DatabaseConflict')],
  [1047, rule('DatabaseUnavailable')],
  [1158, rule('DatabaseUnreachable')],
  [1159, rule('DatabaseUnreachable')],
  [1160, rule('DatabaseUnreachable')],
  [1161, rule('DatabaseUnreachable')],
  [1927, rule('DatabaseUnreachable')],
  [4031, rule('DatabaseUnreachable')],
  [1064, rule('Internal', 'the server does not understand the statement')],
]);

/** By the first two characters of the SQLSTATE, for numbers that are not listed. */
const stateRules: ReadonlyMap<string, Rule> = new Map([
  ['08', rule('DatabaseUnreachable', 'the connection failed')],
  ['22', rule('ValueRejected', 'a value does not fit its column')],
  ['23', rule('ConstraintViolated', 'a row violates a constraint')],
  ['28', rule('DatabaseAuthenticationFailed', 'the server refused the user')],
  ['40', rule('DatabaseConflict', 'another transaction was in the way')],
]);

const systemErrorRules: ReadonlyMap<string, ErrorCode> = new Map([
  ...(
    [
      'ECONNREFUSED',
      'ECONNRESET',
      'ECONNABORTED',
      'EHOSTUNREACH',
      'EHOSTDOWN',
      'ENETUNREACH',
      'ENETDOWN',
      'ENETRESET',
      'EADDRNOTAVAIL',
      'EPIPE',
      'ENOTFOUND',
      'EAI_AGAIN',
      'ERR_STREAM_PREMATURE_CLOSE',
      'ERR_STREAM_DESTROYED',
      'ERR_STREAM_WRITE_AFTER_END',
      'PROTOCOL_CONNECTION_LOST',
      'PROTOCOL_ENQUEUE_AFTER_QUIT',
      'PROTOCOL_PACKETS_OUT_OF_ORDER',
    ] as const
  ).map((code) => [code, 'DatabaseUnreachable'] as const),
  // Both the driver's limit for a connection and the system's have this name.
  ['ETIMEDOUT', 'DatabaseTimeout'],
  ['PROTOCOL_SEQUENCE_TIMEOUT', 'DatabaseTimeout'],
  ['HANDSHAKE_NO_SSL_SUPPORT', 'DatabaseTlsFailed'],
  ['HANDSHAKE_SSL_ERROR', 'DatabaseTlsFailed'],
  ['AUTH_SWITCH_PLUGIN_ERROR', 'DatabaseAuthenticationFailed'],
  ['ER_ACCESS_DENIED_ERROR', 'DatabaseAuthenticationFailed'],
]);

/** OpenSSL's verification results and Node's own TLS errors (Node.js manual: TLS, X509 certificate error codes). */
const isTlsError = (code: string): boolean =>
  /^(ERR_TLS_|ERR_SSL_|CERT_|CRL_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|EPROTO)/.test(
    code,
  );

/** Texts of mysql2, which gives some of its own errors no code. */
const driverMessages: readonly (readonly [RegExp, ErrorCode])[] = [
  [/closed state|Connection lost|connection is in closed|Pool is closed/i, 'DatabaseUnreachable'],
  [/does not support secure connection/i, 'DatabaseTlsFailed'],
];

const classify = (failure: Failure): { readonly code: ErrorCode; readonly reason: string } => {
  const { errno, sqlState, code, message } = failure;
  if (errno !== undefined) {
    const found = rules.get(errno) ?? stateRules.get(sqlState?.slice(0, 2) ?? '');
    if (found === undefined) return { code: 'Internal', reason: 'the server refused the statement' };
    return { code: found.code, reason: found.reason ?? message };
  }
  if (code !== undefined) {
    const systemCode = systemErrorRules.get(code);
    // An AggregateError (one attempt for each address of a name) has an empty message, but has the code.
    if (systemCode !== undefined) return { code: systemCode, reason: message === '' ? code : message };
    if (isTlsError(code)) return { code: 'DatabaseTlsFailed', reason: `${message} (${code})` };
  }
  const known = driverMessages.find(([pattern]) => pattern.test(message));
  return known === undefined ? { code: 'Internal', reason: message } : { code: known[1], reason: message };
};
