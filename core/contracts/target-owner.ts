import type { ClientId, ReplicationId } from './identifiers.ts';

/**
 * Who writes to a target: one replication of one client of one installation. Numbers of clients and replications begin at
 * 1 in every installation, so only the three together name a replication at a target that several installations use.
 */
export interface TargetOwner {
  /** The UUID that an installation gave itself, see `RegistryStore.getInstallationId`. */
  readonly installationId: string;
  readonly clientId: ClientId;
  readonly replicationId: ReplicationId;
}

/** The owner in one of its starts. */
export interface OwnedRun {
  readonly owner: TargetOwner;
  /** The number of the start. A copy of an older start may not write any more. */
  readonly generation: number;
}
