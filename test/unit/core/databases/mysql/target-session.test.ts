import { expect, test } from '@jest/globals';
import {
  isMariadbVersion,
  parseSessionFacts,
  sessionStatements,
} from '#core/databases/mysql/target-session.ts';

test('a session is strict and in UTC, and MariaDB ends transactions that do nothing', () => {
  const limits = { lockTimeoutMs: 10_000, idleTimeoutMs: 1_500 };
  const [names, settings] = sessionStatements(true, limits);
  expect(names).toBe('SET NAMES utf8mb4');
  expect(settings).toContain('STRICT_ALL_TABLES');
  expect(settings).toContain("SESSION time_zone = '+00:00'");
  expect(settings).toContain('SESSION innodb_lock_wait_timeout = 10');
  expect(settings).toContain('SESSION idle_transaction_timeout = 2');
  expect(sessionStatements(false, limits)[1]).not.toContain('idle_transaction_timeout');
});

test('the server is known by its version', () => {
  expect(isMariadbVersion('11.4.5-MariaDB-log')).toBe(true);
  expect(isMariadbVersion('8.4.3')).toBe(false);
  expect(parseSessionFacts({ version: '8.4.3', max_packet: '67108864', local_infile: '0' })).toEqual({
    serverVersion: '8.4.3',
    isMariadb: false,
    maxAllowedPacket: 67_108_864,
    allowsLocalInfile: false,
  });
});
