import { expect, test } from '@jest/globals';
import {
  errorNumberOf,
  isDuplicateKey,
  isViolation,
  toDatabaseError,
} from '#adapters/mysql/driver/database-errors.ts';
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

test('a server that speaks another protocol is told apart from a defect of ours', () => {
  const beyond = (name: string) =>
    Object.assign(
      new RangeError(`The value of "${name}" is out of range. It must be >= 0 and <= 5. Received 9`),
      {
        code: 'ERR_OUT_OF_RANGE',
      },
    );
  const error = toDatabaseError(beyond('offset'), action);
  expect([error.code, error.message]).toEqual([
    'DatabaseUnreachable',
    'Cannot read chunk 3 for table shop.orders at db:3306/shop: what answers there does not speak the protocol of MySQL.',
  ]);
  expect(toDatabaseError(beyond('value'), action).code).toBe('Internal');
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

test('a MillraceError is left alone', () => {
  const error = new MillraceError('ValueRejected', 'x');
  expect(toDatabaseError(error, action)).toBe(error);
});

const write = { action: 'apply changes', database: 'h:1/d', table: { schema: 'd', table: 't' } };
const server = (errno: number, message: string, sqlState = '') =>
  Object.assign(new Error(message), {
    errno,
    sqlState,
    code: `ER_${errno}`,
    sql: "INSERT INTO t VALUES ('secret')",
  });

test.each([
  [
    server(1062, "Duplicate entry 'secret' for key 't.by_note'", '23000'),
    'ConstraintViolated',
    { constraint: 't.by_note' },
  ],
  [
    server(1062, "Duplicate entry 'secret for key x' for key 'PRIMARY'"),
    'ConstraintViolated',
    { constraint: 'PRIMARY' },
  ],
  [
    server(1452, 'Cannot add row: fails (`d`.`t`, CONSTRAINT `fk` FOREIGN KEY (`a`) REFERENCES `b` (`c`))'),
    'ConstraintViolated',
    { constraint: 'fk' },
  ],
  [server(4025, 'CONSTRAINT `small` failed for `d`.`t`'), 'ConstraintViolated', { constraint: 'small' }],
  [server(3819, "Check constraint 'small' is violated."), 'ConstraintViolated', { constraint: 'small' }],
  [server(1406, "Data too long for column 'note' at row 1"), 'ValueRejected', { column: 'note' }],
  [
    server(1366, "Incorrect integer value: 'secret' for column `d`.`t`.`id` at row 2"),
    'ValueRejected',
    { column: 'id' },
  ],
  [server(1213, 'Deadlock found'), 'DatabaseConflict', {}],
  [server(1205, 'Lock wait timeout exceeded'), 'DatabaseTimeout', {}],
  [server(1045, "Access denied for user 'x'@'y'", '28000'), 'DatabaseAuthenticationFailed', {}],
  [server(1142, "INSERT command denied to user 'x'@'y' for table `d`.`t`"), 'PermissionDenied', {}],
  [server(1146, "Table 'd.t' doesn't exist"), 'TableNotFound', {}],
  [server(1290, 'The server is running with the --read-only option'), 'DatabaseUnavailable', {}],
  [server(1114, "The table 't' is full"), 'DatabaseFull', {}],
  [server(1064, "You have an error near 'secret'"), 'Internal', {}],
  [server(9999, "Something with 'secret'", '40001'), 'DatabaseConflict', {}],
  [server(9999, "Something with 'secret'"), 'Internal', {}],
  [
    Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', errno: -111 }),
    'DatabaseUnreachable',
    { systemError: 'ECONNREFUSED' },
  ],
  [Object.assign(new Error('lost'), { code: 'PROTOCOL_CONNECTION_LOST' }), 'DatabaseUnreachable', {}],
  [
    Object.assign(new Error('Query inactivity timeout'), { code: 'PROTOCOL_SEQUENCE_TIMEOUT' }),
    'DatabaseTimeout',
    {},
  ],
  [Object.assign(new Error('bad'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' }), 'DatabaseTlsFailed', {}],
  [new Error("Can't add new command when connection is in closed state"), 'DatabaseUnreachable', {}],
])('%#: %s', (error, code, facts) => {
  const described = toDatabaseError(error, write);
  expect(described).toMatchObject({ code, facts: { database: 'h:1/d', table: 'd.t', ...facts } });
  const shown =
    JSON.stringify(described.facts) +
    described.message +
    String(described.cause) +
    String((described.cause as Error).stack);
  expect(shown).not.toContain('secret');
});

test('violations are told from other errors', () => {
  expect(isViolation(server(1062, ''))).toBe(true);
  expect(isViolation(server(1213, ''))).toBe(false);
  expect(isDuplicateKey(server(1062, ''))).toBe(true);
  expect(isDuplicateKey(server(1452, ''))).toBe(false);
});

test('the number of an error is known before and after it was described', () => {
  const duplicate = server(1062, "Duplicate entry 'secret' for key 't.by_note'");
  expect(errorNumberOf(duplicate)).toBe(1062);
  expect(errorNumberOf(toDatabaseError(duplicate, write))).toBe(1062);
  expect(isDuplicateKey(toDatabaseError(duplicate, write))).toBe(true);
  expect(errorNumberOf(Object.assign(new Error('x'), { code: 'EPIPE', errno: -32 }))).toBeUndefined();
});

test('what the driver says without a code is not repeated, since it may quote a value', () => {
  const described = toDatabaseError(new Error("Unexpected 'secret'"), write);
  expect(described.code).toBe('Internal');
  expect(described.message + String(described.cause)).not.toContain('secret');
});
