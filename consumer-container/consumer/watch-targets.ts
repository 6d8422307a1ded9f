import { type TableRef, tableKey, tableLabel } from '#core/contracts/identifiers.ts';
import type { Replication, TableMapping } from '#core/contracts/replication.ts';
import type { KnownShape, TableDescription } from '#core/contracts/table-description.ts';
import { type MillraceError, toMillraceError } from '#core/errors/millrace-error.ts';
import type { ApplyTable } from '#core/ports/apply-table.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import type { ReplicationStore } from '#core/ports/state-store.ts';
import { describeTargetChange, isSameTarget } from '#core/schema/target-harm.ts';
import { BeginAgain } from './change-inbox.ts';
import type { HeldTables } from './held-tables.ts';
import type { TableShapes } from './table-shapes.ts';
import type { Troubles } from './troubles.ts';

/**
 * How often the target's catalog is read, of all tables at once. Rows that are written between a change of a target table and the look that
 * finds it may be rounded or cut; the new copy that the table then needs writes them again.
 */
const lookIntervalMs = 10_000;

/** Names the catalog among the consumer's troubles. */
const trouble = 'target-catalog';

export interface TargetDatabaseLooks {
  /** Each of the tables as the target has it now, and why it may not be written any further. */
  readonly lookAtTargets: (looked: readonly WatchedTarget[]) => Promise<readonly TargetLook[]>;
  /** How the table is applied now. The target's catalog is read again. */
  readonly describeTarget: (
    mapping: TableMapping,
    shape: KnownShape,
  ) => Promise<{ readonly table: ApplyTable; readonly target: TableDescription }>;
}

export interface WatchedTarget {
  readonly mapping: TableMapping;
  readonly shape: KnownShape;
}

export interface TargetLook {
  readonly target: TableDescription | undefined;
  readonly harm?: MillraceError;
}

export interface TargetWatch {
  readonly replication: Replication;
  /** The tables that are applied, also those that are held. */
  readonly tables: readonly TableMapping[];
  readonly databases: TargetDatabaseLooks;
  /** Also of a table that is held. */
  readonly shapeOf: (source: TableRef) => KnownShape | undefined;
  readonly shapes: Pick<TableShapes, 'of' | 'remember' | 'replaceTable'>;
  readonly held: Pick<HeldTables, 'hold' | 'has'>;
  readonly store: Pick<ReplicationStore, 'addActivity'>;
  /** While the catalog cannot be read, the consumer is RETRYING: nobody looks whether the tables are still what they were. */
  readonly troubles: Pick<Troubles, 'has' | 'set' | 'delete'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Holds each table whose target does not hold every value any more. Returns when the signal is aborted; throws `BeginAgain` when a target
 * table that lost no row is as it was.
 */
export const watchTargets = async (watch: TargetWatch, signal: AbortSignal): Promise<void> => {
  const { clock, log, troubles } = watch;
  if (watch.tables.every(({ source }) => watch.shapeOf(source) === undefined)) return;
  const mismatched = new Set<string>();
  while (!signal.aborted) {
    await clock.sleep(lookIntervalMs, signal).catch(() => undefined);
    if (signal.aborted) return;
    try {
      await look(watch, mismatched);
      if (troubles.delete(trouble)) log.info("The target's catalog can be read again");
    } catch (cause) {
      if (cause instanceof BeginAgain) throw cause;
      const error = toMillraceError(cause);
      if (!error.isTransient) throw error;
      if (!troubles.has(trouble)) {
        log.warn(
          `Could not read the target's catalog; a change of a target table is not noticed until this works again: ${error.message}`,
          { error },
        );
      }
      troubles.set(trouble, error);
    }
  }
};

/** `mismatched` are the tables that wait until their target suits again, by `tableKey`. */
const look = async (watch: TargetWatch, mismatched: Set<string>): Promise<void> => {
  const { databases, held, shapeOf, shapes } = watch;
  const looked = watch.tables.flatMap((mapping) => {
    const shape = shapeOf(mapping.source);
    return shape?.target === undefined || shape.targetLost !== undefined ? [] : [{ mapping, shape }];
  });
  if (looked.length === 0) return;
  const looks = await databases.lookAtTargets(looked);
  for (const [index, { target, harm }] of looks.entries()) {
    const { mapping, shape } = looked[index] ?? {};
    // Its target may have followed a change of the source while the catalog was read.
    if (mapping === undefined || shape === undefined || shapeOf(mapping.source) !== shape) continue;
    const { source } = mapping;
    const key = tableKey(source);
    if (harm !== undefined) {
      if (harm.code !== 'TargetChanged') mismatched.add(key);
      const isRecorded = await held.hold(source, harm);
      // One that is copied again meanwhile is created again by that. Nobody follows anything at a held table.
      if (isRecorded && harm.code === 'TargetChanged')
        await shapes.remember({ ...(shapeOf(source) ?? shape), targetLost: harm.message });
    } else if (mismatched.has(key)) {
      throw new BeginAgain(`Target table ${tableLabel(mapping.target)} suits again.`);
    } else if (!held.has(source) && shape.following === undefined && !isSameTarget(shape.target, target)) {
      await accept(watch, { mapping, shape }, target);
    }
  }
};

/** Goes on by what the target table is now, since every value fits. */
const accept = async (
  { databases, shapes, store, replication, clock, log }: TargetWatch,
  { mapping, shape }: WatchedTarget,
  looked: TableDescription | undefined,
): Promise<void> => {
  const { table, target } = await databases.describeTarget(mapping, shape);
  // What has changed once more is looked at by the next look.
  if (shapes.of(mapping.source) !== shape || !isSameTarget(target, looked)) return;
  shapes.replaceTable(table);
  await shapes.remember({ ...shape, target });
  await recordTargetChange({ store, replication, clock, log }, mapping.target, shape.target, target);
};

/** Says what a person has changed of a target table, where nothing is lost by it. */
export const recordTargetChange = async (
  { store, replication, clock, log }: Pick<TargetWatch, 'store' | 'replication' | 'clock' | 'log'>,
  ref: TableRef,
  before: TableDescription | undefined,
  now: TableDescription | undefined,
): Promise<void> => {
  const changes = before === undefined || now === undefined ? [] : describeTargetChange(before, now);
  if (changes.length === 0) return;
  const message = `Target table ${tableLabel(ref)} has been changed at the target: ${changes.join('; ')}. Every value fits, so it goes on.`;
  log.info(message, { table: tableLabel(ref) });
  await store.addActivity(replication, {
    at: clock.now().toISOString(),
    actor: 'consumer',
    action: 'target-change-accepted',
    message,
  });
};
