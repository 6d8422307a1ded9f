import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeKey, decodeRow } from '#core/apply/apply-table.ts';
import { parseEvent } from '#core/apply/parse-event.ts';
import { EventScanner } from '#core/apply/scan-event.ts';
import { RowScanner } from '#core/apply/scan-row.ts';
import { readEventSource } from '#core/databases/postgresql/source/log-position.ts';
import type { ApplyTable } from '#core/ports/apply-table.ts';
import type { FeedRecord } from '#core/ports/change-feed.ts';
import { accounts, eventJson, keyChange, record, unavailable } from './sample-events.ts';

const scannerOf = (table: ApplyTable, names: readonly string[]): EventScanner => {
  const rows = RowScanner.forColumns(table, names);
  if (rows === undefined) throw new Error('the columns are those of the table');
  return new EventScanner(table, rows);
};

/** As the decoder does without the scanner. */
const parseAndDecode = (table: ApplyTable, parsed: FeedRecord): unknown => {
  const event = parseEvent(parsed, 'topic', readEventSource);
  if (event.kind !== 'insert' && event.kind !== 'update' && event.kind !== 'delete') return undefined;
  const { kind, position, committedAtMs } = event;
  const decoded =
    kind === 'delete'
      ? { ...decodeKey(table, event.before), hasUnavailable: false }
      : decodeRow(table, event.after);
  return { kind, position, committedAtMs, ...decoded };
};

/** What decides or throws, to be compared. */
const outcome = (action: () => unknown): unknown => {
  try {
    return action();
  } catch (error) {
    return String(error);
  }
};

/** Texts that could be taken for the event's own parts. */
const misleading = fc.constantFrom(
  '","source":{"version":"9","ts_ms":5,',
  ',"lsn":7,"op":"d","ts_ms":1',
  '","after":null,"x":"',
  '}],\\"\\\\',
  'null',
  unavailable,
);
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), misleading);
/** JSON of one value, as Jackson writes it. */
const valueJson = fc.oneof(
  text.map((value) => JSON.stringify(value)),
  // The other way to write a character.
  fc.string({ maxLength: 3 }).map((value) => `"\\u00e9${JSON.stringify(value).slice(1)}`),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => String(value).replace('e', 'E')),
  fc.constantFrom('null', 'true', 'false', '-0', '0', '0.0', '1.0E10', '-1.5E-7'),
);
/** An object's keys that look like array indexes come first whatever was written, so Debezium's order is lost. */
const columnName = text.filter((name) => !/^\d+$/.test(name));

const tableAndRows = fc.uniqueArray(columnName, { minLength: 1, maxLength: 6 }).chain((names) =>
  fc.record({
    names: fc.constant(names),
    ignored: fc.integer({ min: 1, max: 6 }),
    schema: text,
    tableName: text,
    before: fc.array(valueJson, { minLength: names.length, maxLength: names.length }),
    after: fc.array(valueJson, { minLength: names.length, maxLength: names.length }),
    hasBefore: fc.boolean(),
    op: fc.constantFrom('c', 'u', 'r', 'd'),
    comparesKeys: fc.boolean(),
    lsn: fc.integer({ min: 0, max: 2 ** 50 }).filter((lsn) => lsn < 1e15),
    serverName: text,
    database: text,
  }),
);

describe('EventScanner', () => {
  test('reads what parsing and decoding reads, whatever names and values are', () => {
    fc.assert(
      fc.property(fc.array(tableAndRows, { minLength: 1, maxLength: 3 }), (events) => {
        for (const { names, ignored, schema, tableName, op, lsn, ...event } of events) {
          const table: ApplyTable = {
            mapping: { source: { schema, table: tableName }, target: { schema, table: tableName } },
            columns: names.slice(0, ignored).map((name) => ({
              name,
              decode: (raw: unknown) => `${typeof raw}:${Object.is(raw, -0) ? '-0' : String(raw)}`,
              isUnavailable: (raw: unknown) => raw === unavailable,
            })),
            keyColumns: [0],
            comparesKeys: event.comparesKeys,
            ignoredColumns: new Set(names.slice(ignored)),
          };
          const rowJson = (values: readonly string[]): string =>
            `{${names.map((name, index) => `${JSON.stringify(name)}:${values[index]}`).join(',')}}`;
          const json =
            `{"before":${op === 'd' || event.hasBefore ? rowJson(event.before) : 'null'},` +
            `"after":${op === 'd' ? 'null' : rowJson(event.after)},` +
            `"source":{"version":"3.5.0.Final","connector":"postgresql","name":${JSON.stringify(event.serverName)},` +
            `"ts_ms":1700000000000,"snapshot":null,"db":${JSON.stringify(event.database)},"sequence":"[\\"1\\",\\"2\\"]",` +
            `"ts_us":1700000000000000,"ts_ns":1700000000000000000,"schema":${JSON.stringify(schema)},` +
            `"table":${JSON.stringify(tableName)},"txId":7,"lsn":${lsn},"xmin":null},` +
            `"transaction":null,"op":"${op}","ts_ms":1700000000100}`;
          const scanned = record(7, json);
          const found = outcome(() => scannerOf(table, names).scan(scanned));
          // Where the old key is another one, or none, the event is left to the parser, which compares them as well.
          const isCompared = event.comparesKeys && event.hasBefore && op !== 'd';
          if (isCompared && (found === undefined || typeof found === 'string')) continue;
          expect(found).toBeDefined();
          expect(found).toEqual(outcome(() => parseAndDecode(table, scanned)));
        }
      }),
      { verbose: true, numRuns: 500 },
    );
  });

  const scanner = scannerOf(accounts, ['id', 'balance', 'note']);
  const whole = { id: 1, balance: 10, note: 'x' };

  test('finds the fields of one event after the other, wherever they are', () => {
    const positions = [5, 123_456_789, 6, 999_999_999_999_999];
    for (const lsn of positions) {
      const scanned = record(1, { op: 'u', after: whole, lsn });
      expect(scanner.scan(scanned)).toEqual(parseAndDecode(accounts, scanned));
      expect(scanner.scan(scanned)).toMatchObject({ kind: 'update', position: lsn, key: '1' });
    }
  });

  test.each([
    ['a tombstone', record(1, null)],
    ['the first half of a key change', keyChange(1, whole, whole, 8)[0]],
    ['the second half of a key change', keyChange(1, whole, whole, 8)[1]],
    ['a truncate', record(1, { op: 't' })],
    ['a marker', record(1, '{"op":"m","ts_ms":1,"source":{},"message":{"prefix":"p","content":"Y29weQ=="}}')],
    ['a heartbeat', record(1, '{"ts_ms":1700000000000}')],
    ['no JSON', record(1, 'not json')],
    ['another table', record(1, { op: 'c', after: whole, table: 'others' })],
    ['columns in another order', record(1, { op: 'c', after: { balance: 10, id: 1, note: 'x' } })],
    ['a column more', record(1, { op: 'c', after: { ...whole, added: 1 } })],
    ['a column less', record(1, { op: 'c', after: { id: 1, balance: 10 } })],
    ['a value that is an object', record(1, { op: 'c', after: { ...whole, note: {} } })],
    ['a number that is none', record(1, { op: 'c', after: '{"id":01,"balance":10,"note":"x"}' })],
    ['an unknown operation', record(1, { op: 'x', after: whole })],
    ['a delete with a new row', record(1, { op: 'd', before: whole, after: whole })],
    ['an update without one', record(1, { op: 'u', before: whole })],
    ['an event that is cut off', record(1, eventJson({ op: 'c', after: whole }).slice(0, 300))],
  ])('leaves %s to the parser', (_name, left) => {
    if (left === undefined) throw new Error('there is a record');
    expect(scanner.scan(left)).toBeUndefined();
  });
});

test('a table is not scanned when an event has a column that the target lacks', () => {
  expect(RowScanner.forColumns(accounts, ['id', 'added'])).toBeUndefined();
  expect(RowScanner.forColumns(accounts, [])).toBeUndefined();
});
