import { type Database, databaseIdentity } from '../contracts/database.ts';
import type { TableRef } from '../contracts/identifiers.ts';
import type { Replication } from '../contracts/replication.ts';
import type { Run } from '../contracts/steps.ts';
import type { TargetOwner } from '../contracts/target-owner.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import type { Log } from '../ports/clock-and-log.ts';
import type { CopyStore, RegistryStore, ReplicationStore } from '../ports/state-store.ts';
import type { TargetOwnership } from '../ports/target-ownership.ts';
import { exactKey, type OwnerRow, refuseForeignTables } from './ownership-refusals.ts';
import { isCopyBy } from './table-progress.ts';

/** As whom a replication writes to its target. */
export const ownerOf = async (
  store: Pick<RegistryStore, 'getInstallationId'>,
  { clientId, replicationId }: Pick<Replication, 'clientId' | 'replicationId'>,
): Promise<TargetOwner> => ({ installationId: await store.getInstallationId(), clientId, replicationId });

export interface OwnTablesPorts {
  readonly store: Pick<RegistryStore, 'getInstallationId' | 'getDatabase'> &
    Pick<ReplicationStore, 'getReplication' | 'listReplications' | 'listAllReplications'> &
    Pick<CopyStore, 'listTableProgress'>;
  readonly target: TargetOwnership;
  readonly log: Log;
}

/**
 * Makes the target tables the replication's own for a start. A start that goes on with what earlier ones copied is refused
 * with `NeedsResync` when the target does not know of them. Throws `TargetTableClaimed` when another replication owns a
 * table. A table of a replication of the same client that does not exist any more is taken over.
 */
export const ownTables = async (
  run: Run,
  { replication, targetDatabase }: { readonly replication: Replication; readonly targetDatabase: Database },
  ports: OwnTablesPorts,
): Promise<void> => {
  const { store, target } = ports;
  const request = {
    owner: await ownerOf(store, replication),
    generation: run.generation,
    tables: replication.tables.map((mapping) => mapping.target),
    copied: await listCopied(replication, store),
    isReload: run.forceResync,
  };
  await refuseKnownWriters(request.owner, request.tables, { ...ports, targetDatabase }, 'started');
  await withoutLeftovers(request.owner, ports, () => target.takeTables(request));
};

/**
 * Throws `TargetTableClaimed` when a replication that this installation knows writes a table of a database that is
 * registered under the same host, port and name. The target itself cannot say so as long as the other replication is only
 * configured, or was started by a version that kept no owners at the target. Of other clients, only replications that were
 * `started` count: without a login that may write, nobody keeps a table from others.
 */
export const refuseKnownWriters = async (
  owner: TargetOwner,
  tables: readonly TableRef[],
  { store, targetDatabase }: KnownWritersPorts,
  counted: 'started' | 'own-configured',
): Promise<void> => {
  const wanted = new Set(tables.map(exactKey));
  const identity = databaseIdentity(targetDatabase);
  const rows: OwnerRow[] = [];
  const foreign = (await store.listAllReplications()).filter(({ clientId }) => clientId !== owner.clientId);
  // The list of all is a little late, which two creations of one client would notice.
  const own = await store.listReplications(owner.clientId);
  for (const other of [...own, ...foreign]) {
    const counts =
      other.copyGeneration > 0 || (other.clientId === owner.clientId && counted === 'own-configured');
    if (!counts || other.replicationId === owner.replicationId) continue;
    const claimed = other.tables
      .map((mapping) => mapping.target)
      .filter((table) => wanted.has(exactKey(table)));
    if (claimed.length === 0) continue;
    const database = await store.getDatabase(other.clientId, other.targetDatabaseId);
    if (databaseIdentity(database) !== identity) continue;
    const { installationId } = owner;
    const { clientId, replicationId } = other;
    rows.push(...claimed.map((table) => ({ installationId, clientId, replicationId, table })));
  }
  const claimed = new Set(rows.map(({ table }) => exactKey(table)));
  refuseForeignTables(
    owner,
    tables.filter((table) => claimed.has(exactKey(table))),
    rows,
  );
};

interface KnownWritersPorts {
  readonly store: Pick<ReplicationStore, 'listReplications' | 'listAllReplications'> &
    Pick<RegistryStore, 'getDatabase'>;
  readonly targetDatabase: Database;
}

/**
 * The `TargetTableClaimed` that `ownTables` would throw, or undefined when the tables could be taken. Nothing is changed.
 * Another error is thrown.
 */
export const findClaim = async (
  owner: TargetOwner,
  tables: readonly TableRef[],
  {
    store,
    target,
  }: Pick<OwnTablesPorts, 'target'> & { readonly store: Pick<ReplicationStore, 'getReplication'> },
): Promise<MillraceError | undefined> => {
  try {
    await target.checkTables({ owner, tables });
    return undefined;
  } catch (error) {
    if (!(error instanceof MillraceError) || error.code !== 'TargetTableClaimed') throw error;
    const owners = toIds(error.facts.replications);
    const gone = await listGone(owner, owners, store);
    return error.facts.hasOthers === false && gone.length === owners.length ? undefined : error;
  }
};

/** The target tables to which rows were copied, and changes applied, on which this replication relies. */
const listCopied = async (
  { replicationId, tables, copyGeneration }: Replication,
  store: Pick<CopyStore, 'listTableProgress'>,
): Promise<readonly TableRef[]> => {
  const relied = new Map(
    (await store.listTableProgress(replicationId))
      .filter(({ generation }) => generation === copyGeneration)
      .filter(
        ({ state, chunksDone, heldUntil }) =>
          state !== 'skipped' && heldUntil !== 'copy' && (chunksDone > 0 || state !== 'pending'),
      )
      .map((table) => [exactKey(table.source), table]),
  );
  return tables
    .filter((mapping) => {
      const copy = relied.get(exactKey(mapping.source));
      // By another mapping it may have gone to another table.
      return copy !== undefined && isCopyBy(copy, mapping);
    })
    .map(({ target }) => target);
};

/** A replication may have been deleted while its target could not be reached: its tables are given back now. */
const withoutLeftovers = async (
  owner: TargetOwner,
  { store, target, log }: OwnTablesPorts,
  action: () => Promise<void>,
): Promise<void> => {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof MillraceError) || error.code !== 'TargetTableClaimed') throw error;
    const gone = await listGone(owner, toIds(error.facts.replications), store);
    if (gone.length === 0) throw error;
    for (const replicationId of gone) {
      await target.releaseTables({ ...owner, replicationId });
      log.info(`Gave back the target tables of replication ${replicationId}, which does not exist any more`);
    }
    await action();
  }
};

const toIds = (facts: MillraceError['facts'][string]): readonly number[] =>
  Array.isArray(facts) ? facts.map(Number) : [];

const listGone = async (
  { clientId }: TargetOwner,
  replicationIds: readonly number[],
  store: Pick<ReplicationStore, 'getReplication'>,
): Promise<readonly number[]> => {
  const gone: number[] = [];
  for (const replicationId of replicationIds) {
    try {
      await store.getReplication(clientId, replicationId);
    } catch (error) {
      if (!(error instanceof MillraceError) || error.code !== 'NotFound') throw error;
      gone.push(replicationId);
    }
  }
  return gone;
};
