import type { EventOrigin } from '#core/apply/decode-records.ts';
import type { TableDeadLetters } from '#core/contracts/consumer.ts';
import { type DeadLetterSettings, defaultDeadLetterSettings } from '#core/contracts/dead-letter.ts';
import { type TableRef, tableKey, tableLabel } from '#core/contracts/identifiers.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { causeOf, waitingCause } from '#core/deadletters/cause.ts';
import { type DeadKeys, keyHashOf, keyValuesOf } from '#core/deadletters/dead-keys.ts';
import type { HeldBack } from '#core/deadletters/gate-events.ts';
import { limitReached, maxAlike, RecentRefusals, systemicFault } from '#core/deadletters/judge-refusals.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { countOf } from '#core/naming/count-of.ts';
import type { ApplyRow, ApplyTable } from '#core/ports/apply-table.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import type {
  DeadLetterMark,
  DeadLetterRecord,
  DeadLetterTopic,
  RefusedEvent,
  StoredDeadLetter,
  TopicPartition,
} from '#core/ports/dead-letters.ts';
import type { MetricsPort } from '#core/ports/metrics.ts';
import type { RowEvent } from '#core/ports/row-event.ts';
import type { ReplicationStore } from '#core/ports/state-store.ts';

/** A change of the settings counts after so long; meanwhile events that wait by the thousand need no look at the store each. */
const settingsAgeMs = 2_000;

const placeKey = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

/** A row that was read from the source, to be written when the stream has come to where it was read. */
export interface ReadRow {
  readonly table: ApplyTable;
  readonly keyHash: string;
  readonly keyRow: ApplyRow;
  readonly key: string;
  /** Undefined: the source has no such row. */
  readonly row: ApplyRow | undefined;
  /** Of the key, when it was read. */
  readonly marks: readonly StoredDeadLetter[];
}

/** What a partition does between two batches. */
export interface DueWork {
  readonly rows: readonly ReadRow[];
  /** Hashes of keys whose marks are given up. */
  readonly discarded: readonly string[];
}

export interface DeadLettersOptions {
  readonly replication: Replication;
  readonly store: Pick<ReplicationStore, 'getReplication' | 'addActivity'>;
  readonly topic: Pick<DeadLetterTopic, 'write'>;
  readonly metrics: Pick<MetricsPort, 'countError'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * What the consumer knows of the replication's dead letters. The truth are the marks at the target; this is what partitions share: the
 * settings, how many there are, which refusals are too many, and what a person has asked for.
 */
export class DeadLetters {
  readonly #options: DeadLettersOptions;
  readonly #rows = new Map<string, ReadonlyMap<string, number>>();
  readonly #counts = new Map<string, number>();
  readonly #refusals = new RecentRefusals();
  readonly #due = new Map<string, DueWork>();
  readonly #interrupts = new Map<string, AbortController>();
  #settings: { readonly value: DeadLetterSettings; readonly readAtMs: number } | undefined;

  constructor(options: DeadLettersOptions) {
    this.#options = options;
  }

  /** Takes in all marks of the target, before any partition is read. */
  load(marks: readonly StoredDeadLetter[]): void {
    for (const ofPartition of Map.groupBy(marks, placeKey).values()) {
      const [first] = ofPartition;
      if (first === undefined) continue;
      const keys = new Map(ofPartition.map((mark) => [mark.keyHash, mark.table]));
      const rows = new Map<string, number>();
      for (const table of keys.values()) rows.set(tableKey(table), (rows.get(tableKey(table)) ?? 0) + 1);
      this.#rows.set(placeKey(first), rows);
      this.#counts.set(placeKey(first), ofPartition.length);
    }
  }

  /** Whether the partition has ever had marks, as far as is known. */
  mayHaveMarks(place: TopicPartition): boolean {
    return this.#counts.has(placeKey(place));
  }

  /** The marks of a partition are these now, or will be when the batch that was just planned is committed. */
  track(place: TopicPartition, keys: DeadKeys): void {
    if (keys.isEmpty && !this.mayHaveMarks(place)) return;
    this.#counts.set(placeKey(place), keys.count);
    this.#rows.set(placeKey(place), keys.rowsByTable());
  }

  /** Of marks: dead and waiting events. */
  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** How many rows of each source table are known to differ, the most first. */
  byTable(): readonly TableDeadLetters[] {
    const all = new Map<string, number>();
    for (const ofPartition of this.#rows.values()) {
      for (const [table, rows] of ofPartition) all.set(table, (all.get(table) ?? 0) + rows);
    }
    return this.#options.replication.tables
      .map(({ source }) => ({ source, rows: all.get(tableKey(source)) ?? 0 }))
      .filter(({ rows }) => rows > 0)
      .toSorted((one, other) => other.rows - one.rows);
  }

  /** As they are stored now, so that a change needs no restart. Throws the errors of the store. */
  async settings(): Promise<DeadLetterSettings> {
    const { store, replication, clock } = this.#options;
    const nowMs = clock.now().getTime();
    if (this.#settings === undefined || nowMs - this.#settings.readAtMs >= settingsAgeMs) {
      const { deadLetters } = await store.getReplication(replication.clientId, replication.replicationId);
      this.#settings = { value: deadLetters ?? defaultDeadLetterSettings, readAtMs: nowMs };
    }
    return this.#settings.value;
  }

  /** Throws `SystemicFault` when too many refusals are alike: then none of them becomes a dead letter. */
  requireSingle(table: TableRef, refused: readonly RefusedEvent[]): void {
    const nowMs = this.#options.clock.now().getTime();
    const byCause = Map.groupBy(refused, ({ error }) => `${tableKey(table)} ${causeOf(error)}`);
    for (const [cause, [first, ...others]] of byCause) {
      if (first === undefined) continue;
      if (this.#refusals.countWith(cause, 1 + others.length, nowMs) > maxAlike)
        throw systemicFault(first.error);
    }
  }

  /**
   * Writes the events to the dead-letter topic and returns their marks, each for one key, which belong into the transaction that passes
   * over the events. Throws `DeadLetterLimit` when the replication may not have so many, and `KafkaUnavailable`.
   */
  async write(
    place: TopicPartition,
    heldBack: readonly HeldBack[],
    origins: ReadonlyMap<RowEvent, EventOrigin>,
  ): Promise<readonly DeadLetterMark[]> {
    if (heldBack.length === 0) return [];
    const { clock, log, metrics, replication, topic } = this.#options;
    const settings = await this.settings();
    if (this.total + heldBack.length > settings.limit) {
      throw limitReached(settings, heldBack.find(({ error }) => error !== undefined)?.error);
    }
    const atMs = clock.now().getTime();
    const marks = heldBack.map((held) => toMark(place, held, originOf(held.event, origins), atMs));
    const records = heldBack.flatMap((held, index) => {
      const mark = marks[index];
      return mark === undefined ? [] : toRecords(mark, originOf(held.event, origins));
    });
    const offsets = await topic.write(records.map(({ record }) => record));
    const offsetOf = new Map(records.map(({ mark }, index) => [mark, offsets[index]] as const).toReversed());
    for (const { table, event, error } of heldBack) {
      if (error === undefined) continue;
      this.#refusals.add(`${tableKey(table.mapping.source)} ${causeOf(error)}`, atMs);
      metrics.countError(replication.connectorName, error.code);
      log.warn(
        `An event (${event.kind}) of table ${tableLabel(table.mapping.source)} became a dead letter; the other rows go on: ${error.message}`,
        { topic: place.topic, error },
      );
    }
    return marks.map((mark) => ({ ...mark, deadLetterOffset: offsetOf.get(mark) }));
  }

  /** Tells people of the first dead letters, once they are committed. */
  async tell(added: readonly DeadLetterMark[], before: number): Promise<void> {
    const [first] = added;
    if (first === undefined || before > 0) return;
    const { store, replication, clock, log } = this.#options;
    try {
      await store.addActivity(replication, {
        at: clock.now().toISOString(),
        actor: 'consumer',
        action: 'dead-letters',
        message: `${countOf(added.length, 'event')} of table ${tableLabel(first.table)} became dead letters: ${first.message}`,
      });
    } catch (error) {
      log.warn('Could not add the dead letters to the activity; the status counts them all the same', {
        error,
      });
    }
  }

  /** Records in the activity what a person's request has come to. */
  async report(action: string, message: string): Promise<void> {
    const { store, replication, clock, log } = this.#options;
    log.info(message);
    try {
      await store.addActivity(replication, {
        at: clock.now().toISOString(),
        actor: 'consumer',
        action,
        message,
      });
    } catch (error) {
      log.warn('Could not add a line to the activity', { error });
    }
  }

  /** Asks a partition to do something between two batches. */
  askFor(place: TopicPartition, work: DueWork): void {
    const before = this.#due.get(placeKey(place));
    this.#due.set(placeKey(place), {
      rows: [...(before?.rows ?? []), ...work.rows],
      discarded: [...(before?.discarded ?? []), ...work.discarded],
    });
    this.#interrupts.get(placeKey(place))?.abort();
  }

  hasDue(place: TopicPartition): boolean {
    return this.#due.has(placeKey(place));
  }

  takeDue(place: TopicPartition): DueWork | undefined {
    const work = this.#due.get(placeKey(place));
    this.#due.delete(placeKey(place));
    return work;
  }

  /** Aborted when something is due: the partition finishes what it has in hand. */
  interruptOf(place: TopicPartition): AbortSignal {
    const controller = new AbortController();
    this.#interrupts.set(placeKey(place), controller);
    if (this.hasDue(place)) controller.abort();
    return controller.signal;
  }
}

const originOf = (event: RowEvent, origins: ReadonlyMap<RowEvent, EventOrigin>): EventOrigin => {
  const origin = origins.get(event);
  if (origin !== undefined) return origin;
  throw new MillraceError('Internal', 'An event that is not applied has lost where it came from.');
};

const toMark = (place: TopicPartition, held: HeldBack, origin: EventOrigin, atMs: number): DeadLetterMark => {
  const { table, event, id, keyRow, error } = held;
  return {
    topic: place.topic,
    partition: place.partition,
    offset: origin.records[0]?.offset ?? 0n,
    table: table.mapping.source,
    keyHash: keyHashOf(id),
    keyValues: keyValuesOf(table, keyRow),
    state: error === undefined ? 'waiting' : 'dead',
    operation: event.kind,
    position: origin.position,
    errorCode: error?.code ?? waitingCause,
    cause: error === undefined ? waitingCause : causeOf(error),
    message:
      error?.message ??
      'The event changes a part of its row, and waits behind an event of the same row that was refused.',
    atMs,
    deadLetterOffset: undefined,
  };
};

const toRecords = (
  mark: DeadLetterMark,
  { records }: EventOrigin,
): readonly { readonly mark: DeadLetterMark; readonly record: DeadLetterRecord }[] =>
  records.map(({ offset, value }) => ({
    mark,
    record: {
      key: JSON.stringify(mark.keyValues),
      value,
      headers: {
        'millrace.topic': mark.topic,
        'millrace.partition': String(mark.partition),
        'millrace.offset': String(offset),
        'millrace.key-hash': mark.keyHash,
        'millrace.table': tableLabel(mark.table),
        'millrace.state': mark.state,
        ...(mark.position !== undefined && { 'millrace.source-position': String(mark.position) }),
        'millrace.error-code': mark.errorCode,
        'millrace.error-message': mark.message,
        'millrace.attempts': '1',
        'millrace.at': new Date(mark.atMs).toISOString(),
      },
    },
  }));
