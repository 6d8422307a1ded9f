import type { ClientId, ReplicationId } from '../contracts/identifiers.ts';
import type { IncidentCondition, Severity } from '../contracts/incident.ts';
import type { Placement } from '../contracts/replication.ts';
import type { TaskSize } from '../contracts/task-size.ts';

/**
 * Secrets Manager, for database credentials: JSON {"username","password"}. Throws `SecretMissing` when there is no such
 * secret, `PermissionDenied`, and `ServiceUnavailable` when Secrets Manager does not answer.
 */
export interface SecretStore {
  /** Creates or replaces the secret; returns its ARN. */
  putCredentials(secretName: string, credentials: Credentials): Promise<string>;
  /** Deletes the secret at once, without a recovery window; does nothing when there is no such secret. */
  deleteCredentials(secretArn: string): Promise<void>;
  /** Reads the current version each time it is called with `fresh`, and otherwise at most every 5 minutes. */
  getCredentials(secretArn: string, options?: { readonly fresh?: boolean }): Promise<Credentials>;
}
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** People's inbox: the alert topic of SNS. At least once. Throws `PermissionDenied` and `ServiceUnavailable`. */
export interface AlertSink {
  publish(alert: Alert): Promise<void>;
}
export interface Alert {
  /** One line, at most 100 characters (SNS's limit for a subject). */
  readonly subject: string;
  readonly message: string;
  /** Absent for a test. */
  readonly replicationId?: ReplicationId;
  readonly connectorName?: string;
  /** For mutes and routes, see core/alerts/unless-kept-back.ts. */
  readonly clientId?: ClientId;
  readonly condition?: IncidentCondition;
  readonly severity?: Severity;
}

export type ConnectorState = 'RUNNING' | 'PAUSED' | 'FAILED' | 'UNASSIGNED' | 'STOPPED' | 'RESTARTING';

export interface ConnectorStatus {
  readonly state: ConnectorState;
  /** Why the connector itself (not a task of it) failed. */
  readonly trace?: string;
  readonly tasks: readonly { readonly id: number; readonly state: ConnectorState; readonly trace?: string }[];
}

/** Offsets of a Debezium connector: one partition and its offset, as Connect's REST API returns them. */
export type ConnectorOffset = Readonly<Record<string, unknown>>;

/** Kafka Connect's REST API. Throws `ConnectUnavailable` (no answer, rebalancing) or `ConnectRejected` (bad configuration). */
export interface ConnectPort {
  /** Throws `ConnectUnavailable` unless the worker answers. */
  checkHealth(): Promise<void>;
  /** Connect's own validation of a configuration; messages of every field with an error. */
  validateConfig(config: Readonly<Record<string, string>>): Promise<readonly string[]>;
  /** Creates the connector, or updates it when one of that name exists. */
  putConnector(name: string, config: Readonly<Record<string, string>>): Promise<void>;
  getConfig(name: string): Promise<Readonly<Record<string, string>> | undefined>;
  getStatus(name: string): Promise<ConnectorStatus | undefined>;
  /**
   * The status of every connector, by one call. A connector that was just created, or is just being deleted, can be missing:
   * only `getStatus` says that there is none.
   */
  listStatuses(): Promise<ReadonlyMap<string, ConnectorStatus>>;
  /** The stored source offset, or undefined before the first one. */
  getOffset(name: string): Promise<ConnectorOffset | undefined>;
  pause(name: string): Promise<void>;
  resume(name: string): Promise<void>;
  stop(name: string): Promise<void>;
  /** Restarts the connector and all its tasks, which read their secrets again. */
  restart(name: string): Promise<void>;
  /** Restarts one task, whatever its state. */
  restartTask(name: string, task: number): Promise<void>;
  /** Restarts the connector and its failed tasks. */
  restartFailed(name: string): Promise<void>;
  /** Forgets the stored offset. The connector must be STOPPED. */
  resetOffset(name: string): Promise<void>;
  /** Does nothing when there is no such connector. */
  deleteConnector(name: string): Promise<void>;
}

/** Topic administration. Throws `KafkaUnavailable`. */
export interface KafkaAdminPort {
  checkHealth(): Promise<void>;
  /**
   * Creates the missing topics, one partition each unless told otherwise. Existing ones are left as they are, except that
   * `maxMessageBytes` is raised where it is lower.
   */
  ensureTopics(topics: readonly TopicSpec[]): Promise<void>;
  /** Hours that each topic keeps its records (Infinity: forever); topics that do not exist are left out. */
  topicRetentionHours(topics: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** First and next offsets of every partition; topics that do not exist are left out. */
  topicOffsets(topics: readonly string[]): Promise<readonly PartitionOffsets[]>;
  /** Deletes those that exist. A topic may still be listed for a moment afterwards. */
  deleteTopics(topics: readonly string[]): Promise<void>;
  /** The topics whose name begins with `prefix`. */
  listTopics(prefix: string): Promise<readonly string[]>;
  /** The consumer groups whose name begins with `prefix`. */
  listGroups(prefix: string): Promise<readonly string[]>;
  /** Throws `KafkaUnavailable` while a group has members. Groups that do not exist are left out. */
  deleteGroups(groups: readonly string[]): Promise<void>;
}
export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  /** Infinity: forever. */
  readonly retentionHours: number;
  /** The size of the largest batch, compressed, that the brokers take for this topic (`max.message.bytes`). */
  readonly maxMessageBytes: number;
}
export interface PartitionOffsets {
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: bigint;
  /** The offset that the next event will get. */
  readonly endOffset: bigint;
  /** The topic's UUID, which a deleted and recreated topic does not share; absent when the broker tells none (before Kafka 2.8). */
  readonly topicId?: string;
}

/**
 * Where consumers run: on Fargate, in a task of their own or in one that several share. Of a shared one, `stopTask` ends the consumer
 * alone, and `describeTask` tells of the consumer. Throws `TaskLaunchFailed`.
 */
export interface TaskRunner {
  /** The same `launchId` launches one task, however often it is called. Returns the task's ARN. */
  runConsumer(launch: {
    readonly clientId: number;
    readonly replicationId: ReplicationId;
    readonly launchId: string;
    /** `own` when absent. */
    readonly placement?: Placement;
    /** Of a task of its own; that of the environment when absent. */
    readonly size?: TaskSize;
  }): Promise<string>;
  /** SIGTERM, then SIGKILL after the task definition's stop timeout. Does nothing when the task is gone. */
  stopTask(taskArn: string, reason: string): Promise<void>;
  /** Undefined when ECS no longer knows the task (stopped more than an hour ago). */
  describeTask(taskArn: string): Promise<TaskObservation | undefined>;
}

/** Fargate tasks for many consumers. Throws `TaskLaunchFailed`. */
export interface PoolTaskRunner {
  /** The same number launches one task, however often it is called. */
  runPoolTask(poolTaskId: string): Promise<{ readonly taskArn: string; readonly taskDefinition?: string }>;
}
export interface TaskObservation {
  readonly lastStatus: string;
  /** The ARN with its revision. */
  readonly taskDefinition?: string;
  readonly exitCode?: number;
  readonly stoppedReason?: string;
}

/** The state machines, by the names of their files in state-machines/. */
export type StateMachineName = 'start-replication' | 'delete-replication' | 'change-tables';

/** Step Functions. Throws `PermissionDenied` and `ServiceUnavailable`. */
export interface ExecutionPort {
  /** The same name and input is the same execution: a second call returns the first one's ARN. */
  startExecution(stateMachine: StateMachineName, name: string, input: string): Promise<string>;
  /** Undefined when there is no such execution. */
  getStatus(
    executionArn: string,
  ): Promise<'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | undefined>;
  stopExecution(executionArn: string, reason: string): Promise<void>;
}
