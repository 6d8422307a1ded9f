import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type pg from 'pg';
import { createKafka } from '#adapters/kafka/kafka-client.ts';
import { createRecordingLog } from '../kit/recording-log.ts';
import { emulatorClientConfig, kafkaSettings, runningStack } from './harness.ts';

/** What a replication leaves in the parts of the stack, by name; every list is empty where there is nothing. */
export interface Traces {
  readonly slots: readonly string[];
  readonly publications: readonly string[];
  readonly connectors: readonly string[];
  readonly topics: readonly string[];
  readonly groups: readonly string[];
  readonly checkpoints: readonly string[];
  readonly items: readonly string[];
}

export const noTraces: Traces = {
  slots: [],
  publications: [],
  connectors: [],
  topics: [],
  groups: [],
  checkpoints: [],
  items: [],
};

interface Traced {
  readonly id: number;
  readonly connectorName: string;
  readonly topicPrefix: string;
}

/** Looks at the servers themselves, not at what Millrace says of them. `source` and `target` are PostgreSQL. */
export const findTraces = async (
  { id, connectorName, topicPrefix }: Traced,
  source: pg.Client | undefined,
  target: pg.Client | undefined,
): Promise<Traces> => {
  const stack = runningStack();
  const texts = async (client: pg.Client | undefined, text: string, values: unknown[]): Promise<string[]> =>
    client === undefined
      ? []
      : (await client.query({ text, values, rowMode: 'array' })).rows.map(([name]) => String(name));
  const name = `millrace_${topicPrefix}`;
  const connectors = (await (await fetch(`${stack.connect.url}/connectors`)).json()) as string[];
  const admin = createKafka(kafkaSettings(), createRecordingLog()).admin();
  await admin.connect();
  const topics = (await admin.listTopics()).filter(
    (topic) => topic.startsWith(`${topicPrefix}.`) || topic === `__debezium-heartbeat.${topicPrefix}`,
  );
  const groups = (await admin.listGroups()).groups
    .map(({ groupId }) => groupId)
    .filter((group) => group.startsWith(`millrace-${connectorName}-`));
  await admin.disconnect();
  return {
    slots: await texts(source, 'SELECT slot_name FROM pg_replication_slots WHERE slot_name = $1', [name]),
    publications: await texts(source, 'SELECT pubname FROM pg_publication WHERE pubname = $1', [name]),
    connectors: connectors.filter((connector) => connector === connectorName),
    topics,
    groups,
    checkpoints: await bookkeepingOf(target, id),
    items: await itemsOf(id, connectorName),
  };
};

/** Checkpoints, epochs and owners, whatever client's tables they are in. */
const bookkeepingOf = async (target: pg.Client | undefined, id: number): Promise<readonly string[]> => {
  if (target === undefined) return [];
  const tables = await target.query("SELECT tablename FROM pg_tables WHERE schemaname = 'millrace'");
  const found: string[] = [];
  for (const { tablename } of tables.rows) {
    const { rows } = await target.query(
      `SELECT to_jsonb(one) AS row FROM millrace.${tablename} one WHERE replication_id = $1`,
      [id],
    );
    found.push(...rows.map(({ row }) => `${tablename} ${row.topic ?? row.table_name ?? ''}`));
  }
  return found;
};

/** Items of the state table but those that expire (activity) or tell of the deletion. */
const itemsOf = async (id: number, connectorName: string): Promise<readonly string[]> => {
  const stack = runningStack();
  const client = new DynamoDBClient(emulatorClientConfig(stack));
  const documents = DynamoDBDocumentClient.from(client);
  const found: string[] = [];
  let from: Record<string, unknown> | undefined;
  do {
    const page = await documents.send(
      new ScanCommand({
        TableName: stack.outputs.StateTableName,
        ConsistentRead: true,
        ExclusiveStartKey: from,
      }),
    );
    for (const { pk, sk, replicationId } of page.Items ?? []) {
      const ofReplication =
        replicationId === id ||
        String(pk) === `REPLICATION#${id}` ||
        String(pk).startsWith(`REPLICATION#${id}#`) ||
        String(pk) === `CONNECTOR#${connectorName}`;
      const isKept = String(sk).startsWith('ACTIVITY#') || String(sk).startsWith('DELETION#');
      if (ofReplication && !isKept) found.push(`${pk} ${sk}`);
    }
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  client.destroy();
  return found;
};
