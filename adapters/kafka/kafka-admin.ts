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

/** Topics of an earlier version may have a lower limit. Kafka replaces all settings of a topic at once, so the others are given again. */
const raiseMessageLimit = async (connection: Admin, topics: readonly TopicSpec[]): Promise<void> => {
  if (topics.length === 0) return;
  const type = kafkajs.ConfigResourceTypes.TOPIC;
  const { resources } = await connection.describeConfigs({
    includeSynonyms: false,
    resources: topics.map(({ topic }) => ({ type, name: topic })),
  });
  const wanted = new Map(topics.map(({ topic, maxMessageBytes }) => [topic, maxMessageBytes]));
  const low = resources.flatMap(({ resourceName, configEntries }) => {
    const limit = wanted.get(resourceName);
    const found = configEntries.find(({ configName }) => configName === messageLimit);
    if (limit === undefined || found === undefined || Number(found.configValue) >= limit) return [];
    const kept = configEntries
      .filter((entry) => entry.configSource === setForTopic && entry.configName !== messageLimit)
      .map((entry) => ({ name: entry.configName, value: entry.configValue }));
    return [
      { type, name: resourceName, configEntries: [...kept, { name: messageLimit, value: String(limit) }] },
    ];
  });
  if (low.length > 0) await connection.alterConfigs({ validateOnly: false, resources: low });
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
        await call('raise the message limit of topics', (connection) =>
          raiseMessageLimit(
            connection,
            topics.filter(({ topic }) => there.has(topic)),
          ),
        );
        if (missing.length === 0) return;
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
