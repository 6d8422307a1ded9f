import type { Activity } from '#core/contracts/activity.ts';
import type { Heartbeat } from '#core/contracts/consumer.ts';
import type { Chunk, FinishedChunk, TableProgress } from '#core/contracts/copy.ts';
import type { Deletion } from '#core/contracts/deletion.ts';
import type { HealthPoint, HealthRecord } from '#core/contracts/health-record.ts';
import { type TableRef, tableKey } from '#core/contracts/identifiers.ts';
import type { Incident } from '#core/contracts/incident.ts';
import type { Replication } from '#core/contracts/replication.ts';
import type { SourceLog } from '#core/contracts/source-log.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type {
  AlertStore,
  CheckStore,
  ConsumerLaunch,
  ConsumerStore,
  CopyStore,
  DeletionStore,
  HealAttempt,
  HealStore,
  HealthStore,
  IncidentStore,
  LeaseStore,
  ReplicationStore,
  RevokedLaunch,
  ShapeStore,
  SourceLogStore,
  TableShape,
} from '#core/ports/state-store.ts';
import { createMemoryAlertStore } from './memory-alert-store.ts';

type Store = Pick<
  ReplicationStore,
  'getReplication' | 'updateReplication' | 'addActivity' | 'listAllReplications' | 'listReplicationKeys'
> &
  ConsumerStore &
  CopyStore &
  HealStore &
  HealthStore &
  IncidentStore &
  AlertStore &
  SourceLogStore &
  LeaseStore &
  CheckStore &
  ShapeStore &
  Pick<DeletionStore, 'beginDeletion' | 'getDeletion' | 'updateDeletion'>;

/** What the steps and health checks use of the state store, for one replication, in memory. Tests set its fields. */
export const createMemoryStore = (initial: Replication) => {
  const state = {
    replication: initial,
    activity: [] as Activity[],
    launch: undefined as ConsumerLaunch | undefined,
    revoked: undefined as RevokedLaunch | undefined,
    heartbeat: undefined as Heartbeat | undefined,
    attempts: [] as HealAttempt[],
    sourceLog: undefined as SourceLog | undefined,
    health: undefined as HealthRecord | undefined,
    history: [] as HealthPoint[],
    openIncidents: [] as readonly Incident[],
    incidentsVersion: 0,
    closedIncidents: [] as Incident[],
    leaseHolder: undefined as string | undefined,
    deletion: undefined as Deletion | undefined,
    lastChecked: undefined as number | undefined,
    progress: new Map<string, TableProgress>(),
    chunks: new Map<string, readonly Chunk[]>(),
    finished: new Map<string, Map<number, FinishedChunk>>(),
    shapes: new Map<string, TableShape>(),
  };
  const progressOf = (source: TableRef): TableProgress => {
    const progress = state.progress.get(tableKey(source));
    if (progress === undefined) throw new MillraceError('NotFound', 'There is no plan.');
    return progress;
  };

  const alerting = createMemoryAlertStore();
  const store: Store = {
    ...alerting.alertStore,
    getReplication: async () => state.replication,
    listAllReplications: async () => [state.replication],
    listReplicationKeys: async () => [state.replication],
    getLastChecked: async () => state.lastChecked,
    putLastChecked: async (_check, _run, replicationId) => {
      state.lastChecked = replicationId;
    },
    updateReplication: async (_clientId, _replicationId, change, expected = {}) => {
      const current = state.replication;
      const holds = Object.entries(expected).every(
        ([field, value]) => current[field as keyof Replication] === value,
      );
      if (!holds) return undefined;
      state.replication = Object.fromEntries(
        Object.entries({ ...current, ...change }).filter(([, value]) => value !== undefined),
      ) as Replication;
      return state.replication;
    },
    addActivity: async (_scope, activity) => {
      state.activity.push(activity);
    },

    putSourceLog: async (_replicationId, sourceLog) => {
      state.sourceLog = sourceLog;
    },
    getSourceLog: async () => state.sourceLog,

    putHealth: async (_replicationId, record, point) => {
      state.health = record;
      state.history.push(point);
    },
    getOpenIncidents: async () => ({ incidents: state.openIncidents, version: state.incidentsVersion }),
    putIncidents: async (_replication, { open, closed, version }) => {
      if (version !== state.incidentsVersion) return undefined;
      state.openIncidents = open;
      state.closedIncidents.push(...closed);
      state.incidentsVersion += 1;
      return state.incidentsVersion;
    },
    findIncident: async ({ condition, openedAt }) =>
      [...state.openIncidents, ...state.closedIncidents].find(
        (it) => it.condition === condition && it.openedAt === openedAt,
      ),
    listIncidents: async () => ({ incidents: [...state.openIncidents, ...state.closedIncidents] }),
    listClientIncidents: async () => ({ incidents: [...state.openIncidents, ...state.closedIncidents] }),
    getHealth: async () => state.health,
    listHealth: async (_replicationId, since) =>
      state.history.filter(({ at }) => Date.parse(at) >= since.getTime()),

    recordLaunch: async (_clientId, _replicationId, launch) => {
      const { desired, generation } = state.replication;
      if (desired !== 'running' || generation !== launch.generation) {
        throw new MillraceError('Superseded', 'The replication was stopped or started again.');
      }
      state.launch = launch;
    },
    getLaunch: async () => state.launch,
    revokeLaunch: async () => {
      const { launch } = state;
      state.launch = undefined;
      if (launch !== undefined) state.revoked = launch;
      return launch;
    },
    getRevokedLaunch: async () => state.revoked,
    setLaunchTask: async (_replicationId, launchId, taskArn) => {
      if (state.launch?.launchId === launchId) state.launch = { ...state.launch, taskArn };
    },
    putHeartbeat: async (_replicationId, heartbeat) => {
      state.heartbeat = heartbeat;
    },
    getHeartbeat: async () => state.heartbeat,

    listHealAttempts: async (_replicationId, since) =>
      state.attempts.filter(({ at }) => Date.parse(at) >= since.getTime()),
    addHealAttempt: async (_replicationId, attempt) => {
      state.attempts.push(attempt);
    },
    acquireLease: async (_replicationId, holder) => {
      if (state.leaseHolder !== undefined && state.leaseHolder !== holder) return false;
      state.leaseHolder = holder;
      return true;
    },
    releaseLease: async (_replicationId, holder) => {
      if (state.leaseHolder === holder) state.leaseHolder = undefined;
    },

    beginDeletion: async (_replication, deletion) => {
      state.replication = { ...state.replication, status: 'deleting', desired: 'stopped' };
      state.deletion = deletion;
      return state.replication;
    },
    getDeletion: async () => state.deletion,
    updateDeletion: async (_deletion, change, expectedAttempt) => {
      if (state.deletion?.attempt !== expectedAttempt) return undefined;
      state.deletion = Object.fromEntries(
        Object.entries({ ...state.deletion, ...change }).filter(([, value]) => value !== undefined),
      ) as Deletion;
      return state.deletion;
    },

    putTablePlan: async (_replicationId, progress, chunks) => {
      const key = tableKey(progress.source);
      const current = state.progress.get(key);
      const isSplit = current !== undefined && current.state !== 'skipped' && current.chunks > 0;
      const isNewer = current !== undefined && current.generation > progress.generation;
      const isSame =
        current?.generation === progress.generation && current.mappingRevision === progress.mappingRevision;
      if (isNewer || (isSplit && isSame)) return;
      state.progress.set(key, progress);
      state.chunks.set(key, chunks);
      state.finished.set(key, new Map());
    },
    removeTablePlan: async (_replicationId, source) => {
      for (const map of [state.progress, state.chunks, state.finished, state.shapes])
        map.delete(tableKey(source));
    },
    listTableProgress: async () => [...state.progress.values()],
    getTableProgress: async (_replicationId, source) => state.progress.get(tableKey(source)),
    listUnfinishedChunks: async (_replicationId, source, generation) => {
      if (state.progress.get(tableKey(source))?.generation !== generation) return [];
      const finished = state.finished.get(tableKey(source));
      return (state.chunks.get(tableKey(source)) ?? []).filter(
        ({ chunkNumber }) => finished?.has(chunkNumber) !== true,
      );
    },
    recordFinishedChunk: async (_replicationId, source, generation, chunk) => {
      if (state.progress.get(tableKey(source))?.generation !== generation) {
        throw new MillraceError('Superseded', 'The plan was replaced.');
      }
      const finished = state.finished.get(tableKey(source));
      if (finished?.has(chunk.chunkNumber) === true) return;
      finished?.set(chunk.chunkNumber, chunk);
      const progress = progressOf(source);
      state.progress.set(tableKey(source), {
        ...progress,
        chunksDone: progress.chunksDone + 1,
        rowsCopied: progress.rowsCopied + chunk.rows,
        bytesCopied: progress.bytesCopied + chunk.bytes,
        ...(chunk.durationMs > (progress.slowestChunkMs ?? -1) && {
          slowestChunk: chunk.chunkNumber,
          slowestChunkMs: chunk.durationMs,
        }),
      });
    },
    putTableShape: async (_replicationId, source, shape) => {
      state.shapes.set(tableKey(source), shape);
    },
    getTableShape: async (_replicationId, source) => state.shapes.get(tableKey(source)),
    listTableShapes: async () => [...state.shapes.values()],
    setTableState: async (_replicationId, source, change, expected) => {
      const current = progressOf(source);
      if (
        expected !== undefined &&
        (current.generation !== expected.generation || !expected.states.includes(current.state))
      ) {
        throw new MillraceError('Superseded', 'The table was planned again.');
      }
      state.progress.set(tableKey(source), { ...progressOf(source), ...change });
    },
    setTableCounts: async (_replicationId, source, counts) => {
      const current = state.progress.get(tableKey(source));
      if (current !== undefined) state.progress.set(tableKey(source), { ...current, ...counts });
    },
  };
  return { store, state, alerting };
};

export const sampleReplication = (change: Partial<Replication> = {}): Replication => ({
  replicationId: 7,
  clientId: 1,
  name: 'shop to warehouse',
  sourceDatabaseId: 1,
  targetDatabaseId: 2,
  tables: [
    {
      source: { schema: 'public', table: 'flights' },
      target: { schema: 'public', table: 'shop_flights' },
    },
    {
      source: { schema: 'public', table: 'airports' },
      target: { schema: 'public', table: 'shop_airports' },
    },
  ],
  connectorName: 'acme_shop_connector',
  topicPrefix: 'client_1_db_1',
  slotName: 'millrace_client_1_db_1',
  publicationName: 'millrace_client_1_db_1',
  status: 'starting',
  desired: 'running',
  generation: 3,
  copyGeneration: 0,
  statusSince: '2026-03-01T11:00:00.000Z',
  createdAt: '2026-02-01T00:00:00.000Z',
  ...change,
});
