import { expect, test } from '@jest/globals';
import { TextRows } from '#core/canonical/text-rows.ts';
import { createValueGuard } from '#core/canonical/value-guard.ts';
import { createRowPacketReader } from '#core/databases/mysql/source/row-packet.ts';
import { CopyLines } from '#core/databases/postgresql/target/copy-lines.ts';
import type { RowSink } from '#core/ports/databases.ts';
import { column } from '../columns.ts';

const columns = [
  column('int'),
  column('varchar', { charset: 'utf8mb4' }),
  column('varbinary'),
  column('timestamp', { fraction: 6 }),
  column('longtext'),
];

/** As Protocol::LengthEncodedString of the MySQL source documentation writes it. */
const lengthEncoded = (value: Buffer | null): Buffer => {
  if (value === null) return Buffer.of(0xfb);
  const { length } = value;
  if (length < 251) return Buffer.concat([Buffer.of(length), value]);
  if (length < 2 ** 16) return Buffer.concat([Buffer.of(0xfc, length & 255, length >> 8), value]);
  return Buffer.concat([Buffer.of(0xfd, length & 255, (length >> 8) & 255, length >> 16), value]);
};

const rowPacket = (...values: readonly (string | Buffer | null)[]): Buffer =>
  Buffer.concat(values.map((value) => lengthEncoded(typeof value === 'string' ? Buffer.from(value) : value)));

/** The packet's header stands before the row, and another packet behind it. */
const readInto = (rows: RowSink, packet: Buffer): void =>
  createRowPacketReader(columns)(
    Buffer.concat([Buffer.alloc(4), packet, Buffer.of(9)]),
    4,
    4 + packet.length,
    rows,
  );

test('reads rows of any length as canonical text', () => {
  const rows = new TextRows(columns.length);
  const long = 'ä'.repeat(40_000);
  readInto(rows, rowPacket('1', 'a\0ä', Buffer.of(0, 255), '2020-02-29 10:00:00.500000', 'x'.repeat(300)));
  readInto(rows, rowPacket('-2', '', Buffer.alloc(0), '0000-00-00 00:00:00', null));
  readInto(rows, rowPacket('0003', null, Buffer.alloc(70_000, 1), null, long));
  const batch = rows.take(77);
  expect(batch.bytes).toBe(77);
  expect(batch.rowCount).toBe(3);
  expect(batch.rows).toEqual([
    ['1', 'a\0ä', '\\x00ff', '2020-02-29 10:00:00.5+00', 'x'.repeat(300)],
    ['-2', '', '\\x', '0000-00-00 00:00:00', null],
    ['3', null, `\\x${'01'.repeat(70_000)}`, null, long],
  ]);
});

test('reads rows into lines of COPY, however much longer the values become there', () => {
  const { guard } = createValueGuard({ schema: 'public', table: 't' }, 'fail');
  const lines = new CopyLines(columns, guard);
  // Escaped, the first fits into the room that was made for both, but not with the second.
  const specials = '\\\t'.repeat(85_000);
  const long = 'x'.repeat(180_000);
  const packets = [
    rowPacket('1', specials, null, '2020-02-29 10:00:00', long),
    rowPacket('2', specials, Buffer.alloc(50_000, 1), null, specials),
    rowPacket('3', null, null, null, null),
  ];
  for (const packet of packets) readInto(lines, packet);
  const escaped = '\\\\\\t'.repeat(85_000);
  expect(lines.take(0).encoded?.toString()).toBe(
    `1\t${escaped}\t\\N\t2020-02-29 10:00:00+00\t${long}\n` +
      `2\t${escaped}\t\\\\x${'01'.repeat(50_000)}\t\\N\t${escaped}\n3\t\\N\t\\N\t\\N\t\\N\n`,
  );
});

test('a batch that was taken stays as it is', () => {
  const rows = new TextRows(columns.length);
  readInto(rows, rowPacket('1', 'a', null, null, null));
  const first = rows.take(1);
  expect(rows.isEmpty).toBe(true);
  readInto(rows, rowPacket('2', 'b', null, null, null));
  expect(first.rows).toEqual([['1', 'a', null, null, null]]);
  expect(rows.take(1).rows).toEqual([['2', 'b', null, null, null]]);
});

test.each([
  ['ends before its last column', rowPacket('1', 'a', null, null)],
  ['has a column too many', rowPacket('1', 'a', null, null, null, null)],
  ['has a value that is longer than the row', Buffer.concat([rowPacket('1'), Buffer.of(200, 65)])],
  ['has no length where one has to be', Buffer.concat([rowPacket('1'), Buffer.of(0xff, 1, 1, 1, 1)])],
])('a row that %s is refused', (_name, packet) => {
  const rows = new TextRows(columns.length);
  expect(() => readInto(rows, packet)).toThrow(expect.objectContaining({ code: 'CopyFailed' }));
});

test('a value that the type does not have is refused', () => {
  const rows = new TextRows(columns.length);
  expect(() => readInto(rows, rowPacket('1', 'a', null, 'soon', null))).toThrow(
    expect.objectContaining({ code: 'ValueRejected' }),
  );
});
