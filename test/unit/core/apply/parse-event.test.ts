import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseEvent, peekCommitTime } from '#core/apply/parse-event.ts';
import { readEventSource as readMysqlSource } from '#core/databases/mysql/source/log-position.ts';
import { readEventSource as readOracleSource } from '#core/databases/oracle/source/log-position.ts';
import { readEventSource } from '#core/databases/postgresql/source/log-position.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { eventJson, record } from './sample-events.ts';

const parse = (
  event: Parameters<typeof record>[1],
  headers?: Readonly<Record<string, unknown>>,
  readSource = readEventSource,
) => parseEvent(record(7, event, headers), 'client_1_db_1.public.accounts', readSource);

describe('parseEvent', () => {
  test('the note of an event that is too large says how large it was, and whose', () => {
    const value = Buffer.from('{"tooLarge":{"bytes":70000000,"maxBytes":67108864}}');
    const note = { offset: 7n, value, key: Buffer.from('{"id":5}') };
    expect(() => parseEvent(note, 'client_1_db_1.public.accounts', readEventSource)).toThrow(
      expect.objectContaining({
        code: 'EventTooLarge',
        message: expect.stringMatching(
          /topic client_1_db_1\.public\.accounts, at offset 7, is too large: .* 70000000 bytes, 67108864 are possible.*begins with [0-9a-f]{16}\./,
        ),
        facts: expect.objectContaining({ bytes: 70_000_000, keyHash: expect.any(String) }),
      }),
    );
  });

  test.each([
    ['c', 'insert'],
    ['r', 'insert'],
    ['u', 'update'],
  ])('operation %s is an %s of the new row', (op, kind) => {
    expect(parse({ op, after: { id: 1, note: 'x' }, lsn: 4096 })).toEqual({
      kind,
      schema: 'public',
      table: 'accounts',
      position: 4096,
      committedAtMs: 1_700_000_000_000,
      after: { id: 1, note: 'x' },
      isKeyChange: false,
    });
  });

  test.each(['mysql', 'mariadb'])(
    'an event of %s has its database as the schema, and file and byte as the position',
    (connector) => {
      const source =
        `{"version":"3.5.0.Final","connector":"${connector}","name":"client_1_db_1","ts_ms":1700000000000,` +
        `"snapshot":"false","db":"shop","sequence":null,"ts_us":1700000000000000,"ts_ns":1700000000000000000,` +
        `"table":"accounts","server_id":1,"gtid":"0-1-337","file":"binlog.000004","pos":1095,"row":0,"thread":null,"query":null}`;
      const event = `{"before":null,"after":{"id":9007199254740993},"source":${source},"transaction":null,"op":"c","ts_ms":1}`;
      expect(parse(event, undefined, readMysqlSource)).toEqual({
        kind: 'insert',
        schema: 'shop',
        table: 'accounts',
        position: 4 * 2 ** 32 + 1095,
        committedAtMs: 1_700_000_000_000,
        after: { id: 9007199254740993n },
        isKeyChange: false,
      });
      expect(() => parse(event.replace('binlog.000004', 'binlog'), undefined, readMysqlSource)).toThrow(
        /place in the log/,
      );
    },
  );

  test('a delete has the old row', () => {
    expect(parse({ op: 'd', before: { id: 1, note: null } })).toMatchObject({
      kind: 'delete',
      before: { id: 1, note: null },
      isKeyChange: false,
    });
  });

  test('a truncate has neither row', () => {
    expect(parse({ op: 't' })).toMatchObject({ kind: 'truncate', table: 'accounts' });
  });

  test('headers mark the two halves of a key change', () => {
    expect(parse({ op: 'd', before: { id: 1 } }, { '__debezium.newkey': '' })).toMatchObject({
      isKeyChange: true,
    });
    expect(parse({ op: 'c', after: { id: 2 } }, { '__debezium.oldkey': '' })).toMatchObject({
      isKeyChange: true,
    });
  });

  test.each([
    ['a tombstone', null],
    ['a heartbeat', '{"ts_ms":1700000000000}'],
    ['a marker', '{"op":"m","ts_ms":1,"source":{},"message":{"prefix":"millrace","content":"Y29weQ=="}}'],
  ])('%s changes nothing', (_name, value) => {
    expect(parse(value)).toEqual({ kind: 'nothing' });
  });

  test.each([
    ['no JSON', 'not json'],
    ['an array', '[1]'],
    ['an event with a schema', '{"schema":{},"payload":{}}'],
    ['an unknown operation', eventJson({ op: 'x' })],
    ['an insert without a row', eventJson({ op: 'c' })],
    ['a delete without a row', eventJson({ op: 'd' })],
    ['no source', '{"before":null,"after":{"id":1},"op":"c","ts_ms":1}'],
  ])('%s is undecodable, and the error names the place and no value', (_name, value) => {
    let error: unknown;
    try {
      parse(value);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(MillraceError);
    expect(error).toMatchObject({
      code: 'UndecodableEvent',
      facts: { topic: 'client_1_db_1.public.accounts', offset: '7' },
    });
    expect(String(error)).not.toContain('not json');
  });

  test('every integer survives, also beyond 2^53', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.string(), (integer, text) => {
        const event = parse({
          op: 'u',
          before: `{"id":${integer}}`,
          after: `{"id":${integer},"nested":[${integer}],"note":${JSON.stringify(text)}}`,
        });
        const row = event.kind === 'update' ? event.after : {};
        expect(String(row.id)).toBe(String(integer));
        expect(String(row.nested)).toBe(String(integer));
        expect(row.note).toBe(text);
      }),
      { verbose: true },
    );
  });

  test('a text that looks like the end of the rows, or like a long integer, stays a text', () => {
    const text = '","source":{"version":"9"},:12345678901234567890,';
    const event = parse({ op: 'c', after: { id: 1, note: text } });
    expect(event).toMatchObject({ after: { id: 1, note: text } });
  });

  test('long fractions stay doubles', () => {
    const event = parse({ op: 'c', after: '{"id":1,"ratio":1.2345678901234567E19}' });
    expect(event).toMatchObject({ after: { ratio: 1.2345678901234567e19 } });
  });
});

describe('peekCommitTime', () => {
  test('is the commit time of a change, and undefined for everything else', () => {
    expect(peekCommitTime(record(1, { op: 'c', after: { id: 1 } }))).toBe(1_700_000_000_000);
    expect(peekCommitTime(record(1, null))).toBeUndefined();
    expect(peekCommitTime(record(1, 'garbage'))).toBeUndefined();
  });
});

describe('positions of other sources', () => {
  const oracle = (source: Readonly<Record<string, unknown>>) =>
    parseEvent(
      {
        offset: 7n,
        key: null,
        value: Buffer.from(
          JSON.stringify({
            before: null,
            after: { ID: '1' },
            source: {
              version: '3.5.0.Final',
              connector: 'oracle',
              schema: 'SHOP',
              table: 'ORDERS',
              ts_ms: 1_700_000_000_000,
              ...source,
            },
            op: 'c',
          }),
        ),
      } as unknown as Parameters<typeof parseEvent>[0],
      'client_1_db_1.SHOP.ORDERS',
      readOracleSource,
    );

  test("Oracle's is the system change number of the change, a text", () => {
    expect(oracle({ scn: '2868546', commit_scn: '2868550' })).toMatchObject({
      kind: 'insert',
      schema: 'SHOP',
      position: 2_868_546,
    });
  });

  test.each([{}, { scn: null }, { scn: 'x' }, { scn: '9007199254740993' }])('%j is no position', (source) => {
    expect(() => oracle(source)).toThrow(expect.objectContaining({ code: 'UndecodableEvent' }));
  });
});
