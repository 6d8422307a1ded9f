import { expect, test } from '@jest/globals';
import { kindOfVersion } from '#core/databases/mysql/flavors.ts';
import {
  parseSessionFacts,
  readingSessionStatements,
  writingSessionStatements,
} from '#core/databases/mysql/session.ts';

test('a session that reads has no mode of the server and is limited as its server can', () => {
  const onMariadb = readingSessionStatements(true, { statementTimeoutMs: 1_500 });
  expect(onMariadb[0]).toBe('SET NAMES utf8mb4');
  expect(onMariadb).toContain('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ WRITE');
  expect(onMariadb.at(-1)).toBe('SET SESSION max_statement_time = 1.5');
  const onMysql = readingSessionStatements(false, { statementTimeoutMs: 1_500 });
  expect(onMysql.at(-1)).toBe('SET SESSION max_execution_time = 1500');
  expect(readingSessionStatements(false, { statementTimeoutMs: 0 }).at(-1)).toBe(
    'SET SESSION max_execution_time = 0',
  );
  expect(onMysql[1]).toContain('SESSION sql_select_limit = 18446744073709551615');
});

test('a session that writes is strict and in UTC, and MariaDB ends transactions that do nothing', () => {
  const limits = { lockTimeoutMs: 10_000, idleTimeoutMs: 1_500 };
  const [names, settings] = writingSessionStatements(true, limits);
  expect(names).toBe('SET NAMES utf8mb4');
  expect(settings).toContain('STRICT_ALL_TABLES');
  expect(settings).toContain("SESSION time_zone = '+00:00'");
  expect(settings).toContain('SESSION max_statement_time = 0');
  expect(settings).toContain('SESSION innodb_lock_wait_timeout = 10');
  expect(settings).toContain('SESSION idle_transaction_timeout = 2');
  expect(writingSessionStatements(false, limits)[1]).not.toContain('idle_transaction_timeout');
});

test('the server is known by its version', () => {
  expect(kindOfVersion('11.4.5-MariaDB-log')).toBe('mariadb');
  expect(kindOfVersion('8.4.3')).toBe('mysql');
  const row = { version: '8.4.3', max_packet: '67108864', local_infile: '0', folds: '0' };
  expect(parseSessionFacts(row)).toEqual({
    serverVersion: '8.4.3',
    isMariadb: false,
    maxAllowedPacket: 67_108_864,
    allowsLocalInfile: false,
    foldsNames: false,
  });
  expect(parseSessionFacts({ ...row, folds: '1' }).foldsNames).toBe(true);
});
