import type { Activity } from '../contracts/activity.ts';
import type {
  AlertChannel,
  AlertChannelId,
  AlertDelivery,
  AlertMute,
  AlertMuteId,
  AlertRoute,
  AlertRouteId,
  DeliveryAttempt,
} from '../contracts/alerting.ts';
import type { Client } from '../contracts/client.ts';
import type { ClientQuotas } from '../contracts/client-quotas.ts';
import type { Heartbeat } from '../contracts/consumer.ts';
import type {
  Chunk,
  FinishedChunk,
  HeldUntil,
  TableCounts,
  TableProgress,
  TableState,
} from '../contracts/copy.ts';
import type { Database } from '../contracts/database.ts';
import type { Deletion } from '../contracts/deletion.ts';
import type { HealthPoint, HealthRecord } from '../contracts/health-record.ts';
import type { ClientId, DatabaseId, ReplicationId, TableRef } from '../contracts/identifiers.ts';
import type { Incident } from '../contracts/incident.ts';
import type { MetricsTarget } from '../contracts/metrics-target.ts';
import type { PoolSlot, PoolTask } from '../contracts/pool.ts';
import type { Replication } from '../contracts/replication.ts';
import type { SchemaChange } from '../contracts/schema-change.ts';
import type { SourceLog } from '../contracts/source-log.ts';
import type { KnownShape } from '../contracts/table-description.ts';
import type { Token, TokenId } from '../contracts/token.ts';
import type { CallCountStore } from './call-count-store.ts';
import type { IdempotencyStore } from './idempotency-store.ts';

/**
 * Everything that Millrace remembers, in DynamoDB. Reads are strongly consistent unless a method says otherwise. A write
 * that returned is durable. Every method throws `StoreUnavailable` when DynamoDB does not answer.
 */
export interface RegistryStore {
  /** The UUID of this installation. It is made up when it is first asked for, and never changes. */
  getInstallationId(): Promise<string>;
  createClient(name: string): Promise<Client>;
  /** Throws `NotFound`. */
  getClient(clientId: ClientId): Promise<Client>;
  listClients(): Promise<readonly Client[]>;
  /** Throws `NotFound`, and `Conflict` when the client is not called `before` any more. */
  renameClient(clientId: ClientId, name: string, before?: string): Promise<Client>;
  /** Undefined: it has none of its own. Throws `NotFound`, and `Conflict` when `before` is not what is stored. */
  setClientQuotas(
    clientId: ClientId,
    quotas: ClientQuotas | undefined,
    before: ClientQuotas | undefined,
  ): Promise<Client>;
  /** Removes a client that owns nothing. Throws `NotFound`, and `Conflict`, which says what it still owns. */
  removeClient(clientId: ClientId): Promise<Client>;

  nextDatabaseId(): Promise<DatabaseId>;
  putDatabase(database: Database): Promise<void>;
  /** Throws `NotFound`, also when the database belongs to another client. */
  getDatabase(clientId: ClientId, databaseId: DatabaseId): Promise<Database>;
  listDatabases(clientId: ClientId): Promise<readonly Database[]>;
  /** Saves `after` in the place of `before`; false when `before` is not what is stored any more. */
  replaceDatabase(before: Database, after: Database): Promise<boolean>;
  /**
   * Removes a database that no replication uses. Throws `Conflict`, which names the replications that do, and `NotFound`.
   * A replication that is being created at the same moment is either seen here, or finds the database gone.
   */
  removeDatabase(clientId: ClientId, databaseId: DatabaseId): Promise<Database>;
}

/** Whose activity it is. Without a replication it is of the client as a whole, as what becomes of its databases. */
export interface ActivityScope {
  readonly clientId: ClientId;
  readonly replicationId?: ReplicationId;
}

export interface ActivityRange {
  readonly limit: number;
  /** Where the page begins: `next` of the page before. */
  readonly from?: string;
}

export interface ActivityPage {
  readonly activity: readonly (Activity & Partial<Pick<ActivityScope, 'replicationId'>>)[];
  /** Where the next page begins; absent when there is none. */
  readonly next?: string;
}

export interface TokenStore {
  /** Stores a token under its SHA-256 (hex). Throws `NotFound` when its client is not there. */
  createToken(sha256Hex: string, token: Omit<Token, 'tokenId' | 'createdAt' | 'lastUsedAt'>): Promise<Token>;
  /** The token of this SHA-256, without its last use; undefined when there is none. It may have ended. */
  findToken(sha256Hex: string): Promise<Token | undefined>;
  /** Throws `NotFound`. */
  getToken(tokenId: TokenId): Promise<Token>;
  listTokens(): Promise<readonly Token[]>;
  /** Returns what was removed. Throws `NotFound`. */
  removeToken(tokenId: TokenId): Promise<Token>;
  /** Records a use; does nothing when the token is gone. */
  touchToken(tokenId: TokenId, at: string): Promise<void>;
}

/** What tells a replication from all others. */
export type ReplicationKey = Pick<Replication, 'clientId' | 'replicationId'>;

/** Fields of a replication that may change after it was created. */
export type ReplicationChange = Partial<
  Pick<
    Replication,
    | 'status'
    | 'desired'
    | 'generation'
    | 'copyGeneration'
    | 'resyncGeneration'
    | 'captureGeneration'
    | 'tables'
    | 'tablesVersion'
    | 'leaving'
    | 'capture'
    | 'tableChange'
    | 'pause'
    | 'schemaPolicy'
    | 'newTables'
    | 'foundTables'
    | 'requestCount'
    | 'executionArn'
    | 'capturedSince'
    | 'wait'
    | 'lastErrorCode'
    | 'lastErrorMessage'
    | 'deadLetters'
    | 'consumer'
    | 'snapshotMode'
  >
>;

export interface ActivityStore {
  /** Newest first. Also of a replication that is gone. */
  listActivity(replicationId: ReplicationId, range: ActivityRange): Promise<ActivityPage>;
  /** Of the client and all its replications, newest first. The list is eventually consistent. */
  listClientActivity(clientId: ClientId, range: ActivityRange): Promise<ActivityPage>;
  addActivity(scope: ActivityScope, activity: Activity): Promise<void>;
}

export interface ReplicationStore extends ActivityStore {
  /** A number that was never handed out before. */
  nextReplicationId(): Promise<ReplicationId>;
  /** Counts the replications of a source database from 1, for names. Never hands a number out twice. */
  nextOrdinal(clientId: ClientId, sourceDatabaseId: DatabaseId): Promise<number>;
  /**
   * Saves a new replication and claims its connector name in one transaction. Throws `Conflict` when another replication has
   * the name. Target tables are claimed at the target, see `TargetOwnership`.
   */
  createReplication(replication: Replication): Promise<void>;
  /** Throws `NotFound`, also when the replication belongs to another client. */
  getReplication(clientId: ClientId, replicationId: ReplicationId): Promise<Replication>;
  listReplications(clientId: ClientId): Promise<readonly Replication[]>;
  /** At most `limit` replications of the client with numbers above `after`, in order. */
  listReplicationsAfter(
    clientId: ClientId,
    after: ReplicationId | 0,
    limit: number,
  ): Promise<readonly Replication[]>;
  /** The replications of all clients. The list is eventually consistent. */
  listAllReplications(): Promise<readonly Replication[]>;
  /** At most `limit` of them with numbers above `after`, in order. */
  listAllReplicationsAfter(after: ReplicationId | 0, limit: number): Promise<readonly Replication[]>;
  /** Which replications there are, of all clients, by their numbers. The list is eventually consistent. */
  listReplicationKeys(): Promise<readonly ReplicationKey[]>;
  /**
   * Applies `change` if every field of `expected` equals the stored one, and returns the new state. Otherwise it writes
   * nothing and returns undefined. A value of `undefined` removes an optional field. `statusSince` is set when the status
   * changes. Throws `NotFound` as `getReplication` does.
   */
  updateReplication(
    clientId: ClientId,
    replicationId: ReplicationId,
    change: { readonly [K in keyof ReplicationChange]: ReplicationChange[K] | undefined },
    expected?: Partial<
      Pick<Replication, 'status' | 'desired' | 'generation' | 'tablesVersion' | 'requestCount'>
    >,
  ): Promise<Replication | undefined>;
}

/**
 * A lease keeps a user's action and a heal of one replication apart. It ends by itself after `ttlMs`.
 * `acquireLease` returns false when someone else holds it; it is re-entrant for the same holder.
 */
export interface LeaseStore {
  acquireLease(replicationId: ReplicationId, holder: string, ttlMs: number, now: Date): Promise<boolean>;
  releaseLease(replicationId: ReplicationId, holder: string): Promise<void>;
}

/** What was launched to apply a replication's topics. One per replication; a newer launch replaces the older one. */
export interface ConsumerLaunch {
  readonly launchId: string;
  readonly taskArn?: string;
  readonly launchedAt: string;
  readonly generation: number;
}

/** A launch that may not write heartbeats any more. Without an ARN no task of it is known. */
export type RevokedLaunch = Pick<ConsumerLaunch, 'launchId' | 'taskArn'>;

export interface ConsumerStore {
  /**
   * Records a launch if the replication is still meant to run and `launch.generation` is its generation. Throws `Superseded`
   * otherwise: a user's stop and a newer start win. The heartbeat of the launch before stays readable.
   */
  recordLaunch(clientId: ClientId, replicationId: ReplicationId, launch: ConsumerLaunch): Promise<void>;
  getLaunch(replicationId: ReplicationId): Promise<ConsumerLaunch | undefined>;
  /**
   * Revokes the recorded launch and returns it. From now on its heartbeats are refused, except for a last one that reports
   * its end. A consumer whose task cannot be reached therefore exits at its next heartbeat.
   */
  revokeLaunch(replicationId: ReplicationId): Promise<ConsumerLaunch | undefined>;
  /** The launch that was revoked last, until a newer one is recorded: its task may still be ending. */
  getRevokedLaunch(replicationId: ReplicationId): Promise<RevokedLaunch | undefined>;
  /** Attaches the task's ARN to a launch that is recorded or was revoked; does nothing when a newer one has replaced it. */
  setLaunchTask(replicationId: ReplicationId, launchId: string, taskArn: string): Promise<void>;
  /**
   * Stores the heartbeat if `heartbeat.launchId` is still the recorded launch. Throws `Superseded` otherwise; the consumer
   * must then stop without touching anything. A revoked launch may still store that it is STOPPED or in ERROR, until a newer
   * launch is recorded.
   */
  putHeartbeat(replicationId: ReplicationId, heartbeat: Heartbeat): Promise<void>;
  getHeartbeat(replicationId: ReplicationId): Promise<Heartbeat | undefined>;
}

/** Consumers that share tasks. Of a slot, there is one for each replication: a newer launch replaces it. */
export interface PoolStore {
  /** A number that no pool task ever had. */
  nextPoolTaskId(): Promise<string>;
  /** Before it is launched, so that nobody launches another one meanwhile. */
  putPoolTask(task: PoolTask): Promise<void>;
  /** Does nothing when it is gone. */
  setPoolTaskLaunched(
    poolTaskId: string,
    launched: Required<Pick<PoolTask, 'taskArn'>> & Pick<PoolTask, 'revision'>,
  ): Promise<void>;
  /** Prolongs its lease. Returns what is stored of it; undefined when it is not there any more: it must not hold anything then. */
  beatPoolTask(
    poolTaskId: string,
    beat: Required<Pick<PoolTask, 'held' | 'leasedUntil'>>,
  ): Promise<PoolTask | undefined>;
  /** Tells it to give back what it holds, and to end. */
  drainPoolTask(poolTaskId: string): Promise<void>;
  removePoolTask(poolTaskId: string): Promise<void>;
  getPoolTask(poolTaskId: string): Promise<PoolTask | undefined>;
  listPoolTasks(): Promise<readonly PoolTask[]>;

  /** Adds a slot that waits, in the place of one of an older launch. That of the same launch stays as it is. */
  addSlot(slot: Pick<PoolSlot, 'clientId' | 'replicationId' | 'launchId' | 'revision'>): Promise<void>;
  getSlot(replicationId: ReplicationId): Promise<PoolSlot | undefined>;
  /** Those that wait for a pool task; at most `limit`. */
  listWaitingSlots(limit: number): Promise<readonly PoolSlot[]>;
  /** Those that a pool task holds, also some whose launch was replaced and that it has not ended yet. */
  listSlotsOf(poolTaskId: string): Promise<readonly PoolSlot[]>;
  /** False when it does not wait any more. */
  claimSlot(slot: PoolSlot, poolTaskId: string): Promise<boolean>;
  /** Marks the slot of this launch, or removes it when it waits. Does nothing when it is gone. */
  stopSlot(replicationId: ReplicationId, launchId: string): Promise<void>;
  /** Removes a slot that `poolTaskId` held: its consumer has ended. */
  endSlot(slot: PoolSlot, poolTaskId: string): Promise<void>;
  /**
   * Replaces the launch of a slot that `from` held, as `recordLaunch` does; it waits then. False, with the slot gone from those of `from`,
   * when a newer launch or a user's word has come first.
   */
  passSlot(
    slot: PoolSlot,
    from: string,
    launch: ConsumerLaunch & { readonly taskArn: string },
  ): Promise<boolean>;
  /** Keeps those who launch pool tasks apart, as `LeaseStore` does. */
  acquirePoolLease(holder: string, ttlMs: number, now: Date): Promise<boolean>;
  releasePoolLease(holder: string): Promise<void>;
}

/** When healing acted, for its bounds. Kept for a day. */
export interface HealAttempt {
  readonly action: string;
  readonly at: string;
}

export interface HealStore {
  listHealAttempts(replicationId: ReplicationId, since: Date): Promise<readonly HealAttempt[]>;
  /** Also counts it, see `listHealCounts`. */
  addHealAttempt(replicationId: ReplicationId, attempt: HealAttempt): Promise<void>;
}

export interface SourceLogStore {
  /** Replaces what was seen before. */
  putSourceLog(replicationId: ReplicationId, sourceLog: SourceLog): Promise<void>;
  getSourceLog(replicationId: ReplicationId): Promise<SourceLog | undefined>;
}

export interface HealthStore {
  /** Replaces the record, and adds the point to the history; a second point of the same minute replaces the first. */
  putHealth(replicationId: ReplicationId, record: HealthRecord, point: HealthPoint): Promise<void>;
  getHealth(replicationId: ReplicationId): Promise<HealthRecord | undefined>;
  /** Oldest first. Points are kept for a little longer than 7 days. */
  listHealth(replicationId: ReplicationId, since: Date): Promise<readonly HealthPoint[]>;
}

/** How often each action was begun since the replication was created, by its kind. */
export type HealCounts = Readonly<Record<string, number>>;

/** What the metrics of many replications are made of. */
export interface MetricsStore {
  /** What is stored of the given replications, by their numbers; one of which nothing is stored is not among them. */
  listHealthRecords(
    replicationIds: readonly ReplicationId[],
  ): Promise<ReadonlyMap<ReplicationId, HealthRecord>>;
  listHealCounts(replicationIds: readonly ReplicationId[]): Promise<ReadonlyMap<ReplicationId, HealCounts>>;
  /** Stores it, in the place of what the task has stored before. */
  putMetricsTarget(target: MetricsTarget): Promise<void>;
  removeMetricsTarget(target: Pick<MetricsTarget, 'replicationId' | 'role' | 'taskId'>): Promise<void>;
  /** All that were stored and not removed, also of tasks that ended without a word lately. */
  listMetricsTargets(): Promise<readonly MetricsTarget[]>;
}

export interface OpenIncidents {
  readonly incidents: readonly Incident[];
  /** Goes up with each writing; 0 before the first one. */
  readonly version: number;
}

export interface IncidentStore {
  getOpenIncidents(replicationId: ReplicationId): Promise<OpenIncidents>;
  /**
   * Replaces what is open, and keeps each of the given incidents for the lists; closed ones for 90 days. All or nothing. Returns the new
   * version, or undefined when the stored one is not `version` any more: another check has written meanwhile.
   */
  putIncidents(
    replication: ReplicationKey,
    change: {
      readonly open: readonly Incident[];
      readonly closed: readonly Incident[];
      readonly version: number;
    },
  ): Promise<number | undefined>;
  /** An open or closed one; undefined when it is not there (any more). */
  findIncident(
    incident: Pick<Incident, 'replicationId' | 'condition' | 'openedAt'>,
  ): Promise<Incident | undefined>;
  /** Open and closed ones, the newest first. */
  listIncidents(replicationId: ReplicationId, range: IncidentRange): Promise<IncidentPage>;
  /** The same of all replications of a client. The list is eventually consistent. */
  listClientIncidents(clientId: ClientId, range: IncidentRange): Promise<IncidentPage>;
}

export interface IncidentRange {
  readonly limit: number;
  /** Where the page begins: `next` of the page before, an `incidentMoment`. */
  readonly from?: string;
}

export interface IncidentPage {
  readonly incidents: readonly Incident[];
  /** Where the next page begins; absent when there is none. */
  readonly next?: string;
}

export interface DeliveryRange {
  readonly limit: number;
  /** Where the page begins: `next` of the page before. */
  readonly from?: string;
}

export interface DeliveryPage {
  readonly deliveries: readonly AlertDelivery[];
  /** Where the next page begins; absent when there is none. */
  readonly next?: string;
}

/** Who is told of what, and whether it has reached them. There are few rules, so lists of them are whole. */
export interface AlertStore {
  nextChannelId(): Promise<AlertChannelId>;
  addChannel(channel: AlertChannel): Promise<void>;
  /** False, with nothing changed, when `before` is not what is stored any more. */
  replaceChannel(before: AlertChannel, after: AlertChannel): Promise<boolean>;
  findChannel(channelId: AlertChannelId): Promise<AlertChannel | undefined>;
  listChannels(): Promise<readonly AlertChannel[]>;
  removeChannel(channelId: AlertChannelId): Promise<void>;

  nextRouteId(): Promise<AlertRouteId>;
  addRoute(route: AlertRoute): Promise<void>;
  /** False, with nothing changed, when `before` is not what is stored any more. */
  replaceRoute(before: AlertRoute, after: AlertRoute): Promise<boolean>;
  findRoute(routeId: AlertRouteId): Promise<AlertRoute | undefined>;
  listRoutes(): Promise<readonly AlertRoute[]>;
  removeRoute(routeId: AlertRouteId): Promise<void>;

  nextMuteId(): Promise<AlertMuteId>;
  /** It is forgotten some time after it has ended. */
  putMute(mute: AlertMute): Promise<void>;
  findMute(muteId: AlertMuteId): Promise<AlertMute | undefined>;
  /** Also some that have ended. */
  listMutes(): Promise<readonly AlertMute[]>;
  removeMute(muteId: AlertMuteId): Promise<void>;

  /** Adds a delivery to the log; false when it is there already. It is kept for 30 days. */
  addDelivery(delivery: AlertDelivery): Promise<boolean>;
  findDelivery(deliveryId: string): Promise<AlertDelivery | undefined>;
  /**
   * Begins the next attempt of `delivery`, which is due again at `dueAt` unless it ends before. False when `delivery` is not what is
   * stored any more: another process has begun the attempt.
   */
  beginAttempt(delivery: AlertDelivery, dueAt: string): Promise<boolean>;
  /** Records how the attempt has ended that was begun with `delivery`, and what becomes of the delivery. */
  endAttempt(
    delivery: AlertDelivery,
    attempt: DeliveryAttempt,
    next: { readonly state: 'delivered' | 'failed' } | { readonly state: 'waiting'; readonly dueAt: string },
  ): Promise<void>;
  /** Those that have not ended. */
  listWaitingDeliveries(): Promise<readonly AlertDelivery[]>;
  /** The newest first. The list is eventually consistent. */
  listDeliveries(range: DeliveryRange): Promise<DeliveryPage>;
}

export interface CopyStore {
  /**
   * Saves a table's plan: its progress and all its chunks. The plan becomes visible as a whole. It replaces the plan of an
   * older generation and, within its generation, that by another mapping, the plan of a skipped table and a plan without chunks
   * (the worker that copies a big table splits it). In every other case the first plan of a generation stays and this call changes nothing, because two plans of one table,
   * made at different moments, must never mix.
   */
  putTablePlan(
    replicationId: ReplicationId,
    progress: TableProgress,
    chunks: readonly Chunk[],
  ): Promise<void>;
  /** Removes a table's plan with its chunks, and the shape that was stored with it; does nothing when there is none. */
  removeTablePlan(replicationId: ReplicationId, source: TableRef): Promise<void>;
  listTableProgress(replicationId: ReplicationId): Promise<readonly TableProgress[]>;
  getTableProgress(replicationId: ReplicationId, source: TableRef): Promise<TableProgress | undefined>;
  /** The chunks of a plan that are not recorded as finished, in order. */
  listUnfinishedChunks(
    replicationId: ReplicationId,
    source: TableRef,
    generation: number,
  ): Promise<readonly Chunk[]>;
  /**
   * Records a finished chunk and adds it to the table's counters, in one transaction. Recording the same chunk again changes
   * nothing. Throws `Superseded` when the table's plan is of another generation.
   */
  recordFinishedChunk(
    replicationId: ReplicationId,
    source: TableRef,
    generation: number,
    chunk: FinishedChunk,
  ): Promise<void>;
  /**
   * Throws `NotFound` when the table has no plan, and `Superseded`, with nothing changed, when it is not as `expected`. A caller
   * that acts for a start passes that, because a newer start may have planned the table again since it looked.
   */
  setTableState(
    replicationId: ReplicationId,
    source: TableRef,
    change: {
      readonly state: TableState;
      readonly startedAt?: string;
      readonly finishedAt?: string;
      readonly copyEndPosition?: string;
      readonly message?: string;
      readonly heldSince?: string;
      readonly heldUntil?: HeldUntil;
      readonly waitingChange?: string;
    },
    expected?: ExpectedPlan,
  ): Promise<void>;
  /** Stores what was applied of a table. Does nothing when it has no plan: then it is not applied any more. */
  setTableCounts(replicationId: ReplicationId, source: TableRef, counts: TableCounts): Promise<void>;
}

/** The plan that a change of a table's state is meant for. */
export interface ExpectedPlan {
  readonly generation: number;
  readonly states: readonly TableState[];
}

/** What a table was when it was copied, and when the catalog was last found to say nothing that matters. */
export interface TableShape extends KnownShape {
  /** The start whose copy it is. */
  readonly generation: number;
}

export interface ShapeStore {
  /** Replaces what was stored of the table. */
  putTableShape(replicationId: ReplicationId, source: TableRef, shape: TableShape): Promise<void>;
  /** Undefined when nothing was stored of the table. */
  getTableShape(replicationId: ReplicationId, source: TableRef): Promise<TableShape | undefined>;
  listTableShapes(replicationId: ReplicationId): Promise<readonly TableShape[]>;
}

/** Changes of tables that a person decides on, and how they ended. */
export interface SchemaChangeStore {
  /** Of all tables, the newest first; closed ones for 90 days after their last change. */
  listSchemaChanges(replicationId: ReplicationId): Promise<readonly SchemaChange[]>;
  getSchemaChange(replicationId: ReplicationId, changeId: string): Promise<SchemaChange | undefined>;
  /**
   * Stores the change if what is stored has the version `before`, or nothing is stored where that is undefined; false otherwise, with
   * nothing written.
   */
  putSchemaChange(
    replicationId: ReplicationId,
    change: SchemaChange,
    before: number | undefined,
  ): Promise<boolean>;
}

/** Fields of a deletion that change while it is at work. */
export type DeletionChange = {
  readonly [K in keyof Omit<Deletion, 'clientId' | 'replicationId' | 'name' | 'connectorName'>]?:
    | Deletion[K]
    | undefined;
};

export interface DeletionStore {
  /**
   * Moves the replication to `deleting` and saves the deletion, both or neither: a crash leaves no replication that is
   * being deleted by nobody. Returns undefined when `replication` is not what is stored any more.
   */
  beginDeletion(replication: Replication, deletion: Deletion): Promise<Replication | undefined>;
  /** Also of a replication that is gone. Undefined when none was asked for. */
  getDeletion(clientId: ClientId, replicationId: ReplicationId): Promise<Deletion | undefined>;
  /**
   * Changes the given fields if the deletion is still that of the attempt `expectedAttempt`, and returns the new state;
   * undefined otherwise. A value of `undefined` removes an optional field.
   */
  updateDeletion(
    deletion: Pick<Deletion, 'clientId' | 'replicationId'>,
    change: DeletionChange,
    expectedAttempt: number,
  ): Promise<Deletion | undefined>;
  /**
   * Removes everything that is remembered of a replication but its activity, which expires, and its deletion, which becomes
   * `done`. The replication itself goes last, so that an interrupted call can be repeated.
   */
  removeReplication(replication: Replication, done: Deletion): Promise<void>;
}

/** Where the scheduled checks go on. A check is named as its Lambda, and its parallel runs are counted from 0. */
export interface CheckStore {
  /** The last replication for which the run before had time; undefined when it had time for all. */
  getLastChecked(check: string, run: number): Promise<ReplicationId | undefined>;
  putLastChecked(check: string, run: number, replicationId: ReplicationId): Promise<void>;
}

export interface StateVersionStore {
  /** Of what is in the store; undefined where none was written down. */
  getStateVersion(): Promise<number | undefined>;
  /** Never lowers it. */
  raiseStateVersion(version: number): Promise<void>;
}

export type StateStore = ShapeStore &
  StateVersionStore &
  SchemaChangeStore &
  CheckStore &
  RegistryStore &
  TokenStore &
  DeletionStore &
  ReplicationStore &
  LeaseStore &
  ConsumerStore &
  PoolStore &
  HealStore &
  SourceLogStore &
  HealthStore &
  MetricsStore &
  IncidentStore &
  AlertStore &
  CopyStore &
  IdempotencyStore &
  CallCountStore;
