import { createHash } from 'node:crypto';
import type { ChangeEvent, RawRow } from '../contracts/change-event.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import type { FeedRecord } from '../ports/change-feed.ts';
import type { ReadEventSource } from '../ports/source-dialect.ts';

/** Debezium's marks of the two records of a key change; their values are not needed. */
const deleteOfKeyChange = '__debezium.newkey';
const insertOfKeyChange = '__debezium.oldkey';

/**
 * Ends the rows of an event: Debezium writes `before` and `after` first, then `source`, whose first field is
 * `version`. Inside of a text value the quotes would be escaped, so it cannot be found in a row.
 */
const endOfRows = ',"source":{"version":';

/** An integer that a double may not hold. In JSON as Debezium writes it a number follows one of these characters. */
const longInteger = /[:[,]-?\d{16}/;

/**
 * Parses one record of Debezium's JSON with schemas disabled. This is the edge where events enter, checked by hand
 * because it runs for every row: what is read of an event is checked, the rest is left alone.
 * Throws `UndecodableEvent`, which names topic and offset and never shows a value.
 */
export const parseEvent = (record: FeedRecord, topic: string, readSource: ReadEventSource): ChangeEvent => {
  if (record.value === null) return { kind: 'nothing' };
  const event = parseJson(record, topic);
  const { op, source } = event;
  if (isObject(event.tooLarge)) throw tooLarge(record, topic, event.tooLarge);
  if (op === undefined && typeof event.ddl === 'string') return parseStatement(event.ddl, source);
  if (op === undefined && event.ts_ms !== undefined) return { kind: 'nothing' };
  if (op === 'm') return { kind: 'nothing' };
  if (!isObject(source)) throw undecodable(record, topic, 'it has no source');
  const change = readSource(source);
  if (change === undefined) {
    throw undecodable(record, topic, 'its source lacks the table, its place in the log, or its time');
  }
  switch (op) {
    case 'c':
    case 'r':
    case 'u': {
      const { after } = event;
      if (!isObject(after)) throw undecodable(record, topic, 'it has no new row');
      return {
        kind: op === 'u' ? 'update' : 'insert',
        ...change,
        after,
        ...(op === 'u' && isObject(event.before) && { before: event.before }),
        isKeyChange: hasHeader(record, insertOfKeyChange),
      };
    }
    case 'd': {
      const { before } = event;
      if (!isObject(before)) throw undecodable(record, topic, 'it has no old row');
      return { kind: 'delete', ...change, before, isKeyChange: hasHeader(record, deleteOfKeyChange) };
    }
    case 't':
      return { kind: 'truncate', ...change };
    default:
      throw undecodable(record, topic, 'its operation is unknown');
  }
};

/** The statements of Debezium's snapshot say what the tables are at its beginning, when they are described as well. */
const parseStatement = (statement: string, source: unknown): ChangeEvent =>
  isObject(source) && source.snapshot !== undefined && source.snapshot !== null && source.snapshot !== 'false'
    ? { kind: 'nothing' }
    : { kind: 'statement', statement };

/** Whether the record is one of the two halves of a key change. */
export const isKeyChange = (record: FeedRecord): boolean =>
  hasHeader(record, deleteOfKeyChange) || hasHeader(record, insertOfKeyChange);

const hasHeader = ({ headers }: FeedRecord, name: string): boolean =>
  headers !== undefined && name in headers;

const changes: ReadonlySet<string> = new Set(['c', 'r', 'u', 'd', 't']);

/** When the source committed a change, or undefined for a record that has no such time. Never throws. */
export const peekCommitTime = (record: FeedRecord): number | undefined => {
  try {
    if (record.value === null) return undefined;
    const { op, source } = parseJson(record, '');
    const isChange = typeof op === 'string' && changes.has(op);
    return isChange && isObject(source) && typeof source.ts_ms === 'number' ? source.ts_ms : undefined;
  } catch {
    return undefined;
  }
};

const parseJson = (record: FeedRecord, topic: string): RawRow => {
  const text = record.value?.toString() ?? '';
  try {
    const event: unknown = parseExactly(text);
    if (isObject(event)) return event;
  } catch {
    // JSON.parse quotes the text in its message, so that is not kept.
  }
  throw undecodable(record, topic, 'it is not a JSON object');
};

/** JSON.parse rounds integers beyond 2^53; the slow way, which does not, is taken only where a row may have one. */
const parseExactly = (text: string): unknown => {
  const end = text.indexOf(endOfRows);
  const rows = end === -1 ? text : text.slice(0, end);
  if (!longInteger.test(rows)) return JSON.parse(text);
  if (end === -1) return JSON.parse(text, keepLongIntegers);
  return { ...JSON.parse(`{${text.slice(end + 1)}`), ...JSON.parse(`${rows}}`, keepLongIntegers) };
};

const keepLongIntegers = (_name: string, value: unknown, context?: { readonly source?: string }): unknown =>
  typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
    ? BigInt(context?.source ?? '')
    : value;

const isObject = (value: unknown): value is RawRow =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The note that EventConverter.java puts in the place of an event. */
const tooLarge = ({ key, offset }: FeedRecord, topic: string, { bytes, maxBytes }: RawRow): MillraceError => {
  const hash =
    key === undefined ? 'none' : createHash('sha256').update(key).digest('hex').slice(0, keyHashDigits);
  return new MillraceError(
    'EventTooLarge',
    `The next event of topic ${topic}, at offset ${offset}, is too large: its JSON has at least ${String(bytes)} bytes, ` +
      `${String(maxBytes)} are possible. The SHA-256 of its key, as JSON, begins with ${hash}.`,
    {
      facts: {
        topic,
        offset: String(offset),
        bytes: Number(bytes),
        maxBytes: Number(maxBytes),
        keyHash: hash,
      },
    },
  );
};

const keyHashDigits = 16;

const undecodable = (record: FeedRecord, topic: string, problem: string): MillraceError =>
  new MillraceError(
    'UndecodableEvent',
    `Cannot read the event at offset ${record.offset} of topic ${topic}: ${problem}.`,
    { facts: { topic, offset: String(record.offset) } },
  );
