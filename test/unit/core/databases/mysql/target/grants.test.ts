import { describe, expect, test } from '@jest/globals';
import { findMissingGrants, parseGrants, seesEveryTable } from '#core/databases/mysql/target/grants.ts';

const request = {
  databaseName: 'warehouse',
  schemas: ['warehouse'],
  tables: [],
  bookkeeping: [],
  missingSchemas: [],
  account: 'mill`race@%',
};
const problemsOf = (lines: readonly string[], more: Partial<typeof request> = {}) =>
  findMissingGrants(parseGrants(lines), { ...request, ...more });

describe('nothing is missing', () => {
  test.each([
    ['GRANT ALL PRIVILEGES ON *.* TO `millrace`@`%` WITH GRANT OPTION'],
    ['GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP ON `warehouse`.* TO `millrace`@`%`'],
    ['GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP ON `ware%`.* TO `millrace`@`%`'],
  ])('with %s', (line) => {
    expect(problemsOf(['GRANT USAGE ON *.* TO `millrace`@`%`', line])).toEqual([]);
  });

  test('with privileges from several grants', () => {
    expect(
      problemsOf([
        'GRANT SELECT, CREATE, DROP ON *.* TO `millrace`@`%`',
        'GRANT INSERT, UPDATE, DELETE ON `ware_ouse`.* TO `millrace`@`%`',
      ]),
    ).toEqual([]);
  });
});

test('each privilege that is missing has the statement that gives it', () => {
  const lines = [
    'GRANT SELECT, INSERT (`a`, `b`), UPDATE ON `warehouse`.* TO `millrace`@`%`',
    'GRANT ALL PRIVILEGES ON `ware\\_ouse`.* TO `millrace`@`%`',
  ];
  expect(problemsOf(lines)).toEqual([
    {
      subject: 'target database',
      problem: 'INSERT, DELETE, CREATE, DROP on the database warehouse are missing.',
      remedy: 'GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP ON `warehouse`.* TO `mill``race`@`%`;',
    },
  ]);
});

test('a name with wildcards is escaped in the remedy', () => {
  const [problem] = problemsOf([], { databaseName: 'ware_house', schemas: ['ware_house'] });
  expect(problem?.remedy).toContain('`ware\\_house`.*');
});

describe('the catalog shows every table', () => {
  test.each([
    ['GRANT ALL PRIVILEGES ON *.* TO `millrace`@`%` WITH GRANT OPTION'],
    ['GRANT SELECT, INSERT ON *.* TO `millrace`@`%`'],
  ])('with %s', (line) => {
    expect(seesEveryTable(['GRANT USAGE ON `other`.* TO `millrace`@`%`', line])).toBe(true);
  });

  test.each([
    ['privileges on schemas', ['GRANT USAGE ON *.* TO `a`@`%`', 'GRANT ALL PRIVILEGES ON `%`.* TO `a`@`%`']],
    ['exceptions', ['GRANT SELECT ON *.* TO `a`@`%`', 'REVOKE SELECT ON `payroll`.* FROM `a`@`%`']],
    ['a global privilege of another kind', ['GRANT PROCESS ON *.* TO `a`@`%`']],
  ])('but not with %s', (_case, lines) => {
    expect(seesEveryTable(lines)).toBe(false);
  });
});
