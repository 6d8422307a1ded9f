import { forEachBounded } from '../concurrency/for-each-bounded.ts';
import { type ReplicationId, type TableRef, tableKey } from '../contracts/identifiers.ts';
import type { Run } from '../contracts/steps.ts';
import type { SourceDatabase } from '../ports/databases.ts';
import type { ShapeStore } from '../ports/state-store.ts';
import { describeTables } from '../validation/describe-tables.ts';

/** State writes at a time: a write takes about 10 ms, so 1,000 tables take 3 s. */
const parallelWrites = 4;

/**
 * Stores what tables are before capture begins with them. A table that is another one when its copy is planned has events of
 * both forms, and is held: a label of an enum that was renamed meanwhile, or a row that is inserted again without a column that
 * was added since, would leave wrong rows. Tables that do not exist are left out. `generation` is the start whose copy it is.
 */
export const rememberTables = async (
  replicationId: ReplicationId,
  refs: readonly TableRef[],
  generation: number,
  { store, source }: { readonly store: Pick<ShapeStore, 'putTableShape'>; readonly source: SourceDatabase },
  /** Asked after the tables were looked at, so that what it says of capture was true then. Every table when absent. */
  chooseTables: () => Promise<(ref: TableRef) => boolean> = async () => () => true,
): Promise<void> => {
  if (refs.length === 0) return;
  const tables = [...(await describeTables(source, refs)).values()];
  const isWanted = await chooseTables();
  await forEachBounded(
    tables.filter(({ ref }) => isWanted(ref)),
    parallelWrites,
    (table) => store.putTableShape(replicationId, table.ref, { generation, copied: table, seen: table }),
  );
};

/**
 * The same for the first copy of a replication. Returns the tables of which an earlier start may have captured events: that start has failed
 * before its copy, and the tables may have changed since. Nothing is stored of these here. They have to be made ready like tables that were
 * added later (core/capture/prepare-tables.ts), so that the consumer begins behind what was captured of them in an older form.
 */
export const rememberForFirstCopy = async (
  { replicationId, generation }: Pick<Run, 'replicationId' | 'generation'>,
  refs: readonly TableRef[],
  {
    store,
    source,
    hasCapture,
  }: {
    readonly store: Pick<ShapeStore, 'putTableShape' | 'listTableShapes'>;
    readonly source: SourceDatabase;
    /** Whether anything captures for the replication. */
    readonly hasCapture: () => Promise<boolean>;
  },
): Promise<readonly TableRef[]> => {
  let captured: readonly TableRef[] = [];
  await rememberTables(replicationId, refs, generation, { store, source }, async () => {
    const isCaptured = await hasCapture();
    const shapes = await store.listTableShapes(replicationId);
    const rememberedBy = new Map(shapes.map((shape) => [tableKey(shape.copied.ref), shape.generation]));
    captured = refs.filter((ref) => {
      const start = rememberedBy.get(tableKey(ref));
      return start === undefined ? isCaptured : start !== generation;
    });
    return (ref) => !isCaptured && !rememberedBy.has(tableKey(ref));
  });
  return captured;
};
