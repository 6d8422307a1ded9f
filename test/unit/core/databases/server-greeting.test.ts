import { expect, test } from '@jest/globals';
import {
  isPostgresAnswer,
  isTnsAnswer,
  readMysqlGreeting,
  tnsConnect,
} from '#core/databases/server-greeting.ts';

const greeting = (version: string): Buffer =>
  Buffer.concat([Buffer.from([0x4a, 0, 0, 0, 10]), Buffer.from(`${version}\0`), Buffer.alloc(20, 7)]);

test.each([
  ['8.0.36', { kind: 'mysql', version: '8.0.36' }],
  ['8.0.35-27', { kind: 'mysql', version: '8.0.35-27' }],
  ['5.7.44-log', { kind: 'mysql', version: '5.7.44-log' }],
  ['5.5.5-10.11.6-MariaDB-0+deb12u1', { kind: 'mariadb', version: '10.11.6-MariaDB-0+deb12u1' }],
  ['11.4.2-MariaDB', { kind: 'mariadb', version: '11.4.2-MariaDB' }],
])('a greeting of version %s', (version, server) => {
  expect(readMysqlGreeting(greeting(version))).toEqual(server);
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['a greeting that has not come whole', greeting('8.0.36').subarray(0, 8)],
  ['an SSH banner', Buffer.from('SSH-2.0-OpenSSH_9.6\r\n')],
  ['a web server', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  [
    'an error instead of a greeting',
    Buffer.from([0x20, 0, 0, 0, 0xff, 0x10, 4, ...Buffer.from('Too many\0')]),
  ],
])('%s is none of MySQL', (_what, bytes) => {
  expect(readMysqlGreeting(bytes)).toBeUndefined();
});

test.each([
  ['that it speaks TLS', Buffer.from('S'), true],
  ['that it does not', Buffer.from('N'), true],
  ['an error', Buffer.from([0x45, 0, 0, 0, 0x40, 0x53, 0x46]), true],
  ['an SSH banner', Buffer.from('SSH-2.0-OpenSSH_9.6\r\n'), false],
  ['nothing', Buffer.alloc(0), false],
])('an answer of PostgreSQL: %s', (_what, bytes, expected) => {
  expect(isPostgresAnswer(bytes)).toBe(expected);
});

test.each([
  ['accepts', [0, 32, 0, 0, 2, 0, 0, 0], true],
  ['refuses', [0, 12, 0, 0, 4, 0, 0, 0, 34, 0, 0, 0], true],
  ['redirects', [0, 64, 0, 0, 5, 0, 0, 0], true],
  ['asks again', [0, 8, 0, 0, 11, 8, 0, 0], true],
  ['is of another type', [0, 8, 0, 0, 6, 0, 0, 0], false],
  ['has no header', [0, 8, 0, 0], false],
])('a listener of Oracle that %s', (_what, bytes, expected) => {
  expect(isTnsAnswer(Buffer.from(bytes))).toBe(expected);
});

test('the question to a listener says its own length and where its data are', () => {
  const packet = Buffer.from(tnsConnect);
  expect(packet.readUInt16BE(0)).toBe(packet.length);
  expect(packet[4]).toBe(1);
  const [length, offset] = [packet.readUInt16BE(24), packet.readUInt16BE(26)];
  expect(packet.subarray(offset, offset + length).toString()).toBe('(CONNECT_DATA=(COMMAND=ping))');
});
