import type { z } from 'zod';
import { withOpened } from '#core/concurrency/with-opened.ts';
import type { Database } from '#core/contracts/database.ts';
import { type ClientId, type ReplicationId, tableKey, tableLabel } from '#core/contracts/identifiers.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { engineOf } from '#core/databases/registry.ts';
import { MillraceError, type Problem } from '#core/errors/millrace-error.ts';
import {
  beginTableChange,
  requireChangeable,
  type TableChangeRequest,
  tablesVersion,
} from '#core/lifecycle/begin-table-change.ts';
import { underLease } from '#core/lifecycle/lease.ts';
import { ownerOf } from '#core/lifecycle/own-tables.ts';
import { readDatabases } from '#core/lifecycle/replication-databases.ts';
import { defaultTargetTemplate } from '#core/naming/target-template.ts';
import { mapRequestedTables } from './create-replication.ts';
import { invalidRequest } from './invalid-request.ts';
import type { addTablesSchema } from './lifecycle-contracts.ts';
import { withoutTable } from './new-tables.ts';
import type { ApiPorts } from './ports.ts';

type AddRequest = z.output<typeof addTablesSchema>;

export interface ChangeWish {
  /** The version of the tables that the caller has seen. */
  readonly version?: number | undefined;
  /** Who asks, as the activity names them. */
  readonly by: string;
}

/**
 * Adds tables to a replication. The tables that it has already stream on and are not copied again. Throws, with nothing
 * changed: `NotFound`, `Conflict`, `InvalidRequest`, `ValidationFailed` and `TargetTableClaimed` as for a new replication.
 */
export const addTables = async (
  clientId: ClientId,
  replicationId: ReplicationId,
  { tables: asked, ...wish }: AddRequest & ChangeWish,
  ports: ApiPorts,
): Promise<Replication> => {
  const { store } = ports;
  const seen = await store.getReplication(clientId, replicationId);
  await requireChangeable(seen, wish.version, ports);
  const { sourceDatabase, targetDatabase } = await readDatabases(store, seen);
  if (seen.generation > 0 && !engineOf(sourceDatabase.kind).source.capture.takesTablesLater) {
    throw new MillraceError(
      'Conflict',
      `Tables cannot be added to a replication from ${engineOf(sourceDatabase.kind).displayName} that has run. Create a ` +
        'replication for them (POST /replications).',
    );
  }
  const added = await mapRequestedTables(
    {
      target_table_name: seen.targetTemplate ?? defaultTargetTemplate,
      tables: asked,
    },
    { client: await store.getClient(clientId), source: sourceDatabase, target: targetDatabase },
    await ownerOf(store, seen),
    ports,
    seen.tables,
  );
  await requireGrants(sourceDatabase, added, ports);
  return change(clientId, replicationId, wish, ports, (current) => {
    refuseKnown(
      current,
      added.map(({ source }) => source),
    );
    return {
      request: { tables: [...current.tables, ...added] },
      message: `Tables were added: ${added.map(({ source }) => tableLabel(source)).join(', ')}.`,
    };
  });
};

/** A running capture would fail to publish a table that its user may not read. */
const requireGrants = (
  source: Database,
  added: Replication['tables'],
  { openSource }: ApiPorts,
): Promise<void> =>
  withOpened(async (keep) => {
    const opened = keep(await openSource(source));
    const problems = await opened.findTableGrantProblems(added.map((mapping) => mapping.source));
    const [first] = problems;
    if (first === undefined) return;
    throw new MillraceError(
      'ValidationFailed',
      `The tables were not added: ${first.subject}: ${first.problem}`,
      {
        facts: { problems },
      },
    );
  });

/**
 * Leaves a table out of a replication. The others stream on; the target table stays as it is, and may be written by another
 * replication once the change is done. `name` is the source table as `schema.table`. Throws `NotFound` and `Conflict`.
 */
export const removeTable = async (
  clientId: ClientId,
  replicationId: ReplicationId,
  name: string,
  wish: ChangeWish,
  ports: ApiPorts,
): Promise<Replication> => {
  const { store } = ports;
  const seen = await store.getReplication(clientId, replicationId);
  await requireChangeable(seen, wish.version, ports);
  return change(clientId, replicationId, wish, ports, (current) => {
    const leaving = findByName(current, name);
    const tables = current.tables.filter((mapping) => mapping !== leaving);
    if (tables.length === 0) {
      throw new MillraceError(
        'Conflict',
        `${tableLabel(leaving.source)} is the only table of replication ${replicationId}. Delete the replication instead ` +
          `(DELETE /replications/${replicationId}).`,
      );
    }
    return {
      request: { tables, leaving: [leaving], ...withoutTable(current, leaving.source) },
      message: `${tableLabel(leaving.source)} was left out.`,
    };
  });
};

/**
 * Copies a table again while the others stream on. A target table that Millrace created is created again in the shape that the
 * source has now; every other one is emptied. Throws `NotFound` and `Conflict`.
 */
export const resyncTable = (
  clientId: ClientId,
  replicationId: ReplicationId,
  name: string,
  wish: ChangeWish,
  ports: ApiPorts,
): Promise<Replication> =>
  change(clientId, replicationId, wish, ports, (current) => {
    const { source } = findByName(current, name);
    if (current.status !== 'active') {
      throw new MillraceError(
        'Conflict',
        `Replication ${replicationId} is ${current.status}, and a table is copied again only while it is active. Start it first; ` +
          'with force_resync it copies all its tables again.',
        { facts: { replicationId, status: current.status } },
      );
    }
    return {
      request: { tables: current.tables, resync: [source] },
      message: `${tableLabel(source)} is copied again.`,
    };
  });

/** Goes on with a change that has failed. */
export const retryTableChange = (replication: Replication, ports: ApiPorts): Promise<Replication> =>
  beginTableChange(
    replication,
    { tables: replication.tables, resync: replication.tableChange?.resync ?? [] },
    ports,
  );

const change = async (
  clientId: ClientId,
  replicationId: ReplicationId,
  wish: ChangeWish,
  ports: ApiPorts,
  decide: (current: Replication) => { readonly request: TableChangeRequest; readonly message: string },
): Promise<Replication> => {
  const { store, clock } = ports;
  return underLease(replicationId, ports, async () => {
    const current = await store.getReplication(clientId, replicationId);
    await requireChangeable(current, wish.version, ports);
    const { request, message } = decide(current);
    const changed = await beginTableChange(current, request, ports);
    await store.addActivity(current, {
      at: clock.now().toISOString(),
      actor: 'user',
      action: 'tables-change-requested',
      message,
      by: wish.by,
      before: { tables_version: String(tablesVersion(current)) },
      after: { tables_version: String(tablesVersion(changed)) },
    });
    ports.logFor(current.connectorName, replicationId).info(message, { version: changed.tablesVersion });
    return changed;
  });
};

/** By the name as people write it, or escaped as in `tableKey`, which tells `a.b` of schema `c` from `b` of schema `c.a`. */
const findByName = ({ tables, replicationId }: Replication, name: string): Replication['tables'][number] => {
  const found = tables.filter(({ source }) => tableLabel(source) === name || tableKey(source) === name);
  const [only] = found;
  if (found.length === 1 && only !== undefined) return only;
  if (found.length > 1) {
    const problem: Problem = {
      subject: 'path.table',
      problem: `More than one table is called ${name}.`,
      remedy: `Escape its parts: ${found.map(({ source }) => tableKey(source)).join(' or ')}.`,
    };
    throw invalidRequest([problem]);
  }
  throw new MillraceError('NotFound', `Replication ${replicationId} has no source table ${name}.`);
};

const refuseKnown = (
  { tables, leaving = [], replicationId }: Replication,
  added: readonly Replication['tables'][number]['source'][],
): void => {
  const keys = new Set(added.map(tableKey));
  const known = tables.find(({ source }) => keys.has(tableKey(source)));
  if (known !== undefined) {
    throw new MillraceError(
      'Conflict',
      `Replication ${replicationId} has the table ${tableLabel(known.source)} already.`,
    );
  }
  const going = leaving.find(({ source }) => keys.has(tableKey(source)));
  if (going !== undefined) {
    throw new MillraceError(
      'Conflict',
      `${tableLabel(going.source)} is still being left out of replication ${replicationId}. Wait until table_change is null, ` +
        'then add it.',
    );
  }
};
