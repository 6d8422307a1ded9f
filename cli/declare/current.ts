import type { Api } from '../api/call.ts';
import { type ListedReplication, listClients, listDatabases, listReplications } from '../api/find.ts';
import type { Client, Database, Replication } from '../api/routes.ts';
import { CliError } from '../cli-error.ts';
import type { Declaration } from './schema.ts';

/** What an installation has. */
export interface Current {
  readonly clients: readonly Client[];
  readonly databases: readonly Database[];
  /** Those that are declared. */
  readonly replications: readonly Replication[];
  /** Those that are not. */
  readonly otherReplications: readonly ListedReplication[];
}

/** Reads whatever the declaration is compared with. Only declared replications are read with their tables. */
export const readCurrent = async (api: Api, declaration: Declaration): Promise<Current> => {
  const needsClients = declaration.clients.length > 0;
  const needsRest = declaration.databases.length > 0 || declaration.replications.length > 0 || !needsClients;
  const clients = needsClients ? await listClients(api) : [];
  const databases = needsRest ? await listDatabases(api) : [];
  const listed = needsRest ? await listReplications(api) : [];
  requireUnique('client', clients);
  requireUnique('database', databases);
  requireUnique('replication', listed);
  const declared = new Set(declaration.replications.map(({ name }) => name));
  const replications: Replication[] = [];
  // One after the other: an installation may have hundreds, and its API a limit.
  for (const { replication_id, name } of listed) {
    if (declared.has(name)) replications.push(await api.call('getReplication', { path: { replication_id } }));
  }
  return {
    clients,
    databases,
    replications,
    otherReplications: listed.filter(({ name }) => !declared.has(name)),
  };
};

const requireUnique = (what: string, items: readonly { readonly name: string }[]): void => {
  for (const [name, group] of Map.groupBy(items, (item) => item.name)) {
    if (group.length > 1)
      throw new CliError(
        `${group.length} ${what}s are called ${name}, so a file cannot say which is meant.`,
        {
          advice: `Give each ${what} a name of its own.`,
        },
      );
  }
};
