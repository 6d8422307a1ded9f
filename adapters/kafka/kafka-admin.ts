import DataLoader from 'dataloader';
import kafkajs, { type Admin } from 'kafkajs';
import { countOf } from '#core/naming/count-of.ts';
import type { Log } from '#core/ports/clock-and-log.ts';
import type { KafkaAdminPort, PartitionOffsets, TopicSpec } from '#core/ports/services.ts';
import { createKafka, type KafkaSettings, toKafkaError } from './kafka-client.ts';
import { createTopicMetadataReader } from './topic-metadata.ts';
import { createTopicOffsetReader } from './topic-offsets.ts';
import { untilBrokersAgree } from './until-brokers-agree.ts';

export interface KafkaAdmin extends KafkaAdminPort {
  close(): Promise<void>;
}

const msPerHour = 3_600_000;

/** Kafka's error code GROUP_ID_NOT_FOUND: it was deleted, or has expired, since it was listed. */
const isGone = ({ errorCode }: { readonly errorCode?: number }): boolean => errorCode === 69;

const idOf = (topicId: string | undefined): Pick<PartitionOffsets, 'topicId'> =>
  topicId === undefined ? {} : { topicId };

const messageLimit = 'max.message.bytes';
/** Where the value of a setting comes from, in Kafka's protocol: it was set for the topic itself. */
const setForTopic = 1;

/**
 * With anything else Kafka may throw away what was not applied yet, or what it has confirmed: the newest record of each key alone is kept,
 * records go before their time, or a broker that missed some becomes the leader.
 */
const lossless: Readonly<Record<string, string>> = {
  'cleanup.policy': 'delete',
  'retention.bytes': '-1',
  'unclean.leader.election.enable': 'false',
};
const minInSync = 'min.insync.replicas';

/** With three copies or more, two have what is confirmed, so that it outlasts the loss of a broker, and one of them may be away. */
const inSyncOf = (replicas: number): number => (replicas >= 3 ? 2 : 1);

/**
 * Puts settings of topics right: those of an earlier version, of someone else, or of a Kafka with other defaults. What is as it should be
 * is not set, since some services do not let it be. Kafka replaces all settings of a topic at once, so the others are given again.
 */
const putRight = async (connection: Admin, topics: readonly TopicSpec[]): Promise<readonly string[]> => {
  const type = kafkajs.ConfigResourceTypes.TOPIC;
  const names = topics.map(({ topic }) => topic);
  const [{ resources }, metadata] = await Promise.all([
    connection.describeConfigs({
      includeSynonyms: false,
      resources: names.map((name) => ({ type, name })),
    }),
    connection.fetchTopicMetadata({ topics: names }),
  ]);
  const limits = new Map(topics.map(({ topic, maxMessageBytes }) => [topic, maxMessageBytes]));
  const replicas = new Map(
    metadata.topics.map(({ name, partitions }) => [
      name,
      Math.min(...partitions.map((partition) => partition.replicas.length)),
    ]),
  );
  const wrong = resources.flatMap(({ resourceName, configEntries }) => {
    const found = new Map(configEntries.map(({ configName, configValue }) => [configName, configValue]));
    const atLeast = (name: string, least: number): readonly [string, string][] =>
      Number(found.get(name)) < least ? [[name, String(least)]] : [];
    const changed = new Map([
      ...Object.entries(lossless).filter(([name, value]) => found.has(name) && found.get(name) !== value),
      ...atLeast(messageLimit, limits.get(resourceName) ?? 0),
      ...atLeast(minInSync, inSyncOf(replicas.get(resourceName) ?? 1)),
    ]);
    if (changed.size === 0) return [];
    const kept = configEntries
      .filter((entry) => entry.configSource === setForTopic && !changed.has(entry.configName))
      .map((entry): [string, string] => [entry.configName, entry.configValue]);
    return [
      {
        ...{ type, name: resourceName },
        configEntries: [...kept, ...changed].map(([name, value]) => ({ name, value })),
      },
    ];
  });
  if (wrong.length > 0) await connection.alterConfigs({ validateOnly: false, resources: wrong });
  return wrong.map(({ name }) => name);
};

export interface KafkaAdminOptions {
  /** How long a question for the offsets of topics waits for others that go with it; not at all when absent. */
  readonly gatherMs?: number;
}

/** Topic administration over one connection to each broker, which is made when it is first needed. */
export const createKafkaAdmin = (
  settings: KafkaSettings,
  log: Log,
  { gatherMs = 0 }: KafkaAdminOptions = {},
): KafkaAdmin => {
  const kafka = createKafka(settings, log);
  const admin = kafka.admin();
  const metadata = createTopicMetadataReader(settings);
  const offsets = createTopicOffsetReader(kafka);
  let connected: Promise<void> | undefined;

  const call = async <T>(action: string, work: (admin: Admin) => Promise<T>): Promise<T> => {
    try {
      connected ??= admin.connect();
      await connected;
      return await work(admin);
    } catch (error) {
      connected = undefined;
      throw toKafkaError(error, action);
    }
  };

  const readOffsets = (topics: readonly string[]): Promise<readonly PartitionOffsets[]> =>
    untilBrokersAgree(async () => {
      const described = await metadata.read(topics);
      const ids = new Map(described.map(({ topic, topicId }) => [topic, topicId]));
      try {
        return (await offsets.read(described)).map((range) => ({ ...range, ...idOf(ids.get(range.topic)) }));
      } catch (error) {
        throw toKafkaError(error, `read the offsets of ${countOf(described.length, 'topic')}`);
      }
    });

  /** In a task of many consumers, each of which asks every five seconds. */
  const gathered = new DataLoader<string, readonly PartitionOffsets[]>(
    async (topics) => {
      const found = Map.groupBy(await readOffsets([...new Set(topics)]), ({ topic }) => topic);
      return topics.map((topic) => found.get(topic) ?? []);
    },
    { cache: false, batchScheduleFn: (send) => void setTimeout(send, gatherMs) },
  );

  const existing = async (topics: readonly string[]): Promise<readonly string[]> =>
    (await metadata.read(topics)).map(({ topic }) => topic);

  return {
    checkHealth: async () => {
      await call('reach Kafka', (connection) => connection.describeCluster());
    },

    ensureTopics: (topics) =>
      untilBrokersAgree(async () => {
        const there = new Set(await existing(topics.map(({ topic }) => topic)));
        const missing = topics.filter(({ topic }) => !there.has(topic));
        if (missing.length > 0) {
          await call('create topics', async (connection) => {
            await connection.createTopics({
              // Told to wait, kafkajs gives up at the first broker that does not know a topic yet.
              waitForLeaders: false,
              topics: missing.map(({ topic, partitions, retentionHours, maxMessageBytes }) => ({
                topic,
                numPartitions: partitions,
                configEntries: [
                  { name: 'cleanup.policy', value: 'delete' },
                  {
                    name: 'retention.ms',
                    value: Number.isFinite(retentionHours) ? String(retentionHours * msPerHour) : '-1',
                  },
                  { name: messageLimit, value: String(maxMessageBytes) },
                ],
              })),
            });
            await untilBrokersAgree(() =>
              connection.fetchTopicMetadata({ topics: missing.map(({ topic }) => topic) }),
            );
          });
        }
        const changed = await call('put the settings of topics right', (connection) =>
          putRight(connection, topics),
        );
        if (changed.length > 0) log.info('Put settings of topics right', { topics: changed });
      }),

    topicOffsets: async (topics) => {
      if (gatherMs === 0) return readOffsets(topics);
      return (await Promise.all(topics.map((topic) => gathered.load(topic)))).flat();
    },

    topicRetentionHours: (topics) =>
      untilBrokersAgree(async () => {
        const there = await existing(topics);
        if (there.length === 0) return new Map();
        const { resources } = await call('read the configuration of topics', (connection) =>
          connection.describeConfigs({
            includeSynonyms: false,
            resources: there.map((name) => ({
              type: kafkajs.ConfigResourceTypes.TOPIC,
              name,
              configNames: ['retention.ms'],
            })),
          }),
        );
        return new Map(
          resources.map(({ resourceName, configEntries }) => {
            const retentionMs = Number(configEntries[0]?.configValue);
            return [resourceName, retentionMs < 0 ? Number.POSITIVE_INFINITY : retentionMs / msPerHour];
          }),
        );
      }),

    deleteTopics: (topics) =>
      untilBrokersAgree(async () => {
        const there = await existing(topics);
        if (there.length === 0) return;
        await call('delete topics', (connection) => connection.deleteTopics({ topics: [...there] }));
      }),

    listTopics: (prefix) =>
      call('list the topics', async (connection) =>
        (await connection.listTopics()).filter((topic) => topic.startsWith(prefix)),
      ),

    listGroups: (prefix) =>
      call('list the consumer groups', async (connection) =>
        (await connection.listGroups()).groups
          .map(({ groupId }) => groupId)
          .filter((groupId) => groupId.startsWith(prefix)),
      ),

    deleteGroups: async (groups) => {
      if (groups.length === 0) return;
      await call('delete consumer groups', async (connection) => {
        try {
          await connection.deleteGroups([...groups]);
        } catch (error) {
          if (!(error instanceof kafkajs.KafkaJSDeleteGroupsError) || !error.groups.every(isGone))
            throw error;
        }
      });
    },

    close: async () => {
      metadata.close();
      await Promise.all([offsets.close(), admin.disconnect().catch(() => undefined)]);
    },
  };
};
