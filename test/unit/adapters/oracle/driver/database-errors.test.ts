import { expect, test } from '@jest/globals';
import { oracleErrorOf, toDatabaseError } from '#adapters/oracle/driver/database-errors.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';

const action = {
  action: 'read the catalog',
  database: 'db:1521/ORCL',
  table: { schema: 'SHOP', table: 'ORDERS' },
};

/** As node-oracledb throws them: the code is also in the message, and a line with the address of a manual follows. */
const failure = (message: string, code = message.split(':')[0]): Error =>
  Object.assign(new Error(`${message}\nHelp: https://docs.oracle.com/error-help/db/`), { code });

test.each([
  ['ORA-00942: table or view "SHOP"."ORDERS" does not exist', 'TableNotFound'],
  ['ORA-01031: insufficient privileges', 'PermissionDenied'],
  ['ORA-01017: invalid credential or not authorized; logon denied', 'DatabaseAuthenticationFailed'],
  ['ORA-28000: The account is locked.', 'DatabaseAuthenticationFailed'],
  ['ORA-01045: Login denied. User lacks CREATE SESSION', 'PermissionDenied'],
  ['ORA-12514: Cannot connect to database. Service is not registered', 'DatabaseNotFound'],
  ['ORA-65011: Pluggable database NOPE does not exist.', 'DatabaseNotFound'],
  ['ORA-01555: snapshot too old: rollback segment number 9', 'DatabaseConflict'],
  ['ORA-00060: deadlock detected while waiting for resource', 'DatabaseConflict'],
  ["ORA-08177: can't serialize access for this transaction", 'DatabaseConflict'],
  ['ORA-00054: resource busy', 'DatabaseTimeout'],
  ['ORA-01653: unable to extend table', 'DatabaseFull'],
  ['ORA-00257: Archiver error', 'DatabaseFull'],
  ['ORA-01033: ORACLE initialization or shutdown in progress', 'DatabaseUnavailable'],
  ['ORA-12899: value too large for column', 'ValueRejected'],
  ['ORA-01438: value larger than specified precision', 'ValueRejected'],
  ['ORA-00001: unique constraint (SHOP.ORDERS_PK) violated', 'ConstraintViolated'],
  ['ORA-00904: "X": invalid identifier', 'SchemaMismatch'],
  ['NJS-503: connection to host db port 1521 could not be established.', 'DatabaseUnreachable'],
  ['NJS-530: The host addresses or URLs provided by the connect string are incorrect', 'DatabaseUnreachable'],
  ['NJS-510: connection to host db port 1521 timed out.', 'DatabaseTimeout'],
  ['NJS-123: call timeout of 30000 ms exceeded', 'DatabaseTimeout'],
  ['NJS-040: connection request timeout.', 'DatabaseTimeout'],
  ['NJS-506: TLS connection could not be established', 'DatabaseTlsFailed'],
  ['NJS-508: Hostname in certificate does not match', 'DatabaseTlsFailed'],
  ['ORA-00933: SQL command not properly ended', 'Internal'],
])('%s is %s', (message, code) => {
  const error = toDatabaseError(failure(message), action);
  expect(error.code).toBe(code);
  expect(error.facts).toMatchObject({ database: 'db:1521/ORCL', table: 'SHOP.ORDERS' });
  expect(error.message).toMatch(/^Cannot read the catalog for table SHOP\.ORDERS at db:1521\/ORCL: /);
});

test("an error that the driver wraps has Oracle's own code", () => {
  const wrapped = failure(
    'NJS-500: connection to the Oracle Database was broken\nORA-03113: end-of-file on communication channel',
  );
  const error = toDatabaseError(wrapped, action);
  expect(error.code).toBe('DatabaseUnreachable');
  expect(oracleErrorOf(error)).toBe('ORA-03113');
});

test('no value and no statement gets into the message, the facts or the cause', () => {
  const errors = [
    // 23ai names the key's values.
    failure(
      'ORA-00001: unique constraint (SHOP.ORDERS_PK) violated on table SHOP.ORDERS columns (MAIL) [secret]',
    ),
    failure('ORA-12899: value too large for column "SHOP"."ORDERS"."MAIL" (actual: secret)'),
    failure("ORA-01722: unable to convert string value containing 'secret' to a number"),
    failure('ORA-00936: missing expression near secret'),
  ];
  for (const cause of errors) {
    const error = toDatabaseError(cause, action);
    const shown = [
      error.message,
      JSON.stringify(error.facts),
      String(error.cause),
      (error.cause as Error).stack,
    ];
    expect(shown.join('\n')).not.toContain('secret');
  }
});

test('a violated constraint is named', () => {
  const error = toDatabaseError(failure('ORA-00001: unique constraint (SHOP.ORDERS_PK) violated'), action);
  expect(error.facts).toMatchObject({ constraint: 'SHOP.ORDERS_PK', oracleError: 'ORA-00001' });
  expect(error.message).toContain('(ORA-00001, constraint SHOP.ORDERS_PK)');
});

test('a MillraceError stays as it is', () => {
  const own = new MillraceError('ValueRejected', 'no');
  expect(toDatabaseError(own, action)).toBe(own);
});
