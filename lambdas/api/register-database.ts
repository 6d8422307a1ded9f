import type { z } from 'zod';
import type { Database, DatabaseKind } from '#core/contracts/database.ts';
import type { ClientId, DatabaseId } from '#core/contracts/identifiers.ts';
import { engineOf } from '#core/databases/registry.ts';
import { toMillraceError } from '#core/errors/millrace-error.ts';
import type { registerDatabaseSchema } from './database-contracts.ts';
import { invalidRequest } from './invalid-request.ts';
import type { ApiPorts } from './ports.ts';

/** Each database keeps its secret for life, so that a changed password reaches everyone who refers to it. */
export const databaseSecretName = (prefix: string, clientId: ClientId, databaseId: DatabaseId): string =>
  `${prefix}/client-${clientId}/database-${databaseId}`;

type RegisterRequest = z.output<typeof registerDatabaseSchema>;
type RegisterPorts = Pick<
  ApiPorts,
  'store' | 'secrets' | 'clock' | 'secretPrefix' | 'detectServer' | 'findNetworkProblems'
>;

/**
 * Saves a database and its password. The password comes first, under a name that only this registration has; when the
 * database cannot be saved it is deleted again, so a failed registration leaves nothing. Without a kind, the server is asked what it
 * is: throws `InvalidRequest` when nothing answers or the answer is not understood, when no connection could be made with what was
 * given, and for an address or a port that the environment does not allow.
 */
export const registerDatabase = async (
  clientId: ClientId,
  request: RegisterRequest,
  { store, secrets, clock, secretPrefix, detectServer, findNetworkProblems }: RegisterPorts,
): Promise<Database> => {
  const networkProblems = findNetworkProblems(request.host, request.port);
  if (networkProblems.length > 0) throw invalidRequest(networkProblems);
  const kind = request.kind ?? (await detectKind(request, detectServer));
  engineOf(kind).checkRegistration?.({
    host: request.host,
    databaseName: request.database,
    tlsMode: request.tls_mode,
  });
  const databaseId = await store.nextDatabaseId();
  const { username, password, ca_pem: caPem } = request;
  const secretArn = await secrets.putCredentials(databaseSecretName(secretPrefix, clientId, databaseId), {
    username,
    password,
  });
  const database: Database = {
    databaseId,
    clientId,
    name: request.name,
    kind,
    host: request.host,
    port: request.port,
    databaseName: request.database,
    username,
    tlsMode: request.tls_mode,
    ...(caPem === undefined ? {} : { caPem }),
    secretArn,
    createdAt: clock.now().toISOString(),
  };
  try {
    await store.putDatabase(database);
  } catch (error) {
    // What failed first is what the caller must hear; an orphaned secret is only untidy.
    await secrets.deleteCredentials(secretArn).catch(() => undefined);
    throw error;
  }
  return database;
};

/**
 * One answer for a port where nothing listens and for one where something else than a database does: a client that may
 * register databases must not find out by it what else runs at a host.
 */
const detectKind = async (
  { host, port }: RegisterRequest,
  detectServer: ApiPorts['detectServer'],
): Promise<DatabaseKind> => {
  const found = await detectServer(host, port).catch((cause: unknown) => {
    const error = toMillraceError(cause);
    if (error.code === 'DatabaseUnreachable') return undefined;
    throw error;
  });
  if (found !== undefined) return found.kind;
  throw invalidRequest([
    {
      subject: 'body.kind',
      problem: `It cannot be told: no database that is known here answers at ${host}:${port}.`,
      remedy:
        'Check host, port, network path and security groups. Or give kind: a database can then be registered unseen.',
    },
  ]);
};
