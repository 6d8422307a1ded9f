import { describe, expect, test } from '@jest/globals';
import { flavorOf } from '#core/databases/mysql/flavors.ts';
import {
  type CaptureReadiness,
  findServerProblems,
  findServerWarnings,
  parseGlobalGrants,
} from '#core/databases/mysql/source/readiness.ts';

const ready: CaptureReadiness = {
  serverVersion: '8.4.3',
  variables: {
    log_bin: 'ON',
    binlog_format: 'ROW',
    binlog_row_image: 'FULL',
    binlog_row_value_options: '',
    server_id: '1',
    binlog_expire_logs_seconds: '2592000',
    read_only: 'OFF',
    log_replica_updates: 'ON',
  },
  globalGrants: new Set(['REPLICATION SLAVE', 'REPLICATION CLIENT', 'XA_RECOVER_ADMIN']),
  loggedDatabases: [],
  unloggedDatabases: [],
  unreadableTables: [],
};
const database = { username: 'millrace', databaseName: 'shop' };
const find = (changes: Partial<CaptureReadiness>, kind: 'mysql' | 'mariadb' = 'mysql') =>
  findServerProblems(flavorOf(kind), { ...ready, ...changes }, database);
const withVariables = (variables: Readonly<Record<string, string>>) =>
  find({ variables: { ...ready.variables, ...variables } });

test('a server that is set up for it has no problems', () => {
  expect(find({})).toEqual([]);
  expect(
    find({ serverVersion: '11.4.5-MariaDB-log', globalGrants: new Set(['ALL PRIVILEGES']) }, 'mariadb'),
  ).toEqual([]);
});

test('a server of the other kind is named as what it is, and nothing else is said', () => {
  expect(find({ serverVersion: '10.11.6-MariaDB', variables: {} })).toEqual([
    expect.objectContaining({
      problem: expect.stringContaining('It is MariaDB 10.11.6-MariaDB'),
      remedy: expect.stringContaining('mariadb'),
    }),
  ]);
});

test.each([
  ['mysql', '5.7.44', true],
  ['mysql', '8.0.36', false],
  ['mysql', '9.7.4', false],
] as const)('%s %s is too old: %p', (kind, serverVersion, isTooOld) => {
  expect(find({ serverVersion }, kind).length > 0).toBe(isTooOld);
});

describe('settings', () => {
  test.each([
    [{ log_bin: 'OFF' }, /writes no binary log/, /log_bin/],
    [{ binlog_format: 'MIXED' }, /binlog_format is MIXED/, /SET GLOBAL binlog_format = ROW/],
    [{ binlog_row_image: 'MINIMAL' }, /binlog_row_image is MINIMAL/, /SET GLOBAL binlog_row_image = FULL/],
    [{ binlog_row_value_options: 'PARTIAL_JSON' }, /JSON/, /SET GLOBAL binlog_row_value_options = ''/],
    [{ log_bin_compress: 'ON' }, /long rows/, /SET GLOBAL log_bin_compress = OFF/],
    [
      { gtid_executed: '3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:mark:1' },
      /GTIDs have a tag/,
      /without a tag/,
    ],
    [{ binlog_storage_engine: 'InnoDB' }, /log in InnoDB/, /Remove binlog_storage_engine/],
    [{ server_id: '0' }, /server_id is 0/, /SET GLOBAL server_id = 1/],
    [{ read_only: 'ON', log_replica_updates: 'OFF' }, /read-only/, /log_replica_updates/],
    [{ binlog_expire_logs_seconds: '3600' }, /after 1 h/, /SET GLOBAL binlog_expire_logs_seconds = 259200/],
    [{ binlog_expire_logs_seconds: '0', expire_logs_days: '0' }, undefined, undefined],
    [{ binlog_expire_logs_seconds: '0', expire_logs_days: '7' }, undefined, undefined],
  ] as const)('%p', (variables, problem, remedy) => {
    const problems = withVariables(variables);
    if (problem === undefined) {
      expect(problems).toEqual([]);
    } else {
      expect(problems).toHaveLength(1);
      expect(problems[0]?.problem).toMatch(problem);
      expect(problems[0]?.remedy).toMatch(remedy);
    }
  });

  test('a database that the server leaves out of its log', () => {
    expect(find({ unloggedDatabases: ['shop'] })).toHaveLength(1);
    expect(find({ loggedDatabases: ['other'] })).toHaveLength(1);
    expect(find({ loggedDatabases: ['other', 'shop'] })).toEqual([]);
  });

  test('a table that stops Debezium is named, whether or not it is replicated', () => {
    expect(find({ unreadableTables: [{ table: 'hosts', type: 'xmltype' }] })).toEqual([
      expect.objectContaining({
        subject: 'source table shop.hosts',
        problem: expect.stringContaining('xmltype'),
      }),
    ]);
  });
});

describe('rights', () => {
  test('each missing one comes with its statement', () => {
    expect(find({ globalGrants: new Set(['SELECT']) }).map(({ remedy }) => remedy)).toEqual([
      "GRANT REPLICATION SLAVE ON *.* TO `millrace`@'%';",
      "GRANT REPLICATION CLIENT ON *.* TO `millrace`@'%';",
      "GRANT XA_RECOVER_ADMIN ON *.* TO `millrace`@'%';",
    ]);
    const mariadb = find({ serverVersion: '11.4.5-MariaDB', globalGrants: new Set(['SELECT']) }, 'mariadb');
    expect(mariadb.map(({ remedy }) => remedy)).toEqual([
      "GRANT REPLICATION SLAVE ON *.* TO `millrace`@'%';",
      "GRANT BINLOG MONITOR ON *.* TO `millrace`@'%';",
      "GRANT RELOAD ON *.* TO `millrace`@'%';",
    ]);
  });

  test.each([
    ['GRANT SELECT, REPLICATION SLAVE ON *.* TO `u`@`%` WITH GRANT OPTION', ['SELECT', 'REPLICATION SLAVE']],
    ["GRANT USAGE ON *.* TO `u`@`%` IDENTIFIED BY PASSWORD '*0'", ['USAGE']],
    ["GRANT ALL PRIVILEGES ON *.* TO 'u'@'%'", ['ALL PRIVILEGES']],
    ['GRANT SELECT ON `shop`.* TO `u`@`%`', []],
    ['GRANT `r`@`%` TO `u`@`%`', []],
  ])('%s', (line, grants) => {
    expect(parseGlobalGrants(line)).toEqual(grants);
  });
});

test.each([
  ['0', 'Shop', []],
  ['1', 'shop', []],
  ['1', 'Shop', ['Register the database as shop.']],
  ['2', 'shop', ['Use a server on Linux or Windows, where it is 0 or 1.']],
])('with lower_case_table_names %s a database %s has other names: %p', (folding, databaseName, remedies) => {
  const variables = { ...ready.variables, lower_case_table_names: folding };
  const problems = findServerProblems(
    flavorOf('mysql'),
    { ...ready, variables },
    { ...database, databaseName },
  );
  expect(problems.map(({ remedy }) => remedy)).toEqual(remedies);
});

test.each([
  ['mysql', 'OFF', true],
  ['mysql', 'OFF_PERMISSIVE', true],
  ['mysql', 'ON_PERMISSIVE', false],
  ['mysql', 'ON', false],
  ['mariadb', undefined, false],
] as const)('%s with gtid_mode %s warns of fail-overs: %p', (kind, mode, isWarned) => {
  const warnings = findServerWarnings(flavorOf(kind), mode === undefined ? {} : { gtid_mode: mode });
  expect(warnings.map(({ remedy }) => remedy)).toEqual(
    isWarned ? [expect.stringContaining('gtid_mode to ON')] : [],
  );
});
