import { type TableRef, tableKey, tableLabel } from '../contracts/identifiers.ts';
import type { Replication } from '../contracts/replication.ts';
import type { SchemaChange } from '../contracts/schema-change.ts';
import type { ChangeKind, SchemaPolicy } from '../contracts/schema-policy.ts';
import { toMillraceError } from '../errors/millrace-error.ts';
import type { Log } from '../ports/clock-and-log.ts';
import type { LeaseStore, ReplicationStore, SchemaChangeStore } from '../ports/state-store.ts';
import { actionFor } from '../schema/change-policy.ts';
import { approveChange, withdrawDecision } from '../schema/decide-change.ts';
import { type BeginTableChangePorts, beginTableChange, requireChangeable } from './begin-table-change.ts';
import { underFreeLease } from './lease.ts';
import { type TellDecisionStore, tellDecision } from './tell-decision.ts';

export interface RecopyPorts extends BeginTableChangePorts {
  readonly store: BeginTableChangePorts['store'] &
    Pick<ReplicationStore, 'getReplication' | 'addActivity'> &
    LeaseStore &
    SchemaChangeStore &
    TellDecisionStore;
  readonly log: Log;
}

/** Changes after which the log does not say what the rows are: what is `auto` is a new copy of the table. */
const recopied: ReadonlySet<ChangeKind> = new Set([
  'change-type',
  'change-key',
  'rewrite',
  'drop-partition',
  'attach-partition',
  'replace-table',
]);

/** Who decides in the place of a person, as changes and the activity name it. */
export const policyName = 'the policy';

/** A table that is changed again and again is not copied again and again. */
export const recopyLimit = 3;
const limitWindowMs = 24 * 3_600_000;

/** Whether the policy lets any table be copied again by itself. Most do not, and then nothing is read. */
export const mayRecopy = ({ schemaPolicy }: Pick<Replication, 'schemaPolicy'>): boolean =>
  [schemaPolicy?.kinds, ...(schemaPolicy?.tables ?? []).map(({ kinds }) => kinds)].some((kinds) =>
    Object.entries(kinds ?? {}).some(
      ([kind, action]) => action === 'auto' && recopied.has(kind as ChangeKind),
    ),
  );

const isRecopied = (policy: SchemaPolicy | undefined, { source, way, kinds }: SchemaChange): boolean =>
  way === 'resync' &&
  kinds.some((kind) => recopied.has(kind)) &&
  kinds.every((kind) => actionFor(policy, source, kind) === 'auto');

/**
 * Begins a new copy of the tables that are held at a change which cannot be followed and whose policy is `auto`, while the others stream.
 * Returns how many. A table gets three in 24 hours at most; then its change waits for a person.
 */
export const recopyByPolicy = async (
  { clientId, replicationId }: Replication,
  holder: string,
  ports: RecopyPorts,
): Promise<number> => {
  const changes = await ports.store.listSchemaChanges(replicationId);
  if (!changes.some(({ state }) => state === 'waiting')) return 0;
  const begun = await underFreeLease(replicationId, holder, ports, async () => {
    const { store, clock, log } = ports;
    const current = await store.getReplication(clientId, replicationId);
    if (current.status !== 'active' || current.tableChange !== undefined) return 0;
    await requireChangeable(current, undefined, ports);
    const at = clock.now().toISOString();
    const taken: SchemaChange[] = [];
    for (const change of changes) {
      const isTable = current.tables.some(({ source }) => tableKey(source) === tableKey(change.source));
      if (!isTable || change.state !== 'waiting' || !isRecopied(current.schemaPolicy, change)) continue;
      if (countRecent(changes, change.source, clock.now()) >= recopyLimit) {
        await noteLimit(replicationId, change, at, ports);
        continue;
      }
      const reason = 'The policy for changes of this kind is auto.';
      const approved = approveChange(change, { version: change.version, by: policyName, at, reason });
      // Else a person, or the consumer, came first.
      if (await store.putSchemaChange(replicationId, approved, change.version)) taken.push(approved);
    }
    if (taken.length === 0) return 0;
    try {
      const request = { tables: current.tables, resync: taken.map(({ source }) => source) };
      await beginTableChange(current, request, ports);
    } catch (cause) {
      const note = `The table could not be copied again: ${toMillraceError(cause).message}`;
      for (const approved of taken) {
        await store.putSchemaChange(replicationId, withdrawDecision(approved, at, note), approved.version);
      }
      throw cause;
    }
    for (const approved of taken) {
      const message = `Table ${tableLabel(approved.source)} is copied again: ${approved.what}. The policy for this is auto.`;
      await tellDecision(replicationId, approved, store);
      await store.addActivity(current, {
        ...{ at, actor: 'healer', action: 'schema-change-approved', message, by: policyName },
        after: { change_id: approved.changeId, state: 'approved' },
      });
      log.warn(message, { table: tableLabel(approved.source), changeId: approved.changeId });
    }
    return taken.length;
  });
  return begun ?? 0;
};

const countRecent = (changes: readonly SchemaChange[], source: TableRef, now: Date): number =>
  changes.filter(
    (change) =>
      change.decidedBy === policyName &&
      tableKey(change.source) === tableKey(source) &&
      now.getTime() - Date.parse(change.decidedAt ?? change.updatedAt) < limitWindowMs,
  ).length;

/** Once: the version of a change is what a person decides on. */
const noteLimit = async (
  replicationId: number,
  change: SchemaChange,
  at: string,
  { store, log }: RecopyPorts,
): Promise<void> => {
  const note = `The table was copied again ${recopyLimit} times in 24 hours by the policy, so this change waits for a person.`;
  if (change.note === note) return;
  const noted = { ...change, note, version: change.version + 1, updatedAt: at };
  if (await store.putSchemaChange(replicationId, noted, change.version)) {
    log.warn(`Table ${tableLabel(change.source)}: ${note}`, { changeId: change.changeId });
  }
};
