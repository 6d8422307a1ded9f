import type { Activity } from '#core/contracts/activity.ts';
import type { Client } from '#core/contracts/client.ts';
import type { Heartbeat } from '#core/contracts/consumer.ts';
import type { TableProgress } from '#core/contracts/copy.ts';
import type { Database } from '#core/contracts/database.ts';
import type { Deletion } from '#core/contracts/deletion.ts';
import type { HealthPoint, HealthRecord } from '#core/contracts/health-record.ts';
import { tableKey } from '#core/contracts/identifiers.ts';
import { type Incident, incidentMoment } from '#core/contracts/incident.ts';
import type { MetricsTarget } from '#core/contracts/metrics-target.ts';
import type { Replication } from '#core/contracts/replication.ts';
import type { SourceLog } from '#core/contracts/source-log.ts';
import type { Token } from '#core/contracts/token.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { Clock } from '#core/ports/clock-and-log.ts';
import type { RequestClaim } from '#core/ports/idempotency-store.ts';
import type {
  ActivityPage,
  ActivityRange,
  ConsumerLaunch,
  HealAttempt,
  HealCounts,
  IncidentPage,
  IncidentRange,
  RevokedLaunch,
  StateStore,
} from '#core/ports/state-store.ts';
import { createMemoryAlertStore } from './memory-alert-store.ts';
import { createMemoryChanges } from './memory-changes.ts';
import { createMemoryPool } from './memory-pool.ts';

const installationId = '5b0c7c1e-9f3d-4f2a-8a53-2d1f6d1b7a10';

/** What the API works with of the state store, in memory. Tests reach into its maps. */
export const createMemoryStateStore = (clock: Clock) => {
  const clients = new Map<number, Client>();
  /** By their SHA-256. */
  const tokens = new Map<string, Token>();
  const databases = new Map<number, Database>();
  const stateVersion: { value?: number } = {};
  const replications = new Map<number, Replication>();
  const deletions = new Map<number, Deletion>();
  const activities = new Map<number, Activity[]>();
  const leases = new Map<number, string>();
  const launches = new Map<number, ConsumerLaunch>();
  const revoked = new Map<number, RevokedLaunch>();
  const heartbeats = new Map<number, Heartbeat>();
  const progress = new Map<number, TableProgress[]>();
  const attempts = new Map<number, HealAttempt[]>();
  const sourceLogs = new Map<number, SourceLog>();
  const calls = new Map<string, number>();
  const requests = new Map<string, { claim: RequestClaim; until: number; answer?: string }>();
  const incidents = new Map<number, readonly Incident[]>();
  const healths = new Map<number, HealthRecord>();
  const healCounts = new Map<number, HealCounts>();
  const metricsTargets: MetricsTarget[] = [];
  const histories = new Map<number, readonly HealthPoint[]>();
  const sequences = new Map<string, number>();
  const alerting = createMemoryAlertStore();

  const next = async (name: string): Promise<number> => {
    const value = (sequences.get(name) ?? 0) + 1;
    sequences.set(name, value);
    return value;
  };
  const found = <T>(value: T | undefined, what: string): T => {
    if (value === undefined) throw new MillraceError('NotFound', `There is no ${what}.`);
    return value;
  };
  const entries: { clientId: number; replicationId?: number; activity: Activity }[] = [];
  const pageOf = (found: typeof entries, { limit, from }: ActivityRange): ActivityPage => {
    const newest = found
      .map((entry, index) => ({ ...entry, moment: `${entry.activity.at}#${String(index).padStart(9, '0')}` }))
      .toReversed()
      .filter(({ moment }) => from === undefined || moment <= from);
    const next = newest[limit];
    return {
      activity: newest.slice(0, limit).map(({ activity, replicationId }) => ({
        ...activity,
        ...(replicationId === undefined ? {} : { replicationId }),
      })),
      ...(next === undefined ? {} : { next: next.moment }),
    };
  };
  const incidentPage = (found: readonly Incident[], { limit, from }: IncidentRange): IncidentPage => {
    const rest = found
      .filter((incident) => from === undefined || incidentMoment(incident) <= from)
      .toSorted((a, b) => incidentMoment(b).localeCompare(incidentMoment(a)));
    const next = rest[limit];
    return {
      incidents: rest.slice(0, limit),
      ...(next === undefined ? {} : { next: incidentMoment(next) }),
    };
  };
  const unused = (): never => {
    throw new Error('The API does not use this.');
  };

  const store: StateStore = {
    ...alerting.alertStore,
    getInstallationId: async () => installationId,

    createClient: async (name) => {
      const client = { clientId: await next('client'), name, createdAt: clock.now().toISOString() };
      clients.set(client.clientId, client);
      return client;
    },
    getClient: async (clientId) => found(clients.get(clientId), `client ${clientId}`),
    listClients: async () => [...clients.values()],
    renameClient: async (clientId, name, before) => {
      const client = await store.getClient(clientId);
      if (before !== undefined && client.name !== before)
        throw new MillraceError('Conflict', `Client ${clientId} was given another name just now.`);
      const renamed = { ...client, name };
      clients.set(clientId, renamed);
      return renamed;
    },
    setClientQuotas: async (clientId, quotas, before) => {
      const { quotas: stored, ...client } = await store.getClient(clientId);
      if (JSON.stringify(stored) !== JSON.stringify(before))
        throw new MillraceError('Conflict', `Client ${clientId} was given other quotas just now.`);
      const changed = { ...client, ...(quotas !== undefined && { quotas }) };
      clients.set(clientId, changed);
      return changed;
    },
    removeClient: async (clientId) => {
      const client = await store.getClient(clientId);
      const owned = [...databases.values(), ...replications.values(), ...tokens.values()];
      if (owned.some((one) => one.clientId === clientId))
        throw new MillraceError('Conflict', `Client ${clientId} still has something.`);
      clients.delete(clientId);
      return client;
    },
    createToken: async (hash, fields) => {
      if (fields.clientId !== undefined) await store.getClient(fields.clientId);
      const token = { ...fields, tokenId: await next('token'), createdAt: clock.now().toISOString() };
      tokens.set(hash, token);
      return token;
    },
    findToken: async (hash) => tokens.get(hash),
    getToken: async (tokenId) =>
      found(
        [...tokens.values()].find((it) => it.tokenId === tokenId),
        `token ${tokenId}`,
      ),
    listTokens: async () => [...tokens.values()],
    removeToken: async (tokenId) => {
      const token = await store.getToken(tokenId);
      for (const [hash, it] of tokens) if (it.tokenId === tokenId) tokens.delete(hash);
      return token;
    },
    touchToken: async (tokenId, lastUsedAt) => {
      for (const [hash, it] of tokens) if (it.tokenId === tokenId) tokens.set(hash, { ...it, lastUsedAt });
    },
    nextDatabaseId: () => next('database'),
    putDatabase: async (database) => {
      databases.set(database.databaseId, database);
    },
    getDatabase: async (clientId, databaseId) => {
      const database = databases.get(databaseId);
      return found(database?.clientId === clientId ? database : undefined, `database ${databaseId}`);
    },
    listDatabases: async (clientId) => [...databases.values()].filter((it) => it.clientId === clientId),
    replaceDatabase: async (before, after) => {
      if (databases.get(after.databaseId) !== before) return false;
      databases.set(after.databaseId, after);
      return true;
    },
    removeDatabase: async (clientId, databaseId) => {
      const database = await store.getDatabase(clientId, databaseId);
      const users = [...replications.values()].filter(
        ({ sourceDatabaseId, targetDatabaseId }) =>
          sourceDatabaseId === databaseId || targetDatabaseId === databaseId,
      );
      if (users.length > 0) throw new MillraceError('Conflict', `Database ${databaseId} is used.`);
      databases.delete(databaseId);
      return database;
    },

    nextReplicationId: () => next('replication'),
    nextOrdinal: (clientId, databaseId) => next(`ordinal ${clientId} ${databaseId}`),
    createReplication: async (replication) => {
      const names = [...replications.values()].map(({ connectorName }) => connectorName);
      if (names.includes(replication.connectorName))
        throw new MillraceError('Conflict', 'The connector name is taken.', {
          facts: { connectorName: replication.connectorName },
        });
      replications.set(replication.replicationId, replication);
    },
    getReplication: async (clientId, replicationId) => {
      const replication = replications.get(replicationId);
      return found(
        replication?.clientId === clientId ? replication : undefined,
        `replication ${replicationId}`,
      );
    },
    listReplications: async (clientId) => [...replications.values()].filter((it) => it.clientId === clientId),
    listReplicationsAfter: async (clientId, after, limit) =>
      (await store.listReplications(clientId))
        .filter(({ replicationId }) => replicationId > after)
        .slice(0, limit),
    listAllReplications: async () => [...replications.values()],
    listAllReplicationsAfter: async (after, limit) =>
      [...replications.values()].filter(({ replicationId }) => replicationId > after).slice(0, limit),
    listReplicationKeys: async () => [...replications.values()],
    getStateVersion: async () => stateVersion.value,
    raiseStateVersion: async (version) => {
      stateVersion.value = Math.max(stateVersion.value ?? 0, version);
    },
    getLastChecked: async () => undefined,
    putLastChecked: unused,
    updateReplication: async (clientId, replicationId, change, expected = {}) => {
      const current = await store.getReplication(clientId, replicationId);
      const holds = Object.entries(expected).every(
        ([field, value]) => value === undefined || current[field as keyof Replication] === value,
      );
      if (!holds) return undefined;
      const changed = Object.fromEntries(
        Object.entries({ ...current, ...change }).filter(([, value]) => value !== undefined),
      ) as Replication;
      replications.set(replicationId, changed);
      return changed;
    },
    listActivity: async (replicationId, range) =>
      pageOf(
        entries.filter((entry) => entry.replicationId === replicationId),
        range,
      ),
    listClientActivity: async (clientId, range) =>
      pageOf(
        entries.filter((entry) => entry.clientId === clientId),
        range,
      ),
    addActivity: async ({ clientId, replicationId }, activity) => {
      entries.push({ clientId, ...(replicationId === undefined ? {} : { replicationId }), activity });
      if (replicationId === undefined) return;
      activities.set(replicationId, [...(activities.get(replicationId) ?? []), activity]);
    },

    beginDeletion: async (replication, deletion) => {
      const { clientId, replicationId, status, desired, generation } = replication;
      const begun = await store.updateReplication(
        clientId,
        replicationId,
        {
          status: 'deleting',
          desired: 'stopped',
          lastErrorCode: undefined,
          lastErrorMessage: undefined,
        },
        { status, desired, generation },
      );
      if (begun !== undefined) deletions.set(replicationId, deletion);
      return begun;
    },
    getDeletion: async (clientId, replicationId) => {
      const deletion = deletions.get(replicationId);
      return deletion?.clientId === clientId ? deletion : undefined;
    },
    updateDeletion: async ({ replicationId }, change, expectedAttempt) => {
      const current = deletions.get(replicationId);
      if (current?.attempt !== expectedAttempt) return undefined;
      const changed = Object.fromEntries(
        Object.entries({ ...current, ...change }).filter(([, value]) => value !== undefined),
      ) as Deletion;
      deletions.set(replicationId, changed);
      return changed;
    },
    removeReplication: async ({ replicationId }, done) => {
      replications.delete(replicationId);
      deletions.set(replicationId, done);
    },

    acquireLease: async (replicationId, holder) => {
      const current = leases.get(replicationId);
      if (current !== undefined && current !== holder) return false;
      leases.set(replicationId, holder);
      return true;
    },
    releaseLease: async (replicationId, holder) => {
      if (leases.get(replicationId) === holder) leases.delete(replicationId);
    },

    recordLaunch: async (clientId, replicationId, launch) => {
      const { desired, generation } = await store.getReplication(clientId, replicationId);
      if (desired !== 'running' || generation !== launch.generation) {
        throw new MillraceError('Superseded', 'The replication was stopped or started again.');
      }
      launches.set(replicationId, launch);
      revoked.delete(replicationId);
    },
    getLaunch: async (replicationId) => launches.get(replicationId),
    revokeLaunch: async (replicationId) => {
      const launch = launches.get(replicationId);
      launches.delete(replicationId);
      if (launch !== undefined) revoked.set(replicationId, launch);
      return launch;
    },
    getRevokedLaunch: async (replicationId) => revoked.get(replicationId),
    setLaunchTask: async (replicationId, launchId, taskArn) => {
      const launch = launches.get(replicationId);
      if (launch?.launchId === launchId) launches.set(replicationId, { ...launch, taskArn });
      else if (revoked.get(replicationId)?.launchId === launchId)
        revoked.set(replicationId, { launchId, taskArn });
    },
    countCall: async (clientId, minute) => {
      const count = (calls.get(`${clientId} ${minute}`) ?? 0) + 1;
      calls.set(`${clientId} ${minute}`, count);
      return count;
    },
    claimRequest: async (claim, ttlMs, now) => {
      const known = requests.get(claim.requestHash);
      if (known === undefined || (known.answer === undefined && known.until <= now.getTime())) {
        requests.set(claim.requestHash, { claim, until: now.getTime() + ttlMs });
        return { state: 'claimed' };
      }
      const { bodyHash } = known.claim;
      return known.answer === undefined
        ? { state: 'running', bodyHash }
        : { state: 'done', bodyHash, answer: known.answer };
    },
    finishRequest: async ({ requestHash, claimId }, answer) => {
      const known = requests.get(requestHash);
      if (known?.claim.claimId === claimId) requests.set(requestHash, { ...known, answer });
    },
    releaseRequest: async ({ requestHash, claimId }) => {
      if (requests.get(requestHash)?.claim.claimId === claimId) requests.delete(requestHash);
    },
    putHeartbeat: async (replicationId, heartbeat) => {
      const isLast = heartbeat.state === 'STOPPED' || heartbeat.state === 'ERROR';
      const known = [launches.get(replicationId), isLast ? revoked.get(replicationId) : undefined];
      if (!known.some((launch) => launch?.launchId === heartbeat.launchId)) {
        throw new MillraceError('Superseded', 'It is not the consumer any more.');
      }
      heartbeats.set(replicationId, heartbeat);
    },
    getHeartbeat: async (replicationId) => heartbeats.get(replicationId),
    listHealAttempts: async (replicationId, since) =>
      (attempts.get(replicationId) ?? []).filter(({ at }) => Date.parse(at) >= since.getTime()),
    addHealAttempt: async (replicationId, attempt) => {
      attempts.set(replicationId, [...(attempts.get(replicationId) ?? []), attempt]);
    },
    putSourceLog: async (replicationId, sourceLog) => {
      sourceLogs.set(replicationId, sourceLog);
    },
    getSourceLog: async (replicationId) => sourceLogs.get(replicationId),
    listHealthRecords: async (ids) =>
      new Map(ids.flatMap((id) => (healths.has(id) ? [[id, healths.get(id) as HealthRecord]] : []))),
    listHealCounts: async (ids) =>
      new Map(
        ids.flatMap((id) => {
          const counts = healCounts.get(id);
          return counts === undefined ? [] : [[id, counts]];
        }),
      ),
    putMetricsTarget: unused,
    removeMetricsTarget: unused,
    listMetricsTargets: async () => metricsTargets,
    putHealth: unused,
    putIncidents: unused,
    getOpenIncidents: async (replicationId) => ({
      incidents: (incidents.get(replicationId) ?? []).filter(({ closedAt }) => closedAt === undefined),
      version: 1,
    }),
    findIncident: async ({ replicationId, condition, openedAt }) =>
      (incidents.get(replicationId) ?? []).find(
        (it) => it.condition === condition && it.openedAt === openedAt,
      ),
    listIncidents: async (replicationId, range) => incidentPage(incidents.get(replicationId) ?? [], range),
    listClientIncidents: async (clientId, range) =>
      incidentPage(
        (await store.listReplications(clientId)).flatMap(
          ({ replicationId }) => incidents.get(replicationId) ?? [],
        ),
        range,
      ),
    getHealth: async (replicationId) => healths.get(replicationId),
    listHealth: async (replicationId, since) =>
      (histories.get(replicationId) ?? []).filter(({ at }) => Date.parse(at) >= since.getTime()),
    putTablePlan: unused,
    removeTablePlan: unused,
    listTableProgress: async (replicationId) => progress.get(replicationId) ?? [],
    getTableProgress: async (replicationId, source) =>
      progress.get(replicationId)?.find((table) => tableKey(table.source) === tableKey(source)),
    listUnfinishedChunks: unused,
    recordFinishedChunk: unused,
    setTableState: unused,
    setTableCounts: unused,
    putTableShape: unused,
    getTableShape: unused,
    listTableShapes: async () => [],
    ...createMemoryChanges(),
    ...createMemoryPool().pool,
  };
  return {
    store,
    alerting,
    databases,
    replications,
    deletions,
    activities,
    leases,
    launches,
    revoked,
    heartbeats,
    progress,
    sourceLogs,
    requests,
    healths,
    healCounts,
    metricsTargets,
    incidents,
    histories,
    tokens,
  };
};
