import { describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { databaseLabel } from '#adapters/databases/database-failure.ts';
import { toDatabaseError } from '#adapters/postgresql/driver/database-errors.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';

const action = {
  action: 'copy chunk 3',
  database: 'db.example:5432/acme',
  table: { schema: 'public', table: 'users' },
};

const serverError = (code: string, message: string, fields: Partial<pg.DatabaseError> = {}) =>
  Object.assign(new pg.DatabaseError(message, 100, 'error'), { code, severity: 'ERROR', ...fields });

const systemError = (code: string, message = `connect ${code}`) =>
  Object.assign(new Error(message), { code });

describe('toDatabaseError', () => {
  test.each([
    ['08006', 'DatabaseUnreachable'],
    ['57P01', 'DatabaseUnavailable'],
    ['57P02', 'DatabaseUnavailable'],
    ['57P03', 'DatabaseUnavailable'],
    ['53300', 'DatabaseUnavailable'],
    ['53200', 'DatabaseUnavailable'],
    ['25006', 'DatabaseUnavailable'],
    ['40001', 'DatabaseConflict'],
    ['40P01', 'DatabaseConflict'],
    ['53100', 'DatabaseFull'],
    ['55006', 'DatabaseConflict'],
    ['55P03', 'DatabaseTimeout'],
    ['57014', 'DatabaseTimeout'],
  ])('SQLSTATE %s is %s, which is retried', (sqlState, code) => {
    const error = toDatabaseError(serverError(sqlState, 'words of the server'), action);
    expect(error.code).toBe(code);
    expect(error.isTransient).toBe(true);
  });

  test.each([
    ['28P01', 'DatabaseAuthenticationFailed'],
    ['28000', 'DatabaseAuthenticationFailed'],
    ['3D000', 'DatabaseNotFound'],
    ['42501', 'PermissionDenied'],
    ['42P01', 'TableNotFound'],
    ['42703', 'SchemaMismatch'],
    ['428C9', 'SchemaMismatch'],
    ['22001', 'ValueRejected'],
    ['22P05', 'ValueRejected'],
    ['22012', 'ValueRejected'],
    ['23505', 'ConstraintViolated'],
    ['23001', 'ConstraintViolated'],
    ['P0001', 'ConstraintViolated'],
    ['42601', 'Internal'],
    ['21000', 'Internal'],
  ])('SQLSTATE %s is %s, which is not retried', (sqlState, code) => {
    const error = toDatabaseError(serverError(sqlState, 'words of the server'), action);
    expect(error.code).toBe(code);
    expect(error.isTransient).toBe(false);
  });

  test.each([
    ['ECONNREFUSED', 'DatabaseUnreachable'],
    ['ECONNRESET', 'DatabaseUnreachable'],
    ['ETIMEDOUT', 'DatabaseUnreachable'],
    ['ENOTFOUND', 'DatabaseUnreachable'],
    ['EPIPE', 'DatabaseUnreachable'],
    ['ERR_STREAM_PREMATURE_CLOSE', 'DatabaseUnreachable'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'DatabaseTlsFailed'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'DatabaseTlsFailed'],
    ['CERT_HAS_EXPIRED', 'DatabaseTlsFailed'],
    ['ERR_INVALID_ARG_TYPE', 'Internal'],
  ])('system error %s is %s', (systemCode, code) => {
    expect(toDatabaseError(systemError(systemCode), action).code).toBe(code);
  });

  test.each([
    ['Connection terminated unexpectedly', 'DatabaseUnreachable'],
    ['Connection terminated due to connection timeout', 'DatabaseUnreachable'],
    ['timeout exceeded when trying to connect', 'DatabaseTimeout'],
    ['Query read timeout', 'DatabaseTimeout'],
    ['The server does not support SSL connections', 'DatabaseTlsFailed'],
    ['SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string', 'DatabaseAuthenticationFailed'],
    ['received invalid response: 4a', 'DatabaseUnreachable'],
    ['Unknown authenticationOk message type 99', 'DatabaseUnreachable'],
    ['something nobody thought of', 'Internal'],
  ])('the driver error "%s" is %s', (message, code) => {
    expect(toDatabaseError(new Error(message), action).code).toBe(code);
  });

  test('says what happened, to what and where', () => {
    const error = toDatabaseError(
      serverError('23505', 'duplicate key value violates unique constraint "users_email_key"', {
        schema: 'public',
        table: 'users',
        constraint: 'users_email_key',
      }),
      action,
    );
    expect(error.message).toBe(
      'Cannot copy chunk 3 for table public.users at db.example:5432/acme: a row violates a unique constraint ' +
        '(SQLSTATE 23505, constraint "users_email_key", table "public"."users").',
    );
    expect(error.facts).toEqual({
      database: 'db.example:5432/acme',
      table: 'public.users',
      sqlState: '23505',
      failedSchema: 'public',
      failedTable: 'users',
      constraint: 'users_email_key',
    });
  });

  test.each(['22P02', '22003', '23505', '23514', '42601', 'XX000', '22012'])(
    'no part of an error with SQLSTATE %s quotes a value',
    (sqlState) => {
      const secret = 'hunter2';
      const error = toDatabaseError(
        serverError(sqlState, `invalid input "${secret}"`, {
          detail: `Key (email)=(${secret}) already exists.`,
          where: `COPY users, line 5, column email: "${secret}"`,
          internalQuery: `SELECT '${secret}'`,
          hint: `Perhaps ${secret}`,
        }),
        action,
      );
      const everything = [
        error.message,
        error.stack,
        JSON.stringify(error.facts),
        error.cause instanceof Error && [error.cause.message, error.cause.stack, JSON.stringify(error.cause)],
      ].join('\n');
      expect(everything).not.toContain(secret);
    },
  );

  test('an attempt at several addresses is told by its code, since its message is empty', () => {
    const error = Object.assign(new AggregateError([systemError('ECONNREFUSED')], ''), {
      code: 'ECONNREFUSED',
    });
    expect(toDatabaseError(error, { action: 'connect', database: 'localhost:1/x' }).message).toBe(
      'Cannot connect at localhost:1/x: ECONNREFUSED.',
    );
  });

  test('a MillraceError stays what it is', () => {
    const error = new MillraceError('NeedsResync', 'lost');
    expect(toDatabaseError(error, action)).toBe(error);
  });
});

test('databaseLabel names server and database, never the user', () => {
  expect(databaseLabel({ host: 'db.example', port: 5432, databaseName: 'acme' })).toBe(
    'db.example:5432/acme',
  );
});
