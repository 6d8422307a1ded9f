import { type TableRef, tableKey } from '../contracts/identifiers.ts';
import type { Replication } from '../contracts/replication.ts';
import type { Run } from '../contracts/steps.ts';
import type { TargetOwner } from '../contracts/target-owner.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import type { Log } from '../ports/clock-and-log.ts';
import type { CopyStore, RegistryStore, ReplicationStore } from '../ports/state-store.ts';
import type { TargetOwnership } from '../ports/target-ownership.ts';

/** As whom a replication writes to its target. */
export const ownerOf = async (
  store: Pick<RegistryStore, 'getInstallationId'>,
  { clientId, replicationId }: Pick<Replication, 'clientId' | 'replicationId'>,
): Promise<TargetOwner> => ({ installationId: await store.getInstallationId(), clientId, replicationId });

export interface OwnTablesPorts {
  readonly store: Pick<RegistryStore, 'getInstallationId'> &
    Pick<ReplicationStore, 'getReplication'> &
    Pick<CopyStore, 'listTableProgress'>;
  readonly target: TargetOwnership;
  readonly log: Log;
}

/**
 * Makes the target tables the replication's own for a start. A start that goes on with what earlier ones copied is refused
 * with `NeedsResync` when the target does not know of them. Throws `TargetTableClaimed` when another replication owns a
 * table. A table of a replication of the same client that does not exist any more is taken over.
 */
export const ownTables = async (run: Run, replication: Replication, ports: OwnTablesPorts): Promise<void> => {
  const { store, target } = ports;
  const request = {
    owner: await ownerOf(store, replication),
    generation: run.generation,
    tables: replication.tables.map((mapping) => mapping.target),
    copied: run.forceResync ? [] : await listCopied(replication, store),
  };
  await withoutLeftovers(request.owner, ports, () => target.takeTables(request));
};

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
  const relied = new Set(
    (await store.listTableProgress(replicationId))
      .filter(({ generation }) => generation === copyGeneration)
      .filter(({ state, chunksDone }) => state !== 'skipped' && (chunksDone > 0 || state !== 'pending'))
      .map(({ source }) => tableKey(source)),
  );
  return tables.filter(({ source }) => relied.has(tableKey(source))).map(({ target }) => target);
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
