import { type TableRef, tableLabel } from '#core/contracts/identifiers.ts';
import type { ErrorCode } from '#core/errors/error-policies.ts';
import { type ErrorFacts, MillraceError } from '#core/errors/millrace-error.ts';

/** What was done, and where: the parts of a message that a server's own words leave out. */
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

/** What the rules of one kind of database make of an error. Nothing in it is a value of a row, or a statement. */
export interface ClassifiedFailure {
  readonly code: ErrorCode;
  readonly reason: string;
  /** Put behind the reason in parentheses. */
  readonly details: readonly string[];
  readonly facts: ErrorFacts;
  /** The server's, the driver's or the system's own code. */
  readonly originalCode: string | undefined;
}

/** The MillraceError of a failure. Its cause has the stack of `error`, and none of its text. */
export const describeFailure = (
  error: unknown,
  { action, database, table }: DatabaseAction,
  { code, reason, details, facts, originalCode }: ClassifiedFailure,
): MillraceError => {
  const subject = table === undefined ? '' : ` for table ${tableLabel(table)}`;
  const place = details.length === 0 ? '' : ` (${details.join(', ')})`;
  return new MillraceError(code, `Cannot ${action}${subject} at ${database}: ${reason}${place}.`, {
    facts: { database, ...(table && { table: tableLabel(table) }), ...facts },
    cause: withoutValues(error, originalCode, reason),
  });
};

/** Keeps the stack for anyone who debugs, with a text that is known to be free of values. */
const withoutValues = (error: unknown, originalCode: string | undefined, reason: string): Error => {
  const cause = new Error(originalCode === undefined ? reason : `${originalCode}: ${reason}`);
  cause.name = 'DatabaseFailure';
  const frames =
    error instanceof Error ? error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) : [];
  cause.stack = [`${cause.name}: ${cause.message}`, ...(frames ?? [])].join('\n');
  return cause;
};

/** Codes of Node and libuv. */
export const systemErrorRules: Readonly<Record<string, ErrorCode>> = {
  ECONNREFUSED: 'DatabaseUnreachable',
  ECONNRESET: 'DatabaseUnreachable',
  ECONNABORTED: 'DatabaseUnreachable',
  ETIMEDOUT: 'DatabaseUnreachable',
  EHOSTUNREACH: 'DatabaseUnreachable',
  EHOSTDOWN: 'DatabaseUnreachable',
  ENETUNREACH: 'DatabaseUnreachable',
  ENETDOWN: 'DatabaseUnreachable',
  ENETRESET: 'DatabaseUnreachable',
  EADDRNOTAVAIL: 'DatabaseUnreachable',
  EPIPE: 'DatabaseUnreachable',
  ENOTFOUND: 'DatabaseUnreachable',
  EAI_AGAIN: 'DatabaseUnreachable',
  ERR_STREAM_PREMATURE_CLOSE: 'DatabaseUnreachable',
  ERR_STREAM_DESTROYED: 'DatabaseUnreachable',
  ERR_STREAM_WRITE_AFTER_END: 'DatabaseUnreachable',
};

/** OpenSSL's verification results and Node's own TLS errors (Node.js manual: TLS, X509 certificate error codes). */
export const isTlsError = (code: string): boolean =>
  /^(ERR_TLS_|ERR_SSL_|CERT_|CRL_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|EPROTO)/.test(
    code,
  );

/** An AggregateError (one attempt for each address of a name) has an empty message, but has the code. */
export const systemReason = (code: string, message: string): string => (message === '' ? code : message);
