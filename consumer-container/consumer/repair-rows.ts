import { isComplete, keyOf } from '#core/apply/apply-table.ts';
import type { TopicTables } from '#core/apply/decode-records.ts';
import type { SourceRows } from '#core/apply/resolve-key-changes.ts';
import { tableKey, tableLabel } from '#core/contracts/identifiers.ts';
import { DeadKeys, keyRowOf } from '#core/deadletters/dead-keys.ts';
import { type MillraceError, toMillraceError } from '#core/errors/millrace-error.ts';
import { countOf } from '#core/naming/count-of.ts';
import type { ApplyTarget } from '#core/ports/apply-target.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import type {
  DeadLetterAnswer,
  DeadLetterChange,
  DeadLetterMark,
  StoredDeadLetter,
  TopicPartition,
} from '#core/ports/dead-letters.ts';
import type { PartitionBatch, TableChanges } from '#core/ports/partition-batch.ts';
import type { RowEvent } from '#core/ports/row-event.ts';
import type { ConnectPort, KafkaAdminPort } from '#core/ports/services.ts';
import type { LogPositions } from '#core/ports/source-dialect.ts';
import type { DeadLetters, ReadRow } from './dead-letters.ts';
import type { HeldTables } from './held-tables.ts';
import type { Progress } from './progress.ts';

/** How often requests are looked for, while there are dead letters. */
const lookIntervalMs = 2_000;
/** Rows that are read from the source at a time. */
const rowsAtOnce = 200;

export interface RepairPorts {
  readonly target: ApplyTarget;
  readonly source: SourceRows;
  /** See `SourceDatabase.writeMarker`. */
  readonly writeMarker: (content: string) => Promise<string>;
  readonly positions: Pick<LogPositions, 'parsePosition' | 'streamedPosition'>;
  readonly connect: Pick<ConnectPort, 'getOffset'>;
  readonly admin: Pick<KafkaAdminPort, 'topicOffsets'>;
  readonly connectorName: string;
  readonly tablesOf: (topic: string) => TopicTables;
  readonly held: Pick<HeldTables, 'signalOf'>;
  readonly deadLetters: DeadLetters;
  readonly progress: Progress;
  readonly epoch: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Rows that were read together, and wait for the stream. */
interface Reading {
  readonly place: TopicPartition;
  readonly rows: readonly ReadRow[];
  /** Everything that was committed when the rows were read lies at or before it in the source's log. */
  readonly marker: bigint;
  /** The partition has all of that below this offset. Undefined until Kafka has all of it. */
  endOffset: bigint | undefined;
}

/**
 * Carries out what people ask for with dead letters. A row that is replayed is read from the source, and not written before the
 * stream has passed everything that was committed when it was read. Until then the key keeps its marks, so no event of it is applied
 * unless it makes the row right, which takes the marks away and the replay with them. If the marks of the key are still the same in the end,
 * the row that was read is the one that the source had at that place of the stream, and all events of it that follow are newer.
 * So an older image never gets on top of a newer one (docs/decisions/dead-letters.md).
 */
export const watchRepairs = async (ports: RepairPorts, signal: AbortSignal): Promise<void> => {
  const { deadLetters, clock, log } = ports;
  const repairs = new Repairs(ports);
  while (!signal.aborted) {
    try {
      if (deadLetters.total > 0) await repairs.look();
    } catch (cause) {
      const error = toMillraceError(cause);
      if (signal.aborted) return;
      if (!error.isTransient) throw error;
      log.warn(`Could not look for requests about dead letters; trying again: ${error.message}`, { error });
    }
    await clock.sleep(lookIntervalMs, signal).catch(() => undefined);
  }
};

class Repairs {
  readonly #ports: RepairPorts;
  #readings: Reading[] = [];

  constructor(ports: RepairPorts) {
    this.#ports = ports;
  }

  async look(): Promise<void> {
    const requested = await this.#ports.target.readDeadLetters('requested');
    for (const marks of Map.groupBy(requested, ({ topic, partition }) => `${topic}/${partition}`).values()) {
      await this.#lookAt(marks);
    }
    this.#readings = this.#readings.filter(({ rows }) =>
      rows.some(({ keyHash }) => requested.some((mark) => mark.keyHash === keyHash)),
    );
    await this.#followReadings();
  }

  async #lookAt(requested: readonly StoredDeadLetter[]): Promise<void> {
    const [first] = requested;
    if (first === undefined) return;
    const place = { topic: first.topic, partition: first.partition };
    const { deadLetters, held, target } = this.#ports;
    if (held.signalOf(place.topic).aborted) {
      const message = `Table ${tableLabel(first.table)} is held. Restart the replication, then ask again.`;
      await target.answerDeadLetters([this.#answer(requested, 'still-fails', message)]);
      return;
    }
    const actions = new Map(requested.map(({ keyHash, request }) => [keyHash, request?.action]));
    const discarded = [...actions].filter(([, action]) => action === 'discard').map(([hash]) => hash);
    if (discarded.length > 0) deadLetters.askFor(place, { rows: [], discarded });
    // All marks of the keys, from before the rows are read: those that came after the request have none.
    const marks = await target.readDeadLetters(place);
    const reading = new Set(this.#readings.flatMap(({ rows }) => rows.map(({ keyHash }) => keyHash)));
    const of = (action: string): readonly StoredDeadLetter[] =>
      marks.filter(({ keyHash }) => actions.get(keyHash) === action && !reading.has(keyHash));
    await this.#check(place, of('check'));
    await this.#read(place, of('replay'));
  }

  /** Tries the rows that the source has now, and writes nothing. */
  async #check(place: TopicPartition, marks: readonly StoredDeadLetter[]): Promise<void> {
    const rows = await this.#readRows(place, marks);
    if (rows.length === 0) return;
    const { target } = this.#ports;
    const failures = await refusedOf(rows, emptyBatch(place, this.#ports.epoch, 0n), target);
    await target.answerDeadLetters(
      rows.map(({ keyHash, row, marks: ofKey }) => {
        const error = failures.get(keyHash);
        return error === undefined
          ? this.#answer(ofKey, 'would-apply', row === undefined ? goneAtSource : rowAtSource)
          : this.#answer(ofKey, 'still-fails', error.message);
      }),
    );
  }

  async #read(place: TopicPartition, marks: readonly StoredDeadLetter[]): Promise<void> {
    const rows = await this.#readRows(place, marks);
    if (rows.length === 0) return;
    // After the rows were read, so that everything that they show lies before it.
    const marker = this.#ports.positions.parsePosition(await this.#ports.writeMarker('dead-letters'));
    this.#readings.push({ place, rows, marker, endOffset: undefined });
  }

  /** The rows of the keys as the source has them. A failure is the answer to the request. */
  async #readRows(place: TopicPartition, marks: readonly StoredDeadLetter[]): Promise<readonly ReadRow[]> {
    const { source, tablesOf, target } = this.#ports;
    const found: ReadRow[] = [];
    for (const ofTable of Map.groupBy(marks, (mark) => tableKey(mark.table)).values()) {
      const [first] = ofTable;
      const table = first && tablesOf(place.topic).get(tableKey(first.table));
      if (table === undefined || table === null) continue;
      const byKey = [...Map.groupBy(ofTable, ({ keyHash }) => keyHash)].slice(0, rowsAtOnce);
      const keys = byKey.map(([keyHash, ofKey]) => {
        const keyRow = keyRowOf(table, ofKey[0]?.keyValues ?? []);
        return { keyHash, keyRow, key: keyOf(table, keyRow), marks: ofKey };
      });
      try {
        const { rows } = await source.readRows(
          table,
          keys.map(({ keyRow }) => keyRow),
        );
        const read = keys.map((key) => ({ ...key, table, row: rows.get(key.key) }));
        const isWhole = ({ row }: ReadRow): boolean => row === undefined || isComplete(row);
        found.push(...read.filter(isWhole));
        const partial = read.filter((one) => !isWhole(one)).flatMap((one) => one.marks);
        const message = 'The source has no longer all columns of the table. Copy the table again.';
        if (partial.length > 0)
          await target.answerDeadLetters([this.#answer(partial, 'unreadable', message)]);
      } catch (cause) {
        const error = toMillraceError(cause);
        await target.answerDeadLetters([
          this.#answer(ofTable, 'unreadable', `The rows could not be read from the source: ${error.message}`),
        ]);
      }
    }
    return found;
  }

  async #followReadings(): Promise<void> {
    if (this.#readings.length === 0) return;
    const { admin, connect, connectorName, deadLetters, positions, progress } = this.#ports;
    if (this.#readings.some(({ endOffset }) => endOffset === undefined)) {
      const streamed = positions.streamedPosition(await connect.getOffset(connectorName));
      for (const reading of this.#readings) {
        if (reading.endOffset !== undefined || streamed === undefined || streamed < reading.marker) continue;
        const { topic, partition } = reading.place;
        const end = (await admin.topicOffsets([topic])).find((found) => found.partition === partition);
        reading.endOffset = end?.endOffset;
      }
    }
    const isPassed = ({ place, endOffset }: Reading): boolean =>
      endOffset !== undefined &&
      (progress.partition(place.topic, place.partition)?.nextOffset ?? -1n) >= endOffset;
    for (const { place, rows } of this.#readings.filter(isPassed)) {
      deadLetters.askFor(place, { rows, discarded: [] });
    }
    this.#readings = this.#readings.filter((reading) => !isPassed(reading));
  }

  #answer(
    marks: readonly StoredDeadLetter[],
    result: DeadLetterAnswer['result'],
    message: string,
  ): DeadLetterAnswer {
    const atMs = this.#ports.clock.now().getTime();
    return { ids: marks.map(({ id }) => id), result, message, atMs, isAttempt: false };
  }
}

const rowAtSource = 'The target takes the row as the source has it now.';
const goneAtSource = 'The source has no such row any more: a replay deletes it at the target.';

const emptyBatch = ({ topic, partition }: TopicPartition, epoch: number, offset: bigint): PartitionBatch => ({
  topic,
  partition,
  epoch,
  expectedOffset: offset,
  nextOffset: offset,
  counts: { inserts: 0, updates: 0, deletes: 0, truncates: 0, duplicatesSkipped: 0 },
  changes: [],
});

/** What makes the row at the target the one that was read. */
const eventOf = ({ key, keyRow, row }: ReadRow): RowEvent => {
  if (row === undefined) return { kind: 'delete', key, row: keyRow };
  return { kind: 'upsert', key, row };
};

/** Rows that are gone first: what they had may be free for another. */
const changesOf = (
  rows: readonly ReadRow[],
): { readonly changes: readonly TableChanges[]; readonly hashOf: ReadonlyMap<RowEvent, string> } => {
  const hashOf = new Map<RowEvent, string>();
  const sorted = [
    ...rows.filter(({ row }) => row === undefined),
    ...rows.filter(({ row }) => row !== undefined),
  ];
  const changes = [...Map.groupBy(sorted, ({ table }) => table)].map(([table, ofTable]) => ({
    table,
    events: ofTable.map((read) => {
      const event = eventOf(read);
      hashOf.set(event, read.keyHash);
      return event;
    }),
  }));
  return { changes, hashOf };
};

/** Which of the rows the target refuses, by the hash of their key. */
const refusedOf = async (
  rows: readonly ReadRow[],
  batch: PartitionBatch,
  target: ApplyTarget,
): Promise<ReadonlyMap<string, MillraceError>> => {
  const { changes, hashOf } = changesOf(rows);
  const refused = await target.findRefused({ ...batch, changes }, rows.length);
  return new Map(refused.map(({ event, error }) => [hashOf.get(event) ?? '', error]));
};

export interface CarryOutPorts {
  readonly target: ApplyTarget;
  readonly deadLetters: DeadLetters;
  readonly tablesOf: (topic: string) => TopicTables;
  readonly epoch: number;
  readonly clock: Clock;
}

/**
 * Does what is due in a partition, between two of its batches: nothing of it is under way. Rows are written, and their marks removed, in
 * one transaction that asserts the checkpoint and leaves it where it is.
 */
export const carryOutRepairs = async (place: TopicPartition, ports: CarryOutPorts): Promise<void> => {
  const { target, deadLetters, tablesOf, epoch, clock } = ports;
  const work = deadLetters.takeDue(place);
  if (work === undefined) return;
  const { nextOffset } = await target.readCheckpoint(place.topic, place.partition, epoch);
  const batch = emptyBatch(place, epoch, nextOffset);
  const keys = DeadKeys.of(await target.readDeadLetters(place), tablesOf(place.topic));
  const write = async (changes: PartitionBatch['changes'], cleared: readonly string[]): Promise<void> => {
    const deadLetterChange: DeadLetterChange = { added: [], cleared, emptied: [] };
    await target.apply(target.prepare({ ...batch, changes, deadLetters: deadLetterChange }));
    keys.change(deadLetterChange, []);
    deadLetters.track(place, keys);
  };

  const cleared = work.discarded.filter((hash) => keys.marksOfHash(hash).length > 0);
  if (cleared.length > 0) {
    await write([], cleared);
    await deadLetters.report(
      'dead-letters-discarded',
      `The dead letters of ${countOf(cleared.length, 'row')} of topic ${place.topic} were discarded. Until its next change such a row ` +
        'may differ from the source.',
    );
  }

  // A row that was read before the table followed a change of its columns is read again at the next look.
  const tables = tablesOf(place.topic);
  const rows = work.rows.filter(
    ({ table, keyHash, marks }) =>
      tables.get(tableKey(table.mapping.source)) === table && isUnchanged(keys.marksOfHash(keyHash), marks),
  );
  if (rows.length === 0) return;
  let failures = await refusedOf(rows, batch, target);
  const written = rows.filter(({ keyHash }) => !failures.has(keyHash));
  if (written.length > 0) {
    try {
      await write(
        changesOf(written).changes,
        written.map(({ keyHash }) => keyHash),
      );
    } catch (cause) {
      // A constraint that is looked at when the transaction ends.
      const error = toMillraceError(cause);
      if (error.policy.isOfOneRow !== true) throw error;
      failures = new Map(rows.map(({ keyHash }) => [keyHash, failures.get(keyHash) ?? error]));
    }
  }
  const atMs = clock.now().getTime();
  await target.answerDeadLetters(
    rows.flatMap(({ keyHash, marks }) => {
      const message = failures.get(keyHash)?.message;
      if (message === undefined) return [];
      return [
        { ids: marks.map(({ id }) => id), result: 'still-fails' as const, message, atMs, isAttempt: true },
      ];
    }),
  );
  const [failure] = failures.values();
  await deadLetters.report(
    'dead-letters-replayed',
    `Replay of dead letters of topic ${place.topic}: ${countOf(rows.length - failures.size, 'row')} written as at the source.` +
      (failure === undefined ? '' : ` ${countOf(failures.size, 'row')} refused again: ${failure.message}`),
  );
};

/**
 * Whether no event of the key came since its row was read: neither one that made the row right, nor one that waits and may not be in
 * what was read.
 */
const isUnchanged = (now: readonly DeadLetterMark[], then: readonly DeadLetterMark[]): boolean =>
  now.length > 0 &&
  now.length === then.length &&
  now.every(({ offset }) => then.some((mark) => mark.offset === offset));
