import type { ApplyEngine, OpenedSourceRows } from '#adapters/databases/engine-driver.ts';
import { applyEngineOf, openSource, openSourceRows } from '#adapters/databases/open-database.ts';
import type { OnNulled } from '#core/apply/nulled-values.ts';
import { mayLackAdded } from '#core/apply/pair-columns.ts';
import type { SourceRows } from '#core/apply/resolve-key-changes.ts';
import { withOpened } from '#core/concurrency/with-opened.ts';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import { type TableRef, tableKey, tableLabel } from '#core/contracts/identifiers.ts';
import type { TableMapping } from '#core/contracts/replication.ts';
import type { SchemaPolicy } from '#core/contracts/schema-policy.ts';
import type { KnownShape, TableDescription } from '#core/contracts/table-description.ts';
import type { TargetOwner } from '#core/contracts/target-owner.ts';
import { engineOf } from '#core/databases/registry.ts';
import { MillraceError, toMillraceError } from '#core/errors/millrace-error.ts';
import { mapTable } from '#core/mapping/map-table.ts';
import type { ApplyTable } from '#core/ports/apply-table.ts';
import type { CaptureNames, SourceDatabase } from '#core/ports/databases.ts';
import type { SourceDialect } from '#core/ports/source-dialect.ts';
import type { TargetDialect } from '#core/ports/target-dialect.ts';
import { lookAtNewPartitions } from '#core/schema/partitions.ts';
import { afterLook, lookAhead } from '#core/schema/shape-harm.ts';
import { findHarmInFollowing, findTargetHarm, outlineTarget } from '#core/schema/target-harm.ts';
import { describeTables as describeAll } from '#core/validation/describe-tables.ts';
import type { ConsumerDatabases, RefusedTable } from './consumer.ts';
import { uncapturedError } from './watch-shapes.ts';

export interface ConsumerDatabaseOptions {
  readonly source: ConnectionSettings;
  readonly target: ConnectionSettings;
  readonly owner: TargetOwner;
  /** Undefined where nothing captures the tables. */
  readonly capture: CaptureNames | undefined;
  readonly tables: readonly TableMapping[];
  /** What is known of them; a table that is not there is taken as it is now. */
  readonly shapes: readonly KnownShape[];
  /** Told of values that were written as NULL by their table's policy. */
  readonly onNulled?: OnNulled;
  /** What is done about changes of the tables; the preset `safe` when undefined. */
  readonly policy?: SchemaPolicy | undefined;
}

/**
 * Describes the tables at both ends as they are now, and opens the pools that the consumer works with. A table that is missing or
 * does not fit is among the refused ones. Throws the database errors.
 */
export const openConsumerDatabases = async (options: ConsumerDatabaseOptions): Promise<ConsumerDatabases> => {
  const kind = applyEngineOf(options.target);
  const { tables, refused, shapes, sources, dialect } = await describeTables(options, kind);
  const opened = kind.openTarget(options.target, {
    owner: options.owner,
    // Nothing is written to one that is refused, which may belong to someone else by now.
    tables: tables.map(({ mapping }) => mapping.target),
    ...(options.onNulled && { onNulled: options.onNulled }),
  });
  const rows = new RereadRows(options.source, sources);
  const changer = kind.openChanger(options.target, options.owner);
  const compare = compareFor(options.target);
  const describeTarget = (ref: TableRef): Promise<TableDescription> =>
    withOpened(async (keep) =>
      found(await keep(kind.openCatalog(options.target)).describeTable(ref), ref, 'target'),
    );
  return {
    target: opened.target,
    source: rows,
    positions: dialect.capture,
    shapeDialect: dialect.shapes,
    tables,
    refused,
    shapes,
    validateColumn: (column) => (column.isGenerated ? undefined : dialect.validateColumn(column)),
    describeSources: (seen) => describeSources(options.source, seen),
    writeMarker: (content) =>
      withOpened(async (keep) => keep(openSource(options.source)).writeMarker(content)),
    listUncaptured: (refs) =>
      withOpened((keep) => listUncaptured(options, keep(openSource(options.source)), refs)),
    planChange: (change) => changer.plan(change),
    executeChange: (position, target, statements) => changer.execute(position, target, statements),
    rehearseChange: (request) => changer.rehearse(request),
    findMismatch: async (mapping, from, { target: given, changed = [] }) => {
      const now = await describeTarget(mapping.target);
      const { mapped } = mapTable(from, mapping);
      // What a mapping has accepted of the table as it is does not count.
      const accepted = new Set(given === undefined ? [] : compare(mapped, now));
      const reasons =
        given === undefined
          ? compare(mapped, now).filter((reason) =>
              changed.some((name) => reason.startsWith(`column ${name} `)),
            )
          : compare(mapped, given).filter((reason) => !accepted.has(reason));
      if (reasons.length > 0) return reasons.join('; ');
      try {
        kind.describeTable(mapping, from, given ?? now, dialect);
        return undefined;
      } catch (cause) {
        const error = toMillraceError(cause);
        if (error.policy.isOfOneTable !== true) throw error;
        return error.message;
      }
    },
    describeFollowed: async (mapping, shape, changed) => {
      const now = await describeTarget(mapping.target);
      const harm = findHarmInFollowing({ mapping, shape, now, compare }, new Set(changed));
      rows.replace(shape.copied);
      return {
        table: mayLackAdded(kind.describeTable(mapping, shape.copied, now, dialect), shape),
        target: outlineTarget(now),
        ...(harm !== undefined && { harm }),
      };
    },
    lookAtTargets: (looked) =>
      withOpened(async (keep) => {
        const catalog = keep(kind.openCatalog(options.target));
        const described = await describeAll(
          catalog,
          looked.map(({ mapping }) => mapping.target),
        );
        return looked.map(({ mapping, shape }) => {
          const now = described.get(tableKey(mapping.target));
          const harm = findTargetHarm({ mapping, shape, now, compare });
          return { target: now && outlineTarget(now), ...(harm !== undefined && { harm }) };
        });
      }),
    describeTarget: async (mapping, shape) => {
      const now = await describeTarget(mapping.target);
      return {
        table: mayLackAdded(kind.describeTable(mapping, shape.copied, now, dialect), shape),
        target: outlineTarget(now),
      };
    },
    close: async () => {
      await Promise.all([opened.close(), rows.close(), changer.close()]);
    },
  };
};

/** Reads rows back by the descriptions of their tables, which change when a table has followed a change of its columns. */
class RereadRows implements SourceRows {
  readonly #settings: ConnectionSettings;
  readonly #opened: OpenedSourceRows[] = [];
  #tables: readonly TableDescription[];

  constructor(settings: ConnectionSettings, tables: readonly TableDescription[]) {
    this.#settings = settings;
    this.#tables = tables;
    this.#opened.push(openSourceRows(settings, tables));
  }

  readRows: SourceRows['readRows'] = (table, keys) => {
    const current = this.#opened.at(-1);
    if (current === undefined) throw new MillraceError('Internal', 'The source is closed.');
    return current.rows.readRows(table, keys);
  };

  /** Those that are being read keep the description that they have begun with. */
  replace(table: TableDescription): void {
    this.#tables = [...this.#tables.filter(({ ref }) => tableKey(ref) !== tableKey(table.ref)), table];
    this.#opened.push(openSourceRows(this.#settings, this.#tables));
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.splice(0).map((opened) => opened.close()));
  }
}

const compareFor =
  ({ kind }: ConnectionSettings): TargetDialect['compareTargetTable'] =>
  (source, target) =>
    engineOf(kind).target?.compareTargetTable(source, target) ?? [];

interface DescribedTables {
  readonly tables: readonly ApplyTable[];
  readonly refused: readonly RefusedTable[];
  readonly shapes: readonly KnownShape[];
  readonly sources: readonly TableDescription[];
  readonly dialect: SourceDialect;
}

const describeTables = (options: ConsumerDatabaseOptions, kind: ApplyEngine): Promise<DescribedTables> =>
  withOpened(async (keep) => {
    const source = keep(openSource(options.source));
    const target = keep(kind.openCatalog(options.target));
    const refused: RefusedTable[] = [];
    const known = new Map(options.shapes.map((shape) => [tableKey(shape.copied.ref), shape]));
    const refs = options.tables.map((mapping) => mapping.source);
    const uncaptured = new Set((await listUncaptured(options, source, refs)).map(tableKey));
    const described = await Promise.all(
      options.tables.map(async (mapping) => {
        try {
          // Held before, it would else be taken for a table whose cause is gone.
          if (uncaptured.has(tableKey(mapping.source))) throw uncapturedError(mapping.source);
          const stored = known.get(tableKey(mapping.source));
          const from = await lookAtNewPartitions(
            source,
            stored?.seen,
            found(await source.describeTable(mapping.source), mapping.source, 'source'),
          );
          const outlook = stored && lookAhead(stored, from, options.policy);
          if (outlook?.harm !== undefined) throw outlook.harm;
          const shape: KnownShape =
            stored === undefined || outlook === undefined
              ? { copied: from, seen: from }
              : afterLook(stored, from, outlook.awaited);
          const now = await target.describeTable(mapping.target);
          const harm = findTargetHarm({ mapping, shape, now, compare: compareFor(options.target) });
          // Where nobody has noted what it was, as before an upgrade, it is taken as it is; the next start judges it as a whole.
          const isNoted = shape.target !== undefined || shape.targetLost !== undefined;
          if (harm !== undefined && isNoted) throw harm;
          const to = found(now, mapping.target, 'target');
          return [
            {
              source: shape.copied,
              // In the middle of a change, what it was before is compared when the target has followed.
              shape: shape.following === undefined ? { ...shape, target: outlineTarget(to) } : shape,
              table: pairShape(shape, (described) =>
                kind.describeTable(mapping, described, to, source.dialect),
              ),
            },
          ];
        } catch (cause) {
          const error = toMillraceError(cause);
          if (error.policy.isOfOneTable !== true) throw error;
          refused.push({ source: mapping.source, error });
          return [];
        }
      }),
    );
    return {
      tables: described.flat().map(({ table }) => table),
      refused,
      shapes: described.flat().map(({ shape }) => shape),
      dialect: source.dialect,
      sources: described.flat().map((table) => table.source),
    };
  });

/**
 * The table as of the next event. A consumer that ended while the target followed a change may have left it with the columns of after the
 * change; no event is applied to it before the change is done as a whole.
 */
const pairShape = (shape: KnownShape, pair: (source: TableDescription) => ApplyTable): ApplyTable => {
  const { copied, following } = shape;
  try {
    return mayLackAdded(pair(copied), shape);
  } catch (error) {
    if (following === undefined) throw error;
    return pair(following);
  }
};

const listUncaptured = async (
  { capture }: ConsumerDatabaseOptions,
  source: SourceDatabase,
  refs: readonly TableRef[],
): Promise<readonly TableRef[]> =>
  capture === undefined ? [] : ((await source.listUncaptured?.(capture, refs)) ?? []);

/** Of more tables the whole catalog is read at once: some databases answer for each table by itself. */
const maxDescribedByName = 50;

/** Opened for this look only: twenty seconds later the next one comes. */
const describeSources = (
  settings: ConnectionSettings,
  seen: readonly TableDescription[],
): Promise<readonly TableDescription[]> =>
  withOpened(async (keep) => {
    const source = keep(openSource(settings));
    const wanted = new Map(seen.map((table) => [tableKey(table.ref), table]));
    const tables =
      seen.length <= maxDescribedByName && source.describeTables !== undefined
        ? await source.describeTables(seen.map(({ ref }) => ref))
        : (await source.listTables()).filter(({ ref }) => wanted.has(tableKey(ref)));
    return Promise.all(
      tables.map((table) => lookAtNewPartitions(source, wanted.get(tableKey(table.ref)), table)),
    );
  });

const found = <Description>(
  table: Description | undefined,
  ref: TableRef,
  side: 'source' | 'target',
): Description => {
  if (table !== undefined) return table;
  throw new MillraceError('TableNotFound', `The ${side} database has no table ${tableLabel(ref)}.`, {
    facts: { table: tableLabel(ref) },
  });
};
