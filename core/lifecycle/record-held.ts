import { heldAlert } from '../alerts/compose-alert.ts';
import type { HeldUntil, TableProgress } from '../contracts/copy.ts';
import { tableLabel } from '../contracts/identifiers.ts';
import type { Replication, TableMapping } from '../contracts/replication.ts';
import type { Clock, Log } from '../ports/clock-and-log.ts';
import type { AlertSink } from '../ports/services.ts';
import type { CopyStore, ReplicationStore } from '../ports/state-store.ts';

export interface RecordHeldPorts {
  readonly store: Pick<CopyStore, 'putTablePlan' | 'setTableState'> & Pick<ReplicationStore, 'addActivity'>;
  readonly alerts: AlertSink;
  readonly clock: Clock;
  readonly log: Log;
}

/** A table that a start goes on without. */
export interface HeldTable {
  readonly mapping: Pick<TableMapping, 'source' | 'target' | 'revision'>;
  /** The copy that it is missing from, or waits after. */
  readonly generation: number;
  /** What is stored of this copy; undefined when nothing is. */
  readonly planned: TableProgress | undefined;
  readonly heldUntil: HeldUntil;
  readonly reason: string;
  readonly advice: string;
  /** What the status says; reason and advice when absent. */
  readonly message?: string;
}

const nothingCopied = {
  estimatedRows: 0,
  estimatedBytes: 0,
  chunks: 0,
  chunksDone: 0,
  rowsCopied: 0,
  bytesCopied: 0,
  runsOn: 'lambda',
} as const;

/**
 * Holds a table: its state, the log, the activity, and one alert. Does nothing when it is held for the same already. Throws
 * `Superseded` when the table was planned again meanwhile.
 */
export const recordHeld = async (
  replication: Replication,
  held: HeldTable,
  { store, alerts, clock, log }: RecordHeldPorts,
): Promise<void> => {
  const { mapping, generation, planned, heldUntil, reason, advice } = held;
  const { source, target, revision } = mapping;
  const label = tableLabel(source);
  const message = held.message ?? `${reason} ${advice}`;
  if (planned?.state === 'held' && planned.heldUntil === heldUntil && planned.message === message) return;

  const at = clock.now().toISOString();
  const change = { state: 'held', message, heldSince: at, heldUntil } as const;
  if (planned !== undefined) {
    await store.setTableState(replication.replicationId, source, change, {
      generation,
      states: [planned.state],
    });
  } else {
    await store.putTablePlan(
      replication.replicationId,
      {
        ...{ ...nothingCopied, source, target, generation },
        ...(revision !== undefined && { mappingRevision: revision }),
        ...change,
      },
      [],
    );
  }
  log.error(`Table ${label} is held: ${message} The other tables go on.`, { table: label });
  await store.addActivity(replication, {
    at,
    actor: 'start-replication',
    action: 'table-held',
    message: `Table ${label} is held: ${message}`,
  });
  try {
    await alerts.publish(heldAlert(replication, label, { reason, advice }));
  } catch (error) {
    log.error('Could not publish the alert; the status and the activity have its text', { error });
  }
};
