import { describe, expect, test } from '@jest/globals';
import { decodeRecords } from '#core/apply/decode-records.ts';
import { readEventSource } from '#core/databases/postgresql/source/log-position.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ApplyTable } from '#core/ports/apply-table.ts';
import type { FeedRecord } from '#core/ports/change-feed.ts';
import { accounts, keyChange, record, unavailable } from './sample-events.ts';

const tables = new Map<string, ApplyTable | null>([
  ['public.accounts', accounts],
  ['public.skipped', null],
]);
const decode = (records: readonly FeedRecord[], highestPosition = 0) =>
  decodeRecords(records, { topic: 'the.topic', readSource: readEventSource }, tables, highestPosition);
const eventsOf = (records: readonly FeedRecord[], highestPosition = 0) =>
  decode(records, highestPosition).changes.flatMap(({ events }) => events);
const failure = (records: readonly FeedRecord[]): unknown => {
  try {
    decode(records);
  } catch (error) {
    return error;
  }
  return undefined;
};

const whole = { id: 1, balance: 10, note: 'x' };

describe('decodeRecords', () => {
  test('counts the operations and says how far it came', () => {
    const decoded = decode([
      record(5, { op: 'c', after: whole, lsn: 10 }),
      record(6, { op: 'u', after: whole, lsn: 30 }),
      record(7, { op: 'd', before: { id: 1 }, lsn: 20 }),
      record(8, null),
      record(9, { op: 't', lsn: 25 }),
    ]);
    expect(decoded).toMatchObject({
      counts: { inserts: 1, updates: 1, deletes: 1, truncates: 1, duplicatesSkipped: 0 },
      nextOffset: 10n,
      highestPosition: 30,
      firstCommittedAtMs: 1_700_000_000_000,
      rest: [],
    });
  });

  test('a change with an unavailable value is a patch of the others', () => {
    expect(eventsOf([record(1, { op: 'u', after: { ...whole, note: unavailable } })])).toEqual([
      { kind: 'patch', key: '1', row: ['1', '10', undefined] },
    ]);
  });

  describe('of a table whose key Debezium may not take for one', () => {
    const keyed = new Map([['public.accounts', { ...accounts, comparesKeys: true }]]);
    const read = (...records: readonly FeedRecord[]) =>
      decodeRecords(records, { topic: 'the.topic', readSource: readEventSource }, keyed, 0);
    const first = record(1, { op: 'c', after: { ...whole, id: 9 }, lsn: 5 });

    test('an update of the key is a delete and an upsert, also where events are scanned', () => {
      const decoded = read(
        first,
        record(2, { op: 'u', before: { ...whole }, after: { ...whole, id: 2 }, lsn: 8 }),
      );
      expect(decoded.changes[0]?.events.slice(1)).toEqual([
        { kind: 'delete', key: '1', row: ['1', undefined, undefined] },
        { kind: 'upsert', key: '2', row: ['2', '10', 'x'] },
      ]);
      expect(decoded).toMatchObject({ counts: { inserts: 1, updates: 1, deletes: 0 }, nextOffset: 3n });
    });

    test('with an unavailable value it is a move', () => {
      const after = { ...whole, id: 2, note: unavailable };
      const decoded = read(first, record(2, { op: 'u', before: { id: 1 }, after, lsn: 8 }));
      expect(decoded.changes[0]?.events[1]).toMatchObject({
        kind: 'move',
        from: { key: '1' },
        key: '2',
        row: ['2', '10', undefined],
        isNew: true,
      });
    });

    test('every other update is what it is', () => {
      const decoded = read(
        first,
        record(2, { op: 'u', before: whole, after: { ...whole, balance: 11 }, lsn: 8 }),
        record(3, { op: 'u', after: { ...whole, balance: 12 }, lsn: 9 }),
      );
      expect(decoded.changes[0]?.events.slice(1)).toEqual([
        { kind: 'upsert', key: '1', row: ['1', '11', 'x'] },
        { kind: 'upsert', key: '1', row: ['1', '12', 'x'] },
      ]);
    });
  });

  test('a key change with all values is a delete and an upsert', () => {
    const decoded = decode(keyChange(1, { id: 1 }, { ...whole, id: 2 }, 8));
    expect(decoded.changes[0]?.events).toEqual([
      { kind: 'delete', key: '1', row: ['1', undefined, undefined] },
      { kind: 'upsert', key: '2', row: ['2', '10', 'x'] },
    ]);
    expect(decoded.counts).toMatchObject({ inserts: 0, updates: 1, deletes: 0 });
  });

  test('a key change with an unavailable value is a move, new only above every earlier position', () => {
    const move = (lsn: number, highest: number) =>
      eventsOf(keyChange(1, { id: 1 }, { ...whole, id: 2, note: unavailable }, lsn), highest);
    const expected = {
      kind: 'move',
      from: { key: '1', row: ['1', undefined, undefined] },
      key: '2',
      row: ['2', '10', undefined],
      position: 80,
    };
    expect(move(80, 79)).toEqual([{ ...expected, isNew: true }]);
    expect(move(80, 80)).toEqual([{ ...expected, isNew: false }]);
  });

  test('a tombstone between the halves of a key change does not part them', () => {
    const [first, second] = keyChange(1, { id: 1 }, { ...whole, id: 2, note: unavailable }, 8);
    expect(eventsOf([first, record(2, null), second].filter((part) => part !== undefined))).toMatchObject([
      { kind: 'move', from: { key: '1' }, key: '2' },
    ]);
  });

  test('the first half at the end waits, with the tombstone after it', () => {
    const [first] = keyChange(2, { id: 1 }, whole, 8);
    const records = [record(1, { op: 'c', after: whole }), first, record(3, null)].filter(
      (part) => part !== undefined,
    );
    const decoded = decode(records);
    expect(decoded.nextOffset).toBe(2n);
    expect(decoded.rest.map(({ offset }) => offset)).toEqual([2n, 3n]);
    expect(decoded.counts).toMatchObject({ inserts: 1, deletes: 0 });
  });

  test('a first half that another event follows is a delete', () => {
    const [first] = keyChange(1, { id: 1 }, whole, 8);
    const again = keyChange(2, { id: 1 }, { ...whole, id: 2 }, 8);
    const records = [first, ...again].filter((part) => part !== undefined);
    expect(eventsOf(records).map(({ kind }) => kind)).toEqual(['delete', 'delete', 'upsert']);
  });

  test('a second half alone is a move from an unknown place, or a plain upsert', () => {
    const second = (note: string) => keyChange(0, { id: 1 }, { ...whole, id: 2, note }, 8).slice(1);
    expect(eventsOf(second(unavailable))).toMatchObject([{ kind: 'move', from: undefined, key: '2' }]);
    expect(eventsOf(second('x'))).toMatchObject([{ kind: 'upsert', key: '2' }]);
  });

  test('a skipped table is passed over, one that does not belong here is an error', () => {
    expect(decode([record(1, { op: 'c', after: whole, table: 'skipped' })])).toMatchObject({
      changes: [],
      nextOffset: 2n,
      counts: { inserts: 0 },
    });
    expect(failure([record(4, { op: 'c', after: whole, table: 'stranger' })])).toMatchObject({
      code: 'UndecodableEvent',
      facts: { topic: 'the.topic', offset: '4' },
    });
  });

  test('a column that the target lacks is a schema mismatch at its place', () => {
    const error = failure([record(4, { op: 'c', after: { ...whole, added: 1 } })]);
    expect(error).toBeInstanceOf(MillraceError);
    expect(error).toMatchObject({ code: 'SchemaMismatch', facts: { columns: ['added'], offset: '4' } });
  });

  test('a column that the target computes is ignored, one that the event lacks stays unknown', () => {
    expect(eventsOf([record(1, { op: 'c', after: { id: 1, note: 'x', computed: 7 } })])).toEqual([
      { kind: 'upsert', key: '1', row: ['1', undefined, 'x'] },
    ]);
  });

  test('a row without its key is undecodable', () => {
    expect(failure([record(4, { op: 'd', before: { id: null } })])).toMatchObject({
      code: 'UndecodableEvent',
      facts: { column: 'id' },
    });
  });
});
