import { describeUncaptured } from '#core/contracts/capture-verdict.ts';
import { type TableRef, tableKey, tableLabel } from '#core/contracts/identifiers.ts';
import type { KnownShape, TableDescription } from '#core/contracts/table-description.ts';
import { MillraceError, toMillraceError } from '#core/errors/millrace-error.ts';
import { tableGone } from '#core/errors/table-gone.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import { harmSince } from '#core/schema/compare-tables.ts';
import type { HeldTables } from './held-tables.ts';
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

export interface ShapeWatch {
  readonly shapes: readonly KnownShape[];
  /** The tables of `shapes` as the source's catalog has them now; those that it does not have are left out. */
  readonly describeSources: (tables: readonly TableRef[]) => Promise<readonly TableDescription[]>;
  /** Those of the tables whose changes the source does not hand out any more, though they exist. */
  readonly listUncaptured: (tables: readonly TableRef[]) => Promise<readonly TableRef[]>;
  /** Keeps what the catalog said last, so that the next look is compared with it. */
  readonly remember: (shape: KnownShape) => Promise<void>;
  readonly held: Pick<HeldTables, 'hold' | 'has'>;
  /** While the catalog cannot be read, the consumer is RETRYING: nobody looks whether the tables are still what they were. */
  readonly troubles: Pick<Troubles, 'has' | 'set' | 'delete'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Holds each table of which the catalog says that it is not what it was. Returns when the signal is aborted. */
export const watchShapes = async (watch: ShapeWatch, signal: AbortSignal): Promise<void> => {
  const { clock, log, troubles } = watch;
  if (watch.shapes.length === 0) return;
  const known = new Map(watch.shapes.map((shape) => [tableKey(shape.copied.ref), shape]));
  const missing = new Set<string>();
  while (!signal.aborted) {
    await clock.sleep(lookIntervalMs, signal).catch(() => undefined);
    if (signal.aborted) return;
    try {
      await look(watch, known, missing);
      await lookForUncaptured(watch, known, signal);
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

const look = async (
  { describeSources, remember, held }: ShapeWatch,
  known: Map<string, KnownShape>,
  missing: Set<string>,
): Promise<void> => {
  const watched = [...known.values()].filter(({ copied }) => !held.has(copied.ref));
  if (watched.length === 0) return;
  const found = await describeSources(watched.map(({ copied }) => copied.ref));
  const now = new Map(found.map((table) => [tableKey(table.ref), table]));
  for (const shape of watched) {
    const key = tableKey(shape.copied.ref);
    const table = now.get(key);
    if (table === undefined) {
      // A table that is missing twice is gone.
      if (missing.has(key)) await held.hold(shape.copied.ref, tableGone(shape.copied.ref));
      missing.add(key);
      continue;
    }
    missing.delete(key);
    const harm = harmSince(shape, table);
    if (harm !== undefined) {
      await held.hold(shape.copied.ref, harm);
      continue;
    }
    if (!isSameShape(shape.seen, table)) await remember({ ...shape, seen: table });
    known.set(key, { ...shape, seen: table });
  }
};

/** A table that was taken out of what the source hands out has no event that says so. */
const lookForUncaptured = async (
  { listUncaptured, held, clock }: ShapeWatch,
  known: ReadonlyMap<string, KnownShape>,
  signal: AbortSignal,
): Promise<void> => {
  const watched = [...known.values()].map(({ copied }) => copied.ref).filter((ref) => !held.has(ref));
  const uncaptured = watched.length === 0 ? [] : await listUncaptured(watched);
  if (uncaptured.length === 0) return;
  await clock.sleep(secondLookAfterMs, signal).catch(() => undefined);
  if (signal.aborted) return;
  for (const ref of await listUncaptured(uncaptured)) await held.hold(ref, uncapturedError(ref));
};

/** Statistics change all the time. */
export const isSameShape = (one: TableDescription, other: TableDescription): boolean =>
  shapeText(one) === shapeText(other);

const shapeText = (table: TableDescription): string =>
  JSON.stringify({ ...table, estimatedRows: 0, bytes: 0, uniqueIndexes: [] });

/** Why a table may not be applied that the source hands no changes of. */
export const uncapturedError = (ref: TableRef): MillraceError =>
  new MillraceError('SchemaChanged', `Changes of the source were lost: ${describeUncaptured([ref])}.`, {
    facts: { table: tableLabel(ref) },
  });
