import { forEachBounded } from '#core/concurrency/for-each-bounded.ts';
import type { Client } from '#core/contracts/client.ts';
import type { Database } from '#core/contracts/database.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { fleetAnswerSchema, fleetQuerySchema } from './health-contracts.ts';
import { defineOperation, type Operation } from './operation.ts';
import { readPage, wholeList } from './paging.ts';

/** Reads of the store at a time. */
const parallelReads = 20;

/** Clients and replications have numbers: text whose order is that of client, then replication. */
const keyOf = ({ clientId, replicationId }: { clientId: number; replicationId: number }): string =>
  `${String(clientId).padStart(16, '0')}/${String(replicationId).padStart(16, '0')}`;

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
      const [clients, replications]: readonly [readonly Client[], readonly Replication[]] =
        clientId === undefined
          ? await Promise.all([store.listClients(), store.listAllReplications()])
          : await Promise.all([
              store.getClient(clientId).then((client) => [client]),
              store.listReplications(clientId),
            ]);
      const { items, nextCursor } = await readPage(query, {
        read: wholeList(async () => replications.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)), keyOf),
        keyOf,
      });
      const owners = [...new Set(items.map((item) => item.clientId))];
      const [databases, records] = await Promise.all([
        forEachBounded(owners, parallelReads, (owner) => store.listDatabases(owner)),
        store.listHealthRecords(items.map(({ replicationId }) => replicationId)),
      ]);
      const databaseNames = namesOf(databases.flat());
      const clientNames = new Map(clients.map((client) => [client.clientId, client.name]));
      return {
        replications: items.map((item) => {
          const record = records.get(item.replicationId);
          const worst = record?.faults[0];
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
                  },
          };
        }),
        timestamp: clock.now().toISOString(),
        next_cursor: nextCursor,
      };
    },
  }),
];

const namesOf = (databases: readonly Database[]): ReadonlyMap<number, string> =>
  new Map(databases.map(({ databaseId, name }) => [databaseId, name]));
