import { expect, test } from '@jest/globals';
import { isDuplicateKey, isViolation, toDatabaseError } from '#adapters/mysql/target-errors.ts';

const action = { action: 'apply changes', database: 'h:1/d', table: { schema: 'd', table: 't' } };
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
  [server(1205, 'Lock wait timeout exceeded'), 'DatabaseConflict', {}],
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
  const described = toDatabaseError(error, action);
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
