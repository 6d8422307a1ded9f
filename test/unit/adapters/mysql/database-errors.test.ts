import { expect, test } from '@jest/globals';
import { toDatabaseError } from '#adapters/mysql/database-errors.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';

const action = {
  action: 'read chunk 3',
  database: 'db:3306/shop',
  table: { schema: 'shop', table: 'orders' },
};

const serverError = (errno: number, message: string) =>
  Object.assign(new Error(message), { errno, sqlState: 'HY000', code: 'ER_X', sql: "SELECT 'secret'" });

test.each([
  [1045, 'DatabaseAuthenticationFailed'],
  [1049, 'DatabaseNotFound'],
  [1142, 'PermissionDenied'],
  [1227, 'PermissionDenied'],
  [1146, 'TableNotFound'],
  [1054, 'SchemaMismatch'],
  [1213, 'DatabaseConflict'],
  [1205, 'DatabaseTimeout'],
  [3024, 'DatabaseTimeout'],
  [1969, 'DatabaseTimeout'],
  [1040, 'DatabaseUnavailable'],
  [1114, 'DatabaseFull'],
  [1062, 'ConstraintViolated'],
  [1406, 'ValueRejected'],
  [1064, 'Internal'],
  [9999, 'Internal'],
])('error %i of the server is %s', (errno, code) => {
  expect(toDatabaseError(serverError(errno, 'x'), action)).toMatchObject({
    code,
    facts: { errorNumber: errno },
  });
});

test.each([
  ['ECONNREFUSED', 'DatabaseUnreachable'],
  ['PROTOCOL_CONNECTION_LOST', 'DatabaseUnreachable'],
  ['PROTOCOL_SEQUENCE_TIMEOUT', 'DatabaseTimeout'],
  ['HANDSHAKE_NO_SSL_SUPPORT', 'DatabaseTlsFailed'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'DatabaseTlsFailed'],
])('%s of the connection is %s', (code, expected) => {
  expect(toDatabaseError(Object.assign(new Error('x'), { code, errno: -111 }), action).code).toBe(expected);
});

test('the message says what, where and why', () => {
  const error = toDatabaseError(serverError(1146, "Table 'shop.orders' doesn't exist"), action);
  expect(error.message).toBe(
    "Cannot read chunk 3 for table shop.orders at db:3306/shop: Table 'shop.orders' doesn't exist (error 1146).",
  );
});

test.each([1062, 1366, 1292, 1064, 9999])(
  'error %i quotes values, so neither message nor cause keeps its text',
  (errno) => {
    const error = toDatabaseError(serverError(errno, "Duplicate entry 'secret' for key"), action);
    const everything = [
      error.message,
      String(error.cause),
      JSON.stringify(error.facts),
      (error.cause as Error).stack,
    ].join();
    expect(everything).not.toContain('secret');
  },
);

test('an error of ours is left alone', () => {
  const error = new MillraceError('ValueRejected', 'x');
  expect(toDatabaseError(error, action)).toBe(error);
});
