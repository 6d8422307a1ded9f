import { type TableRef, tableKey, tableLabel } from '../contracts/identifiers.ts';
import type { Run } from '../contracts/steps.ts';
import { type MillraceError, toMillraceError } from '../errors/millrace-error.ts';
import type { CopyStore, ReplicationStore } from '../ports/state-store.ts';
import { requireCurrentRun } from './current-run.ts';
import { type RecordHeldPorts, recordHeld } from './record-held.ts';
import { generationOfCopy, isCopyBy, unfitTables } from './table-progress.ts';

export interface HoldUncopiedPorts extends RecordHeldPorts {
  readonly store: RecordHeldPorts['store'] &
    Pick<CopyStore, 'listTableProgress'> &
    Pick<ReplicationStore, 'getReplication'>;
}

/**
 * Whether an error of a copy is one table's, so that the others can go on. A right that is missing is, where the error names the
 * table: rights on tables are given one by one.
 */
export const isOfTable = (error: MillraceError, source: TableRef): boolean =>
  error.policy.isOfOneTable === true ||
  (error.code === 'PermissionDenied' && error.facts.table === tableLabel(source));

/**
 * Holds a table that cannot be copied until it is copied again, so that the others are copied and stream. Throws what it could not
 * be copied for when that is not of this table alone, or when the replication has no other table left.
 */
export const holdUncopiedTable = async (
  run: Run,
  source: TableRef,
  cause: unknown,
  ports: HoldUncopiedPorts,
): Promise<void> => {
  const error = toMillraceError(cause);
  if (!isOfTable(error, source)) throw cause;
  const { store } = ports;
  const replication = await requireCurrentRun(store, run);
  const mapping = replication.tables.find((table) => tableKey(table.source) === tableKey(source));
  const progress = await store.listTableProgress(run.replicationId);
  const without = new Set([
    ...unfitTables(run, replication, progress).map((table) => tableKey(table.source)),
    tableKey(source),
  ]);
  if (mapping === undefined || replication.tables.every((table) => without.has(tableKey(table.source)))) {
    throw cause;
  }
  const generation = generationOfCopy(run, replication);
  await recordHeld(
    replication,
    {
      mapping,
      generation,
      planned: progress.find(
        (table) =>
          table.generation === generation &&
          tableKey(table.source) === tableKey(source) &&
          isCopyBy(table, mapping),
      ),
      heldUntil: 'copy',
      reason: error.message,
      advice: adviceFor(error, source),
    },
    ports,
  );
};

const adviceFor = (error: MillraceError, source: TableRef): string => {
  const path = `/replications/{id}/tables/${tableLabel(source)}`;
  return error.code === 'SchemaChanged'
    ? `Copy the table in its new form: POST ${path}/resync. Or leave it out: DELETE ${path}.`
    : `${error.policy.advice} Then copy the table: POST ${path}/resync. Or leave it out: DELETE ${path}.`;
};
