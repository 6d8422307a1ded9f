import { forEachBounded } from '#core/concurrency/for-each-bounded.ts';
import type { Client } from '#core/contracts/client.ts';
import { type TableState, tableStateSchema } from '#core/contracts/copy.ts';
import type { Database } from '#core/contracts/database.ts';
import type { HealthRecord, OverallHealth } from '#core/contracts/health-record.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { fleetAnswerSchema, fleetQuerySchema } from './health-contracts.ts';
import { defineOperation, type Operation } from './operation.ts';
import { hasInName, numberKey, readPage } from './paging.ts';

interface Listed {
  readonly item: Replication;
  readonly record: HealthRecord | undefined;
}

/** Reads of the store at a time. */
const parallelReads = 20;

/** What the console's first screen shows. No database and no connector is asked. */
export const fleetOperations: readonly Operation[] = [
  defineOperation({
    id: 'getFleet',
    method: 'GET',
    path: '/fleet',
    summary:
      'All replications that the token may see, of all its clients, with what the health check found last.',
    query: fleetQuerySchema,
    status: 200,
    answer: fleetAnswerSchema,
    run: async ({ principal: { clientId }, query }, { store, clock }) => {
      const [clients, { items, nextCursor }] = await Promise.all([
        clientId === undefined
          ? store.listClients()
          : store.getClient(clientId).then((client): readonly Client[] => [client]),
        readPage<Listed>(query, {
          read: async (after, limit) => {
            const start = Number(after ?? 0);
            const owner = clientId ?? query.of_client;
            const replications =
              owner === undefined
                ? await store.listAllReplicationsAfter(start, limit)
                : await store.listReplicationsAfter(owner, start, limit);
            const records = await store.listHealthRecords(
              replications.map(({ replicationId }) => replicationId),
            );
            return replications.map((item) => ({ item, record: records.get(item.replicationId) }));
          },
          keyOf: ({ item }) => numberKey(item.replicationId),
          keep: ({ item, record }) =>
            (query.of_client === undefined || item.clientId === query.of_client) &&
            (query.status === undefined || item.status === query.status) &&
            (query.overall === undefined || overallOf(item, record) === query.overall) &&
            hasInName(item.name, query.name),
        }),
      ]);
      const owners = [...new Set(items.map(({ item }) => item.clientId))];
      const databases = await forEachBounded(owners, parallelReads, (owner) => store.listDatabases(owner));
      const databaseNames = namesOf(databases.flat());
      const clientNames = new Map(clients.map((client) => [client.clientId, client.name]));
      return {
        replications: items.map(({ item, record }) => {
          const worst = record?.faults[0];
          const { figures } = record ?? {};
          return {
            client_id: item.clientId,
            client_name: clientNames.get(item.clientId) ?? '',
            replication_id: item.replicationId,
            name: item.name,
            source: databaseNames.get(item.sourceDatabaseId) ?? '',
            target: databaseNames.get(item.targetDatabaseId) ?? '',
            source_database_id: item.sourceDatabaseId,
            target_database_id: item.targetDatabaseId,
            status: item.status,
            desired: item.desired,
            status_since: item.statusSince,
            last_error_message: item.lastErrorMessage ?? null,
            table_count: item.tables.length,
            health:
              record === undefined
                ? null
                : {
                    overall: record.overall,
                    since: record.since,
                    looked_at: record.at,
                    condition: worst?.condition ?? null,
                    hop: worst?.hop ?? null,
                    tries_again_at: worst?.triesAgainAt ?? null,
                    dead_letter_rows: figures?.deadLetterRows ?? null,
                    source_retained_bytes: figures?.retainedBytes ?? null,
                    source_limit_bytes: figures?.logLimitBytes ?? null,
                    source_minutes_to_loss: figures?.minutesToFull ?? null,
                    tables: { ...noTables, ...figures?.tables },
                  },
          };
        }),
        timestamp: clock.now().toISOString(),
        next_cursor: nextCursor,
      };
    },
  }),
];

/** One that stands still until someone acts has failed, whether or not a health check has looked since. */
const overallOf = ({ status }: Replication, record: HealthRecord | undefined): OverallHealth | undefined =>
  status === 'error' || status === 'needs-resync' ? 'failed' : record?.overall;

/** Tables of which nothing is recorded are in no state. */
const noTables = Object.fromEntries(tableStateSchema.options.map((state) => [state, 0])) as Record<
  TableState,
  number
>;

const namesOf = (databases: readonly Database[]): ReadonlyMap<number, string> =>
  new Map(databases.map(({ databaseId, name }) => [databaseId, name]));
