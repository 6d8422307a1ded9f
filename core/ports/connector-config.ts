import type { KafkaSecurity } from '../contracts/environment.ts';
/** A connector's configuration as Kafka Connect takes it. */
export type ConnectorConfig = Readonly<Record<string, string>>;

/** The brokers, as a connector that keeps a topic of its own (a schema history) has to reach them. */
export interface CaptureKafka {
  /** `host:port`, comma-separated. */
  readonly brokers: string;
  readonly security: KafkaSecurity;
  /** With `scram`: the secret of the clients that a connector makes for itself, which Kafka Connect reads. */
  readonly secretArn?: string;
  /** The certificate of the brokers' authority, in PEM, where it is a private one. */
  readonly caPem?: string;
}
