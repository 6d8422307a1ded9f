import { describeUncaptured } from '#core/contracts/capture-verdict.ts';
import { type TableRef, tableKey, tableLabel } from '#core/contracts/identifiers.ts';
import type { KnownShape, TableDescription } from '#core/contracts/table-description.ts';
import { MillraceError, toMillraceError } from '#core/errors/millrace-error.ts';
import { tableGone } from '#core/errors/table-gone.ts';
import { topicName } from '#core/naming/names.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import type { ConnectPort, KafkaAdminPort, PartitionOffsets } from '#core/ports/services.ts';
import type { LogPositions, ShapeChange } from '#core/ports/source-dialect.ts';
import { afterLook, changeError, lookAhead } from '#core/schema/shape-harm.ts';
import { isSameTarget } from '#core/schema/target-harm.ts';
import type { ChangeFollower } from './follow-changes.ts';
import type { HeldTables } from './held-tables.ts';
import { hasPassed } from './live-tables.ts';
import type { Progress } from './progress.ts';
import type { TableShapes } from './table-shapes.ts';
import type { Troubles } from './troubles.ts';

/**
 * How often the source's catalog is read, in one query for all tables. A change that writes no event, as the new name of an enum's label,
 * shows nowhere else, and has to be told within a minute.
 */
const lookIntervalMs = 20_000;

/** Twice within one look, so that the health check, which looks again after 25 s, finds the table held. */
const secondLookAfterMs = 1_000;

/** Names the catalog among the consumer's troubles. */
const trouble = 'source-catalog';

/** The partitions have to be assigned first. */
const firstLookMs = 2_000;

/** While a table waits for what the log has not brought yet. */
const awaitedLookMs = 5_000;

export interface ShapeWatch {
  readonly connectorName: string;
  readonly topicPrefix: string;
  readonly shapes: Pick<TableShapes, 'all' | 'of' | 'remember'>;
  readonly follower: Pick<ChangeFollower, 'policy' | 'readPolicy' | 'nudge'>;
  /** The tables, given as they were last seen, as the source's catalog has them now; those that it does not have are left out. */
  readonly describeSources: (seen: readonly TableDescription[]) => Promise<readonly TableDescription[]>;
  /** Those of the tables whose changes the source does not hand out any more, though they exist. */
  readonly listUncaptured: (tables: readonly TableRef[]) => Promise<readonly TableRef[]>;
  /** See `ConsumerDatabases`. */
  readonly writeMarker: () => Promise<string>;
  readonly positions: Pick<LogPositions, 'parsePosition' | 'streamedPosition'>;
  /** Whether the log tells of a change with the next event of the table, and not by a statement of its own. */
  readonly tellsByEvents: boolean;
  readonly connect: Pick<ConnectPort, 'getOffset'>;
  readonly admin: Pick<KafkaAdminPort, 'topicOffsets'>;
  readonly progress: Pick<Progress, 'partitions'>;
  readonly held: Pick<HeldTables, 'hold' | 'has' | 'release'>;
  /** A table has a change to follow that was approved, so that the first look need not wait. */
  readonly looksAtOnce?: boolean;
  /** While the catalog cannot be read, the consumer is RETRYING: nobody looks whether the tables are still what they were. */
  readonly troubles: Pick<Troubles, 'has' | 'set' | 'delete'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** What the catalog says of a table and the log has not brought yet. */
interface Awaited {
  readonly now: TableDescription;
  /** The log's end after the catalog was read. */
  readonly markedAt: bigint;
  /** The ends of the table's topic after the connector had passed that. */
  ends?: readonly PartitionOffsets[];
}

/** Holds each table of which the catalog says that it is not what it was. Returns when the signal is aborted. */
export const watchShapes = async (watch: ShapeWatch, signal: AbortSignal): Promise<void> => {
  const { clock, log, troubles } = watch;
  if (watch.shapes.all.length === 0) return;
  const missing = new Set<string>();
  const awaited = new Map<string, Awaited>();
  let isFirst = watch.looksAtOnce === true;
  let nextFullLookMs = clock.now().getTime() + (isFirst ? 0 : lookIntervalMs);
  while (!signal.aborted) {
    const pauseMs = isFirst ? firstLookMs : awaited.size > 0 ? awaitedLookMs : lookIntervalMs;
    isFirst = false;
    await clock.sleep(pauseMs, signal).catch(() => undefined);
    if (signal.aborted) return;
    try {
      const isFull = awaited.size === 0 || clock.now().getTime() >= nextFullLookMs;
      if (isFull) nextFullLookMs = clock.now().getTime() + lookIntervalMs;
      if (isFull) await watch.follower.readPolicy();
      await look(watch, { missing, awaited, isFull });
      if (isFull) await lookForUncaptured(watch, signal);
      if (troubles.delete(trouble)) log.info("The source's catalog can be read again");
    } catch (cause) {
      const error = toMillraceError(cause);
      if (!error.isTransient) throw error;
      if (!troubles.has(trouble)) {
        log.warn(
          `Could not read the source's catalog; changes of tables are noticed only by their events until this works again: ${error.message}`,
          { error },
        );
      }
      troubles.set(trouble, error);
    }
  }
};

interface Look {
  readonly missing: Set<string>;
  readonly awaited: Map<string, Awaited>;
  /** Otherwise only at the tables that wait. */
  readonly isFull: boolean;
}

const look = async (watch: ShapeWatch, { missing, awaited, isFull }: Look): Promise<void> => {
  const { describeSources, shapes, held, follower } = watch;
  for (const { copied } of shapes.all) if (held.has(copied.ref)) awaited.delete(tableKey(copied.ref));
  const watched = shapes.all.filter(
    ({ copied }) => !held.has(copied.ref) && (isFull || awaited.has(tableKey(copied.ref))),
  );
  if (watched.length === 0) return;
  const found = await describeSources(watched.map(({ seen }) => seen));
  const described = new Map(found.map((table) => [tableKey(table.ref), table]));
  for (const { copied } of watched) {
    const { ref } = copied;
    const key = tableKey(ref);
    const now = described.get(key);
    if (now === undefined) {
      // A table that is missing twice is gone.
      if (missing.has(key)) await held.hold(ref, tableGone(ref));
      missing.add(key);
      continue;
    }
    missing.delete(key);
    // Its target may have followed a change since the list was made.
    const shape = shapes.of(ref);
    if (shape === undefined) continue;
    const outlook = lookAhead(shape, now, follower.policy);
    if (outlook.harm !== undefined) {
      if (outlook.harm.policy.isOfOneTable !== true) throw outlook.harm;
      await held.hold(ref, outlook.harm);
      continue;
    }
    const after = afterLook(shape, now, outlook.awaited);
    if (shapes.of(ref) === shape && !isSameKnown(shape, after)) await shapes.remember(after);
    if (outlook.awaited.length === 0) {
      awaited.delete(key);
      await held.release(ref);
    } else
      await awaitLog(watch, awaited, now, outlook.awaited).catch((cause: unknown) => {
        const error = toMillraceError(cause);
        if (error.isTransient) throw error;
        // The next event or statement tells of it all the same.
        watch.log.warn(
          `Could not mark the source's log for table ${tableLabel(ref)}; its target follows with the next change of a row: ${error.message}`,
          { error },
        );
      });
  }
};

/**
 * Waits until the log must have brought what the catalog says: until the connector has passed a mark that was written after the catalog
 * was read, and everything that Kafka then had is applied. PostgreSQL's log tells of a change only with the next row; without one the
 * table follows the catalog. Where the log should have had a statement, the table is held.
 */
const awaitLog = async (
  watch: ShapeWatch,
  awaited: Map<string, Awaited>,
  now: TableDescription,
  changes: readonly ShapeChange[],
): Promise<void> => {
  const { connectorName, topicPrefix, positions, connect, admin, progress, held, follower } = watch;
  const key = tableKey(now.ref);
  const waiting = awaited.get(key);
  if (waiting === undefined || !isSameShape(waiting.now, now)) {
    awaited.set(key, { now, markedAt: positions.parsePosition(await watch.writeMarker()) });
    return;
  }
  const topic = topicName(topicPrefix, now.ref);
  if (waiting.ends === undefined) {
    const streamed = positions.streamedPosition(await connect.getOffset(connectorName));
    if (streamed === undefined || streamed < waiting.markedAt) return;
    const ends = await admin.topicOffsets([topic]);
    if (ends.length > 0) waiting.ends = ends;
    return;
  }
  if (!waiting.ends.every((end) => hasPassed(progress, end))) return;
  awaited.delete(key);
  if (watch.tellsByEvents) follower.nudge(topic);
  else {
    const what = changes.map((change) => change.what).join('; ');
    await held.hold(now.ref, changeError(now.ref, `${what}, which its log does not have`, 'ask'));
  }
};

/** A table that was taken out of what the source hands out has no event that says so. */
const lookForUncaptured = async (
  { listUncaptured, held, clock, shapes }: ShapeWatch,
  signal: AbortSignal,
): Promise<void> => {
  const watched = shapes.all.map(({ copied }) => copied.ref).filter((ref) => !held.has(ref));
  const uncaptured = watched.length === 0 ? [] : await listUncaptured(watched);
  if (uncaptured.length === 0) return;
  await clock.sleep(secondLookAfterMs, signal).catch(() => undefined);
  if (signal.aborted) return;
  for (const ref of await listUncaptured(uncaptured)) await held.hold(ref, uncapturedError(ref));
};

/** Statistics change all the time. */
export const isSameShape = (one: TableDescription, other: TableDescription): boolean =>
  shapeText(one) === shapeText(other);

/** Whether nothing would have to be stored. */
export const isSameKnown = (one: KnownShape, other: KnownShape): boolean =>
  isSameShape(one.seen, other.seen) &&
  isSameShape(one.copied, other.copied) &&
  isSameTarget(one.target, other.target);

const shapeText = (table: TableDescription): string =>
  JSON.stringify({ ...table, estimatedRows: 0, bytes: 0, uniqueIndexes: [] });

/** Why a table may not be applied that the source hands no changes of. */
export const uncapturedError = (ref: TableRef): MillraceError =>
  new MillraceError('SchemaChanged', `Changes of the source were lost: ${describeUncaptured([ref])}.`, {
    facts: { table: tableLabel(ref) },
  });
