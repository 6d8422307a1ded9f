import type { ErrorCode } from '#core/errors/error-policies.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { type DatabaseAction, describeFailure } from '../../databases/database-failure.ts';

/**
 * Turns whatever a statement or a connection failed with into a MillraceError. A MillraceError is returned as it is.
 *
 * Oracle's message may quote values (ORA-00001 in 23ai, ORA-12899) and statements, so it is kept only for conditions
 * that name objects or the network and nothing else.
 */
export const toDatabaseError = (error: unknown, action: DatabaseAction): MillraceError => {
  if (error instanceof MillraceError) return error;
  const failure = readFailure(error);
  const { code, constraint } = failure;
  return describeFailure(error, action, {
    ...classify(failure),
    details: [code, constraint && `constraint ${constraint}`].filter((part) => part !== undefined),
    facts: {
      ...(code !== undefined && { oracleError: code }),
      ...(constraint !== undefined && { constraint }),
    },
    originalCode: code,
  });
};

/** Oracle's code of an error, as `ORA-00942`, of one that `toDatabaseError` has made. */
export const oracleErrorOf = (error: unknown): string | undefined => {
  if (!(error instanceof MillraceError)) return undefined;
  const { oracleError } = error.facts;
  return typeof oracleError === 'string' ? oracleError : undefined;
};

interface Failure {
  /** `ORA-00942`, `NJS-503`, or a code of Node. */
  readonly code?: string;
  readonly message: string;
  /** `SCHEMA.NAME`, as messages of constraints put it in parentheses. */
  readonly constraint?: string;
}

const constraintErrors: ReadonlySet<string> = new Set(['ORA-00001', 'ORA-02290', 'ORA-02291', 'ORA-02292']);

/**
 * The first line, and in it Oracle's own code where the driver wraps it: `NJS-500: ...\nORA-03113: ...`. Both add a line
 * with the address of a manual.
 */
const readFailure = (error: unknown): Failure => {
  const message = error instanceof Error ? error.message : String(error);
  const fields: Readonly<Record<string, unknown>> =
    typeof error === 'object' && error !== null ? { ...error } : {};
  const inMessage = /\b(ORA-\d{5})\b/.exec(message)?.[1];
  const driverCode = typeof fields.code === 'string' && fields.code !== '' ? fields.code : undefined;
  const code = inMessage ?? driverCode;
  const constraint =
    code !== undefined && constraintErrors.has(code)
      ? /constraint \(([^()]+)\)/i.exec(message)?.[1]
      : undefined;
  return {
    ...(code !== undefined && { code }),
    message: firstLine(message),
    ...(constraint !== undefined && { constraint }),
  };
};

const firstLine = (message: string): string =>
  (message.split('\n')[0] ?? '').replace(/^(?:ORA-\d{5}|NJS-\d{3}):\s*/, '').replace(/[.\s]+$/, '');

interface Rule {
  readonly code: ErrorCode;
  /** Oracle's words are kept where there is none. */
  readonly reason?: string;
}

const rule = (code: ErrorCode, reason?: string): Rule => ({
  code,
  ...(reason === undefined ? {} : { reason }),
});

const lost = rule('DatabaseUnreachable', 'the connection was lost');
const rejectedDate = rule('ValueRejected', 'a date or time is out of the range of its column');
const noSpace = rule('DatabaseFull', 'the database has no space left for it');

/**
 * Conditions by their code (Oracle Database Error Messages), and the driver's own (node-oracledb 7, lib/errors.js). What
 * is not listed is a statement that should not have been sent.
 */
const rules: Readonly<Record<string, Rule>> = {
  // Values and constraints.
  'ORA-00001': rule('ConstraintViolated', 'a row violates a unique constraint'),
  'ORA-01400': rule(
    'ConstraintViolated',
    'a NOT NULL column got no value (Oracle takes an empty text for NULL)',
  ),
  'ORA-01407': rule(
    'ConstraintViolated',
    'a NOT NULL column got no value (Oracle takes an empty text for NULL)',
  ),
  'ORA-02290': rule('ConstraintViolated', 'a row violates a check constraint'),
  'ORA-02291': rule('ConstraintViolated', 'a row violates a foreign key'),
  'ORA-02292': rule('ConstraintViolated', 'a row violates a foreign key'),
  'ORA-01401': rule('ValueRejected', 'a value is too long for its column'),
  'ORA-01438': rule('ValueRejected', 'a number has more digits than its column'),
  'ORA-01426': rule('ValueRejected', 'a number is out of the range of its column'),
  'ORA-01461': rule('ValueRejected', 'a value is too long for its column'),
  'ORA-01722': rule('ValueRejected', 'a value is not a number'),
  'ORA-01830': rejectedDate,
  'ORA-01839': rejectedDate,
  'ORA-01841': rejectedDate,
  'ORA-01847': rejectedDate,
  'ORA-01861': rejectedDate,
  'ORA-01873': rule('ValueRejected', 'an interval is out of the range of its column'),
  'ORA-01878': rejectedDate,
  'ORA-12899': rule('ValueRejected', 'a value is too long for its column'),
  'ORA-29275': rule('ValueRejected', 'a text has a character that the encoding of the database lacks'),

  // Objects and rights.
  'ORA-00904': rule('SchemaMismatch', 'the table lacks a column that the statement names'),
  'ORA-00932': rule('SchemaMismatch', 'a column has another type than the statement gives it'),
  'ORA-00942': rule('TableNotFound', 'the table or view does not exist, or the user may not see it'),
  'ORA-04043': rule('TableNotFound', 'the object does not exist'),
  'ORA-54013': rule('SchemaMismatch', 'a virtual column cannot be written'),
  'ORA-32795': rule('SchemaMismatch', 'an identity column cannot be written'),
  'ORA-01031': rule('PermissionDenied', 'the user lacks a privilege'),
  'ORA-01720': rule('PermissionDenied', 'the user lacks a privilege'),
  'ORA-01918': rule('TableNotFound', 'the user whose schema is named does not exist'),
  'ORA-01435': rule('TableNotFound', 'the user whose schema is named does not exist'),
  'ORA-65011': rule('DatabaseNotFound', 'the pluggable database does not exist'),
  'ORA-65040': rule('PermissionDenied', 'it is not allowed in a pluggable database'),
  'ORA-65049': rule('PermissionDenied', 'the user lacks the privilege SET CONTAINER'),

  // Who connects.
  'ORA-01017': rule('DatabaseAuthenticationFailed', 'the user name or password is wrong'),
  'ORA-01005': rule('DatabaseAuthenticationFailed', 'no password was given'),
  'ORA-01045': rule('PermissionDenied', 'the user lacks the privilege CREATE SESSION'),
  'ORA-28000': rule('DatabaseAuthenticationFailed', 'the account is locked'),
  'ORA-28001': rule('DatabaseAuthenticationFailed', 'the password has expired'),
  'ORA-28040': rule('DatabaseAuthenticationFailed', 'the server offers no authentication protocol of today'),
  'NJS-116': rule(
    'DatabaseAuthenticationFailed',
    'the password is stored in a form of before Oracle 12 only; set it again',
  ),
  'ORA-12514': rule('DatabaseNotFound', 'the listener does not know the service'),
  'ORA-12505': rule('DatabaseNotFound', 'the listener does not know the database'),
  'NJS-518': rule('DatabaseNotFound', 'the listener does not know the service'),
  'NJS-519': rule('DatabaseNotFound', 'the listener does not know the database'),

  // What may pass by itself.
  'ORA-00060': rule('DatabaseConflict', 'it was the victim of a deadlock'),
  'ORA-08177': rule('DatabaseConflict', 'another transaction has changed the same rows'),
  'ORA-01555': rule('DatabaseConflict', 'the undo that a long read needs was overwritten (undo_retention)'),
  'ORA-01466': rule('DatabaseConflict', 'the definition of the table has changed'),
  'ORA-08103': rule('DatabaseConflict', 'the table was truncated or moved while it was read'),
  'ORA-04068': rule('DatabaseConflict', 'a package was compiled again'),
  'ORA-00054': rule('DatabaseTimeout', 'the table is locked'),
  'ORA-30006': rule('DatabaseTimeout', 'a row is locked'),
  'ORA-04021': rule('DatabaseTimeout', 'an object is locked'),
  'ORA-01013': rule('DatabaseTimeout', 'the statement was cancelled'),
  'NJS-123': rule('DatabaseTimeout', 'the database did not answer in time'),
  'NJS-040': rule('DatabaseTimeout', 'no connection became free in time'),
  'ORA-00018': rule('DatabaseUnavailable', 'the server is out of sessions'),
  'ORA-00020': rule('DatabaseUnavailable', 'the server is out of processes'),
  'ORA-01033': rule('DatabaseUnavailable', 'the database is starting or shutting down'),
  'ORA-01034': rule('DatabaseUnavailable', 'the database is not started'),
  'ORA-01109': rule('DatabaseUnavailable', 'the database is not open'),
  'ORA-16000': rule('DatabaseUnavailable', 'the database is open read-only'),
  'ORA-12516': rule('DatabaseUnavailable', 'the listener has no free handler'),
  'ORA-12519': rule('DatabaseUnavailable', 'the listener has no free handler'),
  'ORA-12520': rule('DatabaseUnavailable', 'the listener has no free handler'),
  'ORA-12528': rule('DatabaseUnavailable', 'the database takes no new connections'),
  'ORA-00257': rule('DatabaseFull', 'archived logs have filled their disk, so the database waits'),
  'ORA-02391': rule('DatabaseUnavailable', 'the user has as many sessions as its profile allows'),
  'ORA-01653': noSpace,
  'ORA-01654': noSpace,
  'ORA-01655': noSpace,
  'ORA-01658': noSpace,
  'ORA-01688': noSpace,
  'ORA-01691': noSpace,
  'ORA-01536': rule('DatabaseFull', 'the user has used up its quota of the tablespace'),
  'ORA-01950': rule('PermissionDenied', 'the user has no quota on the tablespace'),
  'ORA-30036': rule('DatabaseUnavailable', 'the undo tablespace is full'),
  'ORA-01652': rule('DatabaseUnavailable', 'the temporary tablespace is full'),

  // The network.
  'ORA-03113': lost,
  'ORA-03114': lost,
  'ORA-03135': lost,
  'ORA-12170': lost,
  'ORA-12537': lost,
  'ORA-12541': rule('DatabaseUnreachable', 'there is no listener'),
  'ORA-12547': lost,
  'ORA-12570': lost,
  'ORA-00028': rule('DatabaseUnreachable', 'the session was killed'),
  'ORA-01012': lost,
  'ORA-01089': rule('DatabaseUnavailable', 'the database is shutting down'),
  'ORA-01092': rule('DatabaseUnavailable', 'the instance has ended'),
  'ORA-02396': rule(
    'DatabaseUnreachable',
    'the session was idle for longer than the profile of the user allows',
  ),
  'ORA-00600': rule('DatabaseUnavailable', 'the server reports an internal error'),
  'ORA-07445': rule('DatabaseUnavailable', 'the server reports an internal error'),
  'NJS-003': lost,
  'NJS-500': lost,
  'NJS-501': lost,
  'NJS-503': rule('DatabaseUnreachable'),
  'NJS-510': rule('DatabaseTimeout', 'the connection was not made in time'),
  'NJS-511': rule('DatabaseUnreachable', 'the listener refused the connection'),
  'NJS-513': lost,
  'NJS-521': lost,
  'NJS-530': rule('DatabaseUnreachable'),
  'NJS-505': rule('DatabaseTlsFailed', 'the CA bundle cannot be read'),
  'NJS-506': rule('DatabaseTlsFailed', "the server's certificate is not trusted, or it does not speak TLS"),
  'NJS-507': rule('DatabaseTlsFailed', "the server's certificate is for another name"),
  'NJS-508': rule('DatabaseTlsFailed', "the server's certificate is for another host"),
  ECONNREFUSED: rule('DatabaseUnreachable'),
  ECONNRESET: rule('DatabaseUnreachable'),
  EPIPE: rule('DatabaseUnreachable'),
  ETIMEDOUT: rule('DatabaseUnreachable'),
  EHOSTUNREACH: rule('DatabaseUnreachable'),
  ENETUNREACH: rule('DatabaseUnreachable'),
  ENOTFOUND: rule('DatabaseUnreachable'),
  EAI_AGAIN: rule('DatabaseUnreachable'),
};

const classify = (failure: Failure): { readonly code: ErrorCode; readonly reason: string } => {
  const known = failure.code === undefined ? undefined : rules[failure.code];
  if (known !== undefined) return { code: known.code, reason: known.reason ?? failure.message };
  if (failure.code?.startsWith('ORA-') === true) {
    return { code: 'Internal', reason: 'Oracle refused the statement' };
  }
  return { code: 'Internal', reason: failure.message };
};
