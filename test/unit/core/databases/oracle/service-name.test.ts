import { expect, test } from '@jest/globals';
import { checkHost, parseServiceName } from '#core/databases/oracle/service-name.ts';
import { sessionStatements } from '#core/databases/oracle/session.ts';

test('a database name is a service, or a service and a pluggable database', () => {
  expect(parseServiceName('orcl.example.com')).toEqual({ serviceName: 'orcl.example.com' });
  expect(parseServiceName('ORCLCDB/orclpdb1')).toEqual({
    serviceName: 'ORCLCDB',
    pluggableDatabase: 'ORCLPDB1',
  });
});

test.each(['', 'a/b/c', 'x)(HOST=evil', 'ORCL/1PDB', 'ORCL/PDB"; --', 'ORCL/', 'a b'])(
  '%j is refused',
  (name) => {
    expect(() => parseServiceName(name)).toThrow(expect.objectContaining({ code: 'InvalidRequest' }));
  },
);

test('a host cannot change the connect descriptor', () => {
  expect(checkHost('db-1.example.com')).toBe('db-1.example.com');
  expect(checkHost('2001:db8::1')).toBe('2001:db8::1');
  expect(() => checkHost('x)(PORT=1')).toThrow(expect.objectContaining({ code: 'InvalidRequest' }));
});

test('a session goes to the pluggable database first, and converts in one way only', () => {
  const [container, parameters] = sessionStatements('ORCLPDB1');
  expect(container).toBe('ALTER SESSION SET CONTAINER = "ORCLPDB1"');
  expect(parameters).toContain("NLS_NUMERIC_CHARACTERS = '.,'");
  expect(parameters).toContain("NLS_SORT = 'BINARY'");
  expect(sessionStatements(undefined)).toHaveLength(1);
});
