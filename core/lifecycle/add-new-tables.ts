import type { ClientQuotas } from '../contracts/client-quotas.ts';
import type { Database } from '../contracts/database.ts';
import { databaseIdentity } from '../contracts/database.ts';
import { type TableRef, tableKey, tableLabel } from '../contracts/identifiers.ts';
import { type FoundTable, maxFoundTables } from '../contracts/new-tables.ts';
import type { Replication, TableMapping } from '../contracts/replication.ts';
import type { ChangeAction } from '../contracts/schema-policy.ts';
import type { TableDescription } from '../contracts/table-description.ts';
import { matchesTable } from '../contracts/table-pattern.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import { countOf } from '../naming/count-of.ts';
import { defaultTargetTemplate } from '../naming/target-template.ts';
import type { Log } from '../ports/clock-and-log.ts';
import type { SourceDatabase, TargetDatabase } from '../ports/databases.ts';
import type { LeaseStore, RegistryStore, ReplicationStore } from '../ports/state-store.ts';
import { changePolicies } from '../schema/change-policy.ts';
import { isShadowTable } from '../schema/shadow-tables.ts';
import {
  type BeginTableChangePorts,
  beginTableChange,
  requireChangeable,
  tablesVersion,
} from './begin-table-change.ts';
import { roomForTables } from './client-quotas.ts';
import { underFreeLease } from './lease.ts';
import { mapTables, refuseClaimed } from './map-tables.ts';
import { ownerOf } from './own-tables.ts';
import { policyName } from './recopy-by-policy.ts';

export interface NewTablesPorts extends BeginTableChangePorts {
  readonly store: BeginTableChangePorts['store'] &
    Pick<ReplicationStore, 'getReplication' | 'listReplications' | 'listAllReplications' | 'addActivity'> &
    Pick<RegistryStore, 'getClient' | 'getDatabase' | 'getInstallationId'> &
    LeaseStore;
  readonly openSource: (replication: Replication) => Promise<SourceDatabase>;
  /** Calls `use` with the replication's target, and closes it. */
  readonly withTarget: <T>(database: Database, use: (target: TargetDatabase) => Promise<T>) => Promise<T>;
  readonly clientQuotas: ClientQuotas;
  readonly log: Log;
  /** Once it is aborted, nothing is added. */
  readonly signal?: AbortSignal;
}

/** Tables that one look adds: they are copied together, and nothing else is changed of the replication meanwhile. */
export const newTablesAtOnce = 20;

/** What is done about a table that matches the replication's patterns for new ones. */
export const newTableAction = ({ schemaPolicy }: Pick<Replication, 'schemaPolicy'>): ChangeAction =>
  schemaPolicy?.kinds?.['create-table'] ?? changePolicies['create-table'][schemaPolicy?.preset ?? 'safe'];

/** Whether the source of the replication has to be asked for new tables. */
export const looksForNewTables = (replication: Replication): boolean =>
  replication.status === 'active' &&
  ((replication.newTables !== undefined && newTableAction(replication) !== 'ignore') ||
    replication.foundTables !== undefined);

/**
 * Looks for tables of the source that match the replication's patterns and are not replicated. By the policy they are added, by the same
 * way as a person adds them while the others stream, or listed for a person. One that cannot be added is listed with the reason.
 * The databases are asked before the lease is taken: one that does not answer keeps nobody from healing the replication.
 * Returns how many were added.
 */
export const addNewTables = async (
  replication: Replication,
  holder: string,
  ports: NewTablesPorts,
): Promise<number> => {
  const { clientId, replicationId } = replication;
  const { store, signal } = ports;
  const source = await ports.openSource(replication);
  const names = (await source.listTableNames?.()) ?? [];
  if (findNew(replication, names).length === 0 && replication.foundTables === undefined) return 0;
  // The list that it is from is eventually consistent.
  const seen = await store.getReplication(clientId, replicationId);
  if (!mayLook(seen)) return 0;
  const judged = await judge(seen, names, source, ports);
  if (signal?.aborted) return 0;
  const added = await underFreeLease(replicationId, holder, ports, async () => {
    const current = await store.getReplication(clientId, replicationId);
    // What was judged is no longer so: the next look judges again.
    if (!mayLook(current) || signal?.aborted || basisOf(current) !== basisOf(seen)) return 0;
    if (judged.mappings.length > 0) await add(current, judged.mappings, ports);
    await putFound(current, judged.found, ports);
    return judged.mappings.length;
  });
  return added ?? 0;
};

const mayLook = (replication: Replication): boolean =>
  looksForNewTables(replication) && replication.tableChange === undefined;

/** What a judgement is about. */
const basisOf = (replication: Replication): string =>
  JSON.stringify([
    tablesVersion(replication),
    replication.generation,
    replication.newTables,
    newTableAction(replication),
    replication.leaving,
    replication.targetTemplate,
  ]);

const judge = async (
  replication: Replication,
  names: readonly TableRef[],
  source: SourceDatabase,
  ports: NewTablesPorts,
): Promise<Judged> => {
  const wanted = findNew(replication, names);
  const action = newTableAction(replication);
  if (action === 'auto' && wanted.length > 0) return judgeNew(replication, wanted, names, source, ports);
  return { mappings: [], found: action === 'ask' ? wanted.map(waiting) : [] };
};

type Found = Omit<FoundTable, 'since'>;

const waiting = (source: TableRef): Found => ({ source, state: 'waiting' });
const refused = (source: TableRef, message: string): Found => ({ source, state: 'refused', message });

/** In the order of the names; those that no look has refused yet come first. */
const findNew = (
  { newTables, tables, leaving = [], foundTables = [] }: Replication,
  names: readonly TableRef[],
): readonly TableRef[] => {
  if (newTables === undefined) return [];
  const known = new Set([...tables, ...leaving].map(({ source }) => tableKey(source)));
  const all = new Set(names.map(tableKey));
  const old = new Set(foundTables.map(({ source }) => tableKey(source)));
  return names
    .filter((ref) => !known.has(tableKey(ref)) && matchesTable(newTables, ref) && !isShadowTable(ref, all))
    .toSorted((left, right) => Number(old.has(tableKey(left))) - Number(old.has(tableKey(right))));
};

interface Judged {
  readonly mappings: readonly TableMapping[];
  readonly found: readonly Found[];
}

/** Which of the tables can be added now, and why the others cannot. */
const judgeNew = async (
  replication: Replication,
  wanted: readonly TableRef[],
  names: readonly TableRef[],
  source: SourceDatabase,
  ports: NewTablesPorts,
): Promise<Judged> => {
  const { store } = ports;
  const { clientId, sourceDatabaseId, targetDatabaseId } = replication;
  const gone = missingTables(replication, names);
  if (gone.length > 0) {
    const message =
      `It may be ${gone.map(tableLabel).join(' or ')} under another name, since ${gone.length === 1 ? 'that is' : 'these are'} ` +
      'missing at the source. Leave out what is gone, or add the new table by hand';
    return { mappings: [], found: wanted.map((ref) => ({ ...waiting(ref), message })) };
  }
  const [client, sourceDatabase, targetDatabase] = await Promise.all([
    store.getClient(clientId),
    store.getDatabase(clientId, sourceDatabaseId),
    store.getDatabase(clientId, targetDatabaseId),
  ]);
  const { room, reason: noRoom } = await roomForTables(client, ports);
  const now = wanted.slice(0, newTablesAtOnce);
  const written = await listWritten(sourceDatabase, ports);
  const catalog = await describe(source, now);
  const endpoints = { client, source: sourceDatabase, target: targetDatabase };
  const owner = await ownerOf(store, replication);
  return ports.withTarget(targetDatabase, async (target) => {
    const mappings: TableMapping[] = [];
    const found: Found[] = [];
    for (const ref of now) {
      // It is gone again.
      if (!catalog.some((table) => tableKey(table.ref) === tableKey(ref))) continue;
      const others = [...replication.tables, ...mappings];
      const request = {
        template: replication.targetTemplate ?? defaultTargetTemplate,
        tables: [{ source: ref, columns: [], valuePolicy: 'fail', unloggedCascades: 'refuse' }],
      } as const;
      const { tables, invalid, unsuitable } = await mapTables(
        request,
        endpoints,
        catalog,
        { source, target },
        others,
      );
      const [mapping] = tables;
      const [problem] = [...invalid, ...unsuitable, ...(await source.findTableGrantProblems([ref]))];
      const reason =
        (mappings.length >= room ? noRoom : undefined) ??
        written.get(tableKey(ref)) ??
        (problem && `${problem.problem}${problem.remedy === undefined ? '' : ` ${problem.remedy}`}`) ??
        (mapping && (await findClash(mapping, others, target)));
      if (reason !== undefined || mapping === undefined) found.push(refused(ref, reason ?? ''));
      else {
        const claim = await refuseClaimed(owner, [mapping.target], targetDatabase, target, { store }).catch(
          (error: unknown) => {
            if (error instanceof MillraceError && error.code === 'TargetTableClaimed') return error.message;
            throw error;
          },
        );
        if (claim === undefined) mappings.push(mapping);
        else found.push(refused(ref, claim));
      }
    }
    // The next looks come to the others; what was said of them stays.
    const later = new Set(wanted.slice(newTablesAtOnce).map(tableKey));
    const before = (replication.foundTables ?? []).filter(
      ({ source: ref, state }) => state === 'refused' && later.has(tableKey(ref)),
    );
    return { mappings, found: [...found, ...before] };
  });
};

/** Tables of the replication that the source does not have now: a new name may be theirs. */
const missingTables = ({ tables }: Replication, names: readonly TableRef[]): readonly TableRef[] => {
  const there = new Set(names.map(tableKey));
  return tables.map(({ source }) => source).filter((ref) => !there.has(tableKey(ref)));
};

const describe = async (
  source: SourceDatabase,
  refs: readonly TableRef[],
): Promise<readonly TableDescription[]> => {
  if (source.describeTables !== undefined) return source.describeTables(refs);
  const described = await Promise.all(refs.map((ref) => source.describeTable(ref)));
  return described.filter((table) => table !== undefined);
};

/** Tables of the source that replications write, with why they are not taken: two that write into each other's source would never end. */
const listWritten = async (
  sourceDatabase: Database,
  { store }: NewTablesPorts,
): Promise<ReadonlyMap<string, string>> => {
  const identity = databaseIdentity(sourceDatabase);
  const written = new Map<string, string>();
  for (const other of await store.listAllReplications()) {
    const database = await store.getDatabase(other.clientId, other.targetDatabaseId);
    if (databaseIdentity(database) !== identity) continue;
    for (const { target } of other.tables)
      written.set(
        tableKey(target),
        `Replication ${other.replicationId} writes it. Add it by hand if its rows have to go on from here.`,
      );
  }
  return written;
};

/** Nobody has said that rows may be written into a table that is there. */
const findClash = async (
  { target: ref }: TableMapping,
  others: readonly TableMapping[],
  target: TargetDatabase,
): Promise<string | undefined> => {
  const alike = others.find(
    (other) => tableLabel(other.target).toLowerCase() === tableLabel(ref).toLowerCase(),
  );
  if (alike !== undefined)
    return (
      `Its name at the target, ${tableLabel(ref)}, differs from that of ${tableLabel(alike.source)} only in case. ` +
      'Add it by hand with another target table name.'
    );
  if ((await target.describeTable(ref)) === undefined) return undefined;
  return (
    `The target has a table ${tableLabel(ref)} already. If its rows may be replaced, or it is empty, add the table by hand; ` +
    'or give it another target table name.'
  );
};

const add = async (
  replication: Replication,
  mappings: readonly TableMapping[],
  ports: NewTablesPorts,
): Promise<void> => {
  const { store, clock, log } = ports;
  await requireChangeable(replication, undefined, ports);
  const changed = await beginTableChange(
    replication,
    { tables: [...replication.tables, ...mappings] },
    ports,
  );
  const labels = mappings.map(({ source }) => tableLabel(source)).join(', ');
  const message = `${countOf(mappings.length, 'table')} that came at the source ${mappings.length === 1 ? 'is' : 'are'} added: ${labels}.`;
  await store.addActivity(replication, {
    at: clock.now().toISOString(),
    ...{ actor: 'healer', action: 'new-tables-added', message, by: policyName },
    before: { tables_version: String(replication.tablesVersion ?? 1) },
    after: { tables_version: String(changed.tablesVersion ?? 1) },
  });
  log.info(message, { version: changed.tablesVersion });
};

/** Since when each is known stays. */
const putFound = async (
  { clientId, replicationId, foundTables: before = [] }: Replication,
  found: readonly Found[],
  { store, clock }: NewTablesPorts,
): Promise<void> => {
  const since = new Map(before.map((one) => [tableKey(one.source), one.since]));
  const after = found
    .toSorted((left, right) => (tableKey(left.source) < tableKey(right.source) ? -1 : 1))
    .slice(0, maxFoundTables)
    .map(
      (one): FoundTable => ({ ...one, since: since.get(tableKey(one.source)) ?? clock.now().toISOString() }),
    );
  if (JSON.stringify(after) === JSON.stringify(before)) return;
  await store.updateReplication(clientId, replicationId, {
    foundTables: after.length === 0 ? undefined : after,
  });
};
