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
 * Turns whatever a statement or a connection failed with into a MillraceError. A MillraceError is returned as it is.
 *
 * Neither the message, nor the facts, nor the cause contains a value of a row: PostgreSQL's `detail`, `where` and
 * `internalQuery` are dropped, and so is its message wherever it may quote the value or the statement.
 */
export const toDatabaseError = (error: unknown, action: DatabaseAction): MillraceError => {
  if (error instanceof MillraceError) return error;
  const failure = readFailure(error);
  return describeFailure(error, action, {
    ...classify(failure),
    details: detailsOf(failure),
    facts: {
      ...(failure.code !== undefined && { [failure.isSqlState ? 'sqlState' : 'systemError']: failure.code }),
      ...(failure.schema !== undefined && { failedSchema: failure.schema }),
      ...(failure.table !== undefined && { failedTable: failure.table }),
      ...(failure.column !== undefined && { column: failure.column }),
      ...(failure.constraint !== undefined && { constraint: failure.constraint }),
      ...(failure.dataType !== undefined && { dataType: failure.dataType }),
      ...(failure.isSqlState && failure.code === '23503' && { isForeignKey: true }),
    },
    originalCode: failure.code,
  });
};

interface Failure {
  readonly code?: string;
  readonly isSqlState: boolean;
  readonly message: string;
  readonly schema?: string;
  readonly table?: string;
  readonly column?: string;
  readonly constraint?: string;
  readonly dataType?: string;
  /** At the other end of a foreign key. */
  readonly otherTable?: string;
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const readFailure = (error: unknown): Failure => {
  const fields: Readonly<Record<string, unknown>> =
    typeof error === 'object' && error !== null ? { ...error } : {};
  const code = textOf(fields.code);
  const optional = (name: 'schema' | 'table' | 'column' | 'constraint' | 'dataType') => {
    const text = textOf(fields[name]);
    return text === undefined ? {} : { [name]: text };
  };
  return {
    ...(code !== undefined && { code }),
    // A server's error has a severity; Node's codes, as EPIPE, can look like an SQLSTATE but have none.
    isSqlState: code !== undefined && fields.severity !== undefined && /^[0-9A-Z]{5}$/.test(code),
    message: error instanceof Error ? error.message : String(error),
    ...otherTableOf(fields),
    ...optional('schema'),
    ...optional('table'),
    ...optional('column'),
    ...optional('constraint'),
    ...optional('dataType'),
  };
};

/** Key (parent)=(VALUE) is not present in table "parents". Only the end is taken, where no value can be. */
const otherTableOf = ({ code, detail }: Readonly<Record<string, unknown>>): Pick<Failure, 'otherTable'> => {
  const name = code === '23503' ? / table "((?:[^"]|"")+)"\.$/.exec(textOf(detail) ?? '')?.[1] : undefined;
  return name === undefined ? {} : { otherTable: name };
};

const detailsOf = (failure: Failure): readonly string[] =>
  [
    failure.isSqlState && `SQLSTATE ${failure.code}`,
    failure.constraint !== undefined && `constraint "${failure.constraint}"`,
    failure.column !== undefined && `column "${failure.column}"`,
    failure.table !== undefined && `table "${failure.schema ?? ''}"."${failure.table}"`,
    failure.otherTable !== undefined && `other table "${failure.otherTable}"`,
  ].filter((part) => part !== false);

interface Rule {
  readonly code: ErrorCode;
  /** Set where PostgreSQL's own message may quote a value or the text of a statement. */
  readonly reason?: string | ((message: string) => string);
}

/** What a trigger says is its author's to answer for: it is the only hint at what it wants. */
const raisedText = (message: string): string =>
  `a trigger or function of the database refused the statement: ${message.slice(0, maxRaisedText)}`;

const maxRaisedText = 500;

/**
 * Single conditions first, then classes (their first two characters): PostgreSQL manual, appendix A.
 * Codes of which the message names objects only, never values, keep it.
 */
const sqlStateRules: Readonly<Record<string, Rule>> = {
  '0A000': { code: 'SchemaMismatch' },
  '08': { code: 'DatabaseUnreachable' },
  '21000': { code: 'Internal' },
  '22': { code: 'ValueRejected', reason: 'a value does not fit its column' },
  '22001': { code: 'ValueRejected', reason: 'a value is too long for its column' },
  '22003': { code: 'ValueRejected', reason: 'a number is out of the range of its column' },
  '22007': { code: 'ValueRejected', reason: 'a value is not valid for a date or time column' },
  '22008': { code: 'ValueRejected', reason: 'a date or time is out of the range of its column' },
  // Also from a target: what Millrace makes is valid UTF-8, so such bytes are the source's.
  '22021': {
    code: 'UnreadableText',
    reason: "a text has bytes that are not valid in the encoding of the source's database",
  },
  '22P02': { code: 'ValueRejected', reason: 'a value is not valid for the type of its column' },
  '22P03': { code: 'ValueRejected', reason: 'a binary value is not valid for the type of its column' },
  '22P04': { code: 'ValueRejected', reason: 'the copied rows do not match the columns of the table' },
  '22P05': {
    code: 'ValueRejected',
    reason: 'a text has a character that the encoding of the database lacks',
  },
  '23': { code: 'ConstraintViolated', reason: 'a row violates a constraint' },
  '23502': { code: 'ConstraintViolated', reason: 'a NOT NULL column got no value' },
  '23503': { code: 'ConstraintViolated', reason: 'a row violates a foreign key' },
  '23505': { code: 'ConstraintViolated', reason: 'a row violates a unique constraint' },
  '23514': { code: 'ConstraintViolated', reason: 'a row violates a check constraint' },
  '23P01': { code: 'ConstraintViolated', reason: 'a row violates an exclusion constraint' },
  '25006': { code: 'DatabaseUnavailable' },
  '25P03': { code: 'DatabaseTimeout' },
  '25P04': { code: 'DatabaseTimeout' },
  '28': { code: 'DatabaseAuthenticationFailed' },
  '3D000': { code: 'DatabaseNotFound' },
  '3F000': { code: 'TableNotFound' },
  '40': { code: 'DatabaseConflict' },
  '40002': { code: 'ConstraintViolated', reason: 'the transaction violates a deferred constraint' },
  '40003': { code: 'DatabaseUnreachable' },
  // Messages of this class name objects, but a syntax error quotes the statement.
  '42': { code: 'Internal' },
  '42601': { code: 'Internal', reason: 'PostgreSQL does not understand the statement' },
  '42501': { code: 'PermissionDenied' },
  '42703': { code: 'SchemaMismatch' },
  '42804': { code: 'SchemaMismatch', reason: 'a column has another type than the statement gives it' },
  '42846': { code: 'SchemaMismatch', reason: 'a value cannot be cast to the type of its column' },
  '42P01': { code: 'TableNotFound' },
  '42P10': { code: 'SchemaMismatch', reason: 'the table lacks the primary key that the statement names' },
  '428C9': { code: 'SchemaMismatch', reason: 'a generated or identity column cannot be written' },
  '44000': { code: 'ConstraintViolated', reason: 'a row violates the check option of a view' },
  '53': { code: 'DatabaseUnavailable' },
  '53100': { code: 'DatabaseFull' },
  '54': { code: 'ValueRejected', reason: 'a value or row exceeds a limit of PostgreSQL' },
  '55': { code: 'DatabaseUnavailable' },
  '55006': { code: 'DatabaseConflict' },
  '55P03': { code: 'DatabaseTimeout' },
  '57': { code: 'DatabaseUnavailable' },
  '57014': { code: 'DatabaseTimeout' },
  '58': { code: 'DatabaseUnavailable' },
  P0001: {
    code: 'ConstraintViolated',
    reason: raisedText,
  },
};

/** Texts of pg and pg-pool, which give their own errors no code, with what they mean where they do not say it. */
const driverMessages: readonly (readonly [RegExp, ErrorCode, reason?: string])[] = [
  [
    /^received invalid response|^Unknown authenticationOk message/,
    'DatabaseUnreachable',
    'what answers there does not speak the protocol of PostgreSQL',
  ],
  [/^The server does not support SSL connections|establishing an SSL connection/, 'DatabaseTlsFailed'],
  [/^timeout exceeded when trying to connect|^timeout expired/, 'DatabaseTimeout'],
  [/^Query read timeout/, 'DatabaseTimeout'],
  [/^Connection terminated|^Client has encountered a connection error/, 'DatabaseUnreachable'],
  [/^Client was closed|^Connection ended unexpectedly|stream was destroyed/i, 'DatabaseUnreachable'],
  [/^SASL: |password must be a string/, 'DatabaseAuthenticationFailed'],
];

const classify = (failure: Failure): { readonly code: ErrorCode; readonly reason: string } => {
  const { code, message } = failure;
  if (code !== undefined && failure.isSqlState) {
    const rule = sqlStateRules[code] ?? sqlStateRules[code.slice(0, 2)];
    if (rule === undefined) return { code: 'Internal', reason: 'PostgreSQL refused the statement' };
    const { reason = message } = rule;
    return { code: rule.code, reason: typeof reason === 'string' ? reason : reason(message) };
  }
  if (code !== undefined) {
    const systemCode = systemErrorRules[code];
    if (systemCode !== undefined) return { code: systemCode, reason: systemReason(code, message) };
    if (isTlsError(code)) return { code: 'DatabaseTlsFailed', reason: `${message} (${code})` };
  }
  const known = driverMessages.find(([pattern]) => pattern.test(message));
  return known === undefined
    ? { code: 'Internal', reason: message }
    : { code: known[1], reason: known[2] ?? message };
};
