import type { ClientQuotas } from '#core/contracts/client-quotas.ts';
import type { Database } from '#core/contracts/database.ts';
import type { Placement } from '#core/contracts/replication.ts';
import type { DetectedServer } from '#core/databases/server-greeting.ts';
import type { Problem } from '#core/errors/millrace-error.ts';
import type { AlertQueue, ChannelSecrets } from '#core/ports/alerting.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import type { CaptureKafka } from '#core/ports/connector-config.ts';
import type { SourceDatabase, TargetDatabase } from '#core/ports/databases.ts';
import type { LogReader } from '#core/ports/log-reader.ts';
import type {
  ConnectPort,
  Credentials,
  ExecutionPort,
  KafkaAdminPort,
  SecretStore,
  TaskRunner,
} from '#core/ports/services.ts';
import type { StateStore } from '#core/ports/state-store.ts';

/** Everything that the API's operations work with. */
export interface ApiPorts {
  readonly store: StateStore;
  readonly secrets: SecretStore;
  readonly channelSecrets: Pick<ChannelSecrets, 'put' | 'delete'>;
  readonly channelSecretPrefix: string;
  readonly alertQueue: AlertQueue;
  /** Whether some receivers may be reached without TLS: the environment names their addresses. */
  readonly allowsPlainWebhooks: boolean;
  readonly executions: ExecutionPort;
  readonly tasks: TaskRunner;
  /** What each client may have that has no limits of its own. */
  readonly clientQuotas: ClientQuotas;
  /** Whether another region works with this state, so that nothing may be changed here; not when absent. */
  readonly isStandby?: boolean;
  /** How often each client may call the API in a minute; any number when absent. */
  readonly clientCallsPerMinute?: number | undefined;
  /** Of consumers of new replications that ask for none. */
  readonly defaultPlacement: Placement;
  readonly connect: ConnectPort;
  /** Connects when it is first used; close it. */
  readonly openKafka: (log: Log) => KafkaAdminPort & { close(): Promise<void> };
  /** Connects when it is first used; close it. */
  readonly openSource: (database: Database) => Promise<SourceDatabase>;
  readonly openTarget: (database: Database) => Promise<TargetDatabase>;
  /** As above, with credentials that are not saved. */
  readonly openSourceWith: (database: Database, credentials: Credentials) => Promise<SourceDatabase>;
  readonly openTargetWith: (database: Database, credentials: Credentials) => Promise<TargetDatabase>;
  /** Why the environment allows no database there, as far as it can be said without a look-up of the name. */
  readonly findNetworkProblems: (host: string, port: number) => readonly Problem[];
  /**
   * Undefined when what listens there is no database that we know. Throws `DatabaseUnreachable` when nothing does, and
   * `DatabaseAddressRefused`.
   */
  readonly detectServer: (host: string, port: number) => Promise<DetectedServer | undefined>;
  readonly logs: LogReader;
  readonly clock: Clock;
  /** A log whose lines carry the connector's name. */
  readonly logFor: (connectorName: string, replicationId: number) => Log;
  /** An unguessable string of letters, digits, `_` and `-`. */
  readonly newSecretText: () => string;
  /** A new key for the signatures of a channel, as Standard Webhooks write it. */
  readonly newSigningSecret: () => string;
  readonly secretPrefix: string;
  readonly topicRetentionHours: number;
  readonly captureKafka: CaptureKafka;
  /** What a worker of Connect has for the queue of one connector; absent where nobody knows. */
  readonly mostQueueBytes?: number | undefined;
  /** Counts an answer of 5xx for which no client's database is to blame: the alarm on the API is about these. */
  readonly countFault: () => void;
  /** Of Millrace. */
  readonly version: string;
  /** The image of consumers and copy workers that are launched now. */
  readonly workerImage: string;
  /** Where the console's page comes from (`https://host`): only its answers may be read by a browser. */
  readonly consoleOrigin?: string | undefined;
  /** Where lambdas/stream-logs is served, ending in a slash; absent where nothing streams. */
  readonly logStreamUrl?: string | undefined;
}
