import { isLogFile, toPosition } from '../databases/mysql/log-position.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import type { FeedRecord } from '../ports/change-feed.ts';
import type { ChangeEvent, RawRow, TableChange } from './change-event.ts';

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
export const parseEvent = (record: FeedRecord, topic: string): ChangeEvent => {
  if (record.value === null) return { kind: 'nothing' };
  const event = parseJson(record, topic);
  const { op, source } = event;
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
      const isKeyChange = record.headers !== undefined && insertOfKeyChange in record.headers;
      return { kind: op === 'u' ? 'update' : 'insert', ...change, after, isKeyChange };
    }
    case 'd': {
      const { before } = event;
      if (!isObject(before)) throw undecodable(record, topic, 'it has no old row');
      const isKeyChange = record.headers !== undefined && deleteOfKeyChange in record.headers;
      return { kind: 'delete', ...change, before, isKeyChange };
    }
    case 't':
      return { kind: 'truncate', ...change };
    default:
      throw undecodable(record, topic, 'its operation is unknown');
  }
};

/**
 * Which table was changed, where in the log, and when. Connectors name a table's schema `schema`, those of MySQL and MariaDB
 * `db`, since their databases are what others call schemas; and each has a log of its own: bytes of PostgreSQL's, file
 * and byte of MySQL's, change numbers of Oracle's. Several changes of Oracle may share one: then a later one is not taken
 * for new, which costs a look at the source and nothing else.
 */
const readSource = (source: RawRow): TableChange | undefined => {
  const { table, ts_ms: committedAtMs } = source;
  const isMysql = source.connector === 'mysql' || source.connector === 'mariadb';
  const schema = isMysql ? source.db : source.schema;
  const position = readPosition(source);
  return typeof schema === 'string' &&
    typeof table === 'string' &&
    typeof position === 'number' &&
    typeof committedAtMs === 'number'
    ? { schema, table, position, committedAtMs }
    : undefined;
};

const readLogPlace = ({ file, pos }: RawRow): number | undefined =>
  typeof file === 'string' && typeof pos === 'number' && isLogFile(file)
    ? Number(toPosition(file, pos))
    : undefined;

const readPosition = (source: RawRow): unknown => {
  switch (source.connector) {
    case 'mysql':
    case 'mariadb':
      return readLogPlace(source);
    case 'oracle':
      return readChangeNumber(source);
    default:
      return source.lsn;
  }
};

const readChangeNumber = ({ scn }: RawRow): number | undefined => {
  const number = typeof scn === 'string' && /^\d+$/.test(scn) ? Number(scn) : undefined;
  return number !== undefined && Number.isSafeInteger(number) ? number : undefined;
};

/** When the source committed a change, or undefined for a record that has no such time. Never throws. */
export const peekCommitTime = (record: FeedRecord): number | undefined => {
  try {
    const event = parseEvent(record, '');
    return event.kind === 'nothing' ? undefined : event.committedAtMs;
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

const undecodable = (record: FeedRecord, topic: string, problem: string): MillraceError =>
  new MillraceError(
    'UndecodableEvent',
    `Cannot read the event at offset ${record.offset} of topic ${topic}: ${problem}.`,
    { facts: { topic, offset: String(record.offset) } },
  );
