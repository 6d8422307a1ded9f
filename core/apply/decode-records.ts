import type { RawRow, RowChange } from '../contracts/change-event.ts';
import type { AppliedCounts } from '../contracts/consumer.ts';
import { tableKey, tableLabel } from '../contracts/identifiers.ts';
import { MillraceError, toMillraceError } from '../errors/millrace-error.ts';
import type { ApplyTable } from '../ports/apply-table.ts';
import type { FeedRecord } from '../ports/change-feed.ts';
import type { TableChanges } from '../ports/partition-batch.ts';
import type { RowEvent } from '../ports/row-event.ts';
import type { ReadEventSource } from '../ports/source-dialect.ts';
import { type DecodedRow, decodeKey, decodeRow, keyOf } from './apply-table.ts';
import { parseEvent } from './parse-event.ts';
import { EventScanner } from './scan-event.ts';
import { RowScanner } from './scan-row.ts';
import type { ShapeGate } from './shape-gate.ts';

/** The tables whose changes one topic carries, by `tableKey` of the source table; null: not to be applied. */
export type TopicTables<Table extends ApplyTable = ApplyTable> = ReadonlyMap<string, Table | null>;

/** Where the records come from, and how the source of their events is read. */
export interface DecodedTopic {
  readonly topic: string;
  readonly readSource: ReadEventSource;
  /** Absent where nothing is known of the table's shape. */
  readonly shapes?: ShapeGate;
  /** Whether `origins` are wanted. They keep the records in memory. */
  readonly keepsOrigins?: boolean;
}

/** Where an event comes from. A key change comes from two records. */
export interface EventOrigin {
  readonly records: readonly FeedRecord[];
  readonly position: number;
}

export interface DecodedRecords<Table extends ApplyTable = ApplyTable> {
  readonly changes: readonly TableChanges<Table>[];
  readonly counts: AppliedCounts;
  /** Offset after the last record that was decoded; undefined when none was. */
  readonly nextOffset: bigint | undefined;
  /** The highest position of all events so far, those before included. */
  readonly highestPosition: number;
  /** Records at the end that have to wait: the first half of a key change whose second half has not come yet. */
  readonly rest: readonly FeedRecord[];
  /** When the source committed the first change of them, in ms since the epoch. */
  readonly firstCommittedAtMs: number | undefined;
  /** Why the record at `nextOffset` cannot be decoded. Everything before it is. */
  readonly failure?: MillraceError;
  /** Of each event; absent unless they were asked for. */
  readonly origins?: ReadonlyMap<RowEvent, EventOrigin>;
}

type Delete = Extract<RowChange, { kind: 'delete' }>;
type Write = Extract<RowChange, { kind: 'insert' | 'update' }>;

/**
 * Decodes consecutive records of one partition. The two records of a key change stay together: when the last record is
 * the first of them, it is left for the next call.
 *
 * `highestPosition` is that of the records before, which makes out what may be a repetition (Connect sends again what
 * it had not yet stored an offset for): a position above all earlier ones cannot have been sent before.
 */
export const decodeRecords = <Table extends ApplyTable>(
  records: readonly FeedRecord[],
  topic: DecodedTopic,
  tables: TopicTables<Table>,
  highestPosition: number,
): DecodedRecords<Table> => {
  const decoder = new RecordsDecoder(topic, tables, highestPosition);
  decoder.add(records);
  const decoded = decoder.result();
  if (decoded.failure !== undefined) throw decoded.failure;
  return decoded;
};

/** `decodeRecords` for records that are handed over in parts. A record that cannot be decoded ends them; see `failure`. */
export class RecordsDecoder<Table extends ApplyTable = ApplyTable> {
  readonly #topic: DecodedTopic;
  readonly #decoder: RecordDecoder<Table>;
  #nextOffset: bigint | undefined;
  #rest: readonly FeedRecord[] = [];
  #failure: MillraceError | undefined;

  constructor(topic: DecodedTopic, tables: TopicTables<Table>, highestPosition: number) {
    this.#topic = topic;
    this.#decoder = new RecordDecoder(tables, highestPosition, topic.keepsOrigins === true);
  }

  add(records: readonly FeedRecord[]): void {
    if (this.#failure !== undefined) return;
    let decodedUpTo = 0;
    for (let index = 0; index < records.length; index += 1) {
      const record = records[index];
      if (record === undefined) continue;
      try {
        if (this.#decoder.add(record, this.#topic)) decodedUpTo = index + 1;
      } catch (error) {
        this.#failure = located(error, record, this.#topic.topic);
        break;
      }
    }
    const last = records[decodedUpTo - 1];
    if (last === undefined) this.#rest = [...this.#rest, ...records];
    else {
      this.#nextOffset = last.offset + 1n;
      this.#rest = records.slice(decodedUpTo);
    }
  }

  result(): DecodedRecords<Table> {
    return {
      ...this.#decoder.result(),
      nextOffset: this.#nextOffset,
      rest: this.#rest,
      ...(this.#failure !== undefined && { failure: this.#failure }),
    };
  }
}

class RecordDecoder<Table extends ApplyTable> {
  readonly #tables: TopicTables<Table>;
  readonly #events = new Map<Table, RowEvent[]>();
  readonly #counts = { inserts: 0, updates: 0, deletes: 0, truncates: 0, duplicatesSkipped: 0 };
  #highestPosition: number;
  #firstCommittedAtMs: number | undefined;
  /** The first half of a key change. */
  #left: Delete | undefined;
  /** Made from the first row, whose columns it then expects; null when such rows cannot be scanned. */
  #scanner: EventScanner<Table> | null | undefined;
  readonly #origins: Map<RowEvent, EventOrigin> | undefined;
  /** The record of `#left`. */
  #leftRecord: FeedRecord | undefined;

  constructor(tables: TopicTables<Table>, highestPosition: number, keepsOrigins: boolean) {
    this.#tables = tables;
    this.#highestPosition = highestPosition;
    this.#origins = keepsOrigins ? new Map() : undefined;
  }

  /** Returns whether the records so far are complete. */
  add(record: FeedRecord, { topic, readSource, shapes }: DecodedTopic): boolean {
    shapes?.pass(record);
    if (this.#left === undefined && this.#addScanned(record)) return true;
    const event = parseEvent(record, topic, readSource);
    // A tombstone may stand between the two halves of a key change.
    if (event.kind === 'nothing') return this.#left === undefined;
    if (event.kind === 'statement') {
      shapes?.judgeStatement(event.statement);
      return this.#left === undefined;
    }
    if (event.kind === 'truncate') shapes?.judgeTruncate(record);
    const left = this.#left;
    const leftRecord = this.#leftRecord ?? record;
    this.#left = undefined;
    this.#leftRecord = undefined;
    if (left !== undefined) {
      if (event.kind === 'insert' && event.isKeyChange && event.position === left.position) {
        const table = this.#tableOf(event);
        const isNew = this.#note(event);
        if (table !== null) {
          const from = decodeKey(table, left.before);
          this.#changeKey(table, from, event, { isNew, records: [leftRecord, record] });
        }
        return true;
      }
      this.#apply(left, leftRecord);
    }
    if (event.kind === 'delete' && event.isKeyChange) {
      this.#left = event;
      this.#leftRecord = record;
      return false;
    }
    this.#apply(event, record);
    return true;
  }

  result(): Pick<
    DecodedRecords<Table>,
    'changes' | 'counts' | 'highestPosition' | 'firstCommittedAtMs' | 'origins'
  > {
    return {
      ...(this.#origins && { origins: this.#origins }),
      changes: Array.from(this.#events, ([table, events]) => ({ table, events })),
      counts: this.#counts,
      highestPosition: this.#highestPosition,
      firstCommittedAtMs: this.#firstCommittedAtMs,
    };
  }

  /** The short way, see EventScanner; most topics carry one table only. */
  #addScanned(record: FeedRecord): boolean {
    const change = this.#scanner?.scan(record);
    const [table] = this.#tables.values();
    if (change === undefined || table === undefined || table === null) return false;
    this.#note(change);
    const { kind, key, row, hasUnavailable } = change;
    this.#count(kind);
    const event: RowEvent =
      kind === 'delete' ? { kind, key, row } : { kind: hasUnavailable ? 'patch' : 'upsert', key, row };
    this.#add(table, event, [record], change.position);
    return true;
  }

  #add(table: Table, event: RowEvent, records: readonly FeedRecord[], position: number): void {
    this.#eventsOf(table).push(event);
    this.#origins?.set(event, { records, position });
  }

  #learn(table: Table, row: RawRow): void {
    const rows = this.#tables.size === 1 ? RowScanner.forColumns(table, Object.keys(row)) : undefined;
    this.#scanner = rows === undefined ? null : new EventScanner(table, rows);
  }

  #count(kind: 'insert' | 'update' | 'delete'): void {
    if (kind === 'insert') this.#counts.inserts += 1;
    else if (kind === 'update') this.#counts.updates += 1;
    else this.#counts.deletes += 1;
  }

  #apply(event: RowChange, record: FeedRecord): void {
    const table = this.#tableOf(event);
    const isNew = this.#note(event);
    if (table === null) return;
    const add = (rowEvent: RowEvent): void => this.#add(table, rowEvent, [record], event.position);
    switch (event.kind) {
      case 'truncate':
        this.#counts.truncates += 1;
        add({ kind: 'truncate' });
        return;
      case 'delete': {
        this.#count(event.kind);
        const { key, row } = decodeKey(table, event.before);
        add({ kind: 'delete', key, row });
        return;
      }
      case 'insert':
      case 'update': {
        if (table.comparesKeys === true && event.before !== undefined) {
          const from = decodeKey(table, event.before);
          if (from.key !== keyOf(table, decodeRow(table, event.after).row)) {
            this.#changeKey(table, from, event, { isNew, records: [record, record] });
            return;
          }
        }
        this.#count(event.kind);
        const { key, row, hasUnavailable } = decodeRow(table, event.after);
        if (this.#scanner === undefined) this.#learn(table, event.after);
        if (event.isKeyChange && hasUnavailable) {
          add({ kind: 'move', from: undefined, key, row, position: event.position, isNew });
        } else {
          add({ kind: hasUnavailable ? 'patch' : 'upsert', key, row });
        }
        return;
      }
    }
  }

  /** `records`: those that have the old key and the new row; one may have both. */
  #changeKey(
    table: Table,
    from: Pick<DecodedRow, 'row' | 'key'>,
    event: Write,
    { isNew, records: [leftRecord, record] }: { isNew: boolean; records: readonly [FeedRecord, FeedRecord] },
  ): void {
    this.#counts.updates += 1;
    const both = leftRecord === record ? [record] : [leftRecord, record];
    const add = (rowEvent: RowEvent, records: readonly FeedRecord[] = both): void =>
      this.#add(table, rowEvent, records, event.position);
    const { key, row, hasUnavailable } = decodeRow(table, event.after);
    if (hasUnavailable) {
      add({ kind: 'move', from, key, row, position: event.position, isNew });
    } else if (table.hasOwnColumns === true) {
      add({ kind: 'rekey', from, key, row });
    } else {
      add({ kind: 'delete', key: from.key, row: from.row }, [leftRecord]);
      add({ kind: 'upsert', key, row }, [record]);
    }
  }

  /** Returns whether the event's position is above all earlier ones. */
  #note(event: Pick<RowChange, 'position' | 'committedAtMs'>): boolean {
    this.#firstCommittedAtMs ??= event.committedAtMs;
    if (event.position <= this.#highestPosition) return false;
    this.#highestPosition = event.position;
    return true;
  }

  #eventsOf(table: Table): RowEvent[] {
    let events = this.#events.get(table);
    if (events === undefined) {
      events = [];
      this.#events.set(table, events);
    }
    return events;
  }

  #tableOf(event: RowChange): Table | null {
    const table = this.#tables.get(tableKey(event));
    if (table !== undefined) return table;
    throw new MillraceError(
      'UndecodableEvent',
      `The event is of table ${tableLabel(event)}, which does not belong to this topic.`,
    );
  }
}

/** Adds topic and offset to what the decoding of one event failed with. */
const located = (cause: unknown, record: FeedRecord, topic: string): MillraceError => {
  const error = toMillraceError(cause);
  if (error.facts.offset !== undefined) return error;
  return new MillraceError(error.code, `${error.message} (topic ${topic}, offset ${record.offset})`, {
    cause: error.cause ?? error,
    facts: { ...error.facts, topic, offset: String(record.offset) },
  });
};
