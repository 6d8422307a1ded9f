import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Admin } from 'kafkajs';
import type { Log } from '#core/ports/clock-and-log.ts';
import type { KafkaAdminPort, PartitionOffsets, TopicSpec } from '#core/ports/services.ts';
import { createKafka, type KafkaSettings, toKafkaError } from './kafka-client.ts';
import { createTopicMetadataReader } from './topic-metadata.ts';

export interface KafkaAdmin extends KafkaAdminPort {
  close(): Promise<void>;
}

const msPerHour = 3_600_000;

/** Kafka's error code GROUP_ID_NOT_FOUND: it was deleted, or has expired, since it was listed. */
const isGone = ({ errorCode }: { readonly errorCode?: number }): boolean => errorCode === 69;

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

/** In ms. An election takes a part of a second, and longer on a busy machine. */
const electionDelaysMs = [100, 200, 400, 800, 1_600];

/** Kafka's protocol errors 5 and 6, by kafkajs's names. */
const isWithoutLeader = (error: unknown): boolean => {
  const cause = error instanceof Error ? error.cause : undefined;
  return (
    cause instanceof kafkajs.KafkaJSProtocolError &&
    ['LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION'].includes(cause.type)
  );
};

/** Topic administration over one connection to each broker, which is made when it is first needed. */
export const createKafkaAdmin = (settings: KafkaSettings, log: Log): KafkaAdmin => {
  const kafka = createKafka(settings, log);
  let admin = kafka.admin();
  const metadata = createTopicMetadataReader(settings);
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

  /**
   * Repeats what a broker refuses because it does not lead a partition: of a topic that was created a moment ago, or has got another
   * leader. kafkajs repeats that only for topics that are unknown, and keeps who leads for five minutes (2.2.4, admin/index.js and
   * brokerPool.js), so the next attempt has a client of its own.
   */
  const onceLed = async <T>(action: () => Promise<T>): Promise<T> => {
    for (const delayMs of electionDelaysMs) {
      try {
        return await action();
      } catch (error) {
        if (!isWithoutLeader(error)) throw error;
        const former = admin;
        admin = kafka.admin();
        await former.disconnect().catch(() => undefined);
        await sleep(delayMs);
      }
    }
    return action();
  };

  const existing = async (topics: readonly string[]): Promise<readonly string[]> =>
    (await metadata.read(topics)).map(({ topic }) => topic);

  return {
    checkHealth: async () => {
      await call('reach Kafka', (connection) => connection.describeCluster());
    },

    ensureTopics: async (topics) => {
      const there = new Set(await existing(topics.map(({ topic }) => topic)));
      const missing = topics.filter(({ topic }) => !there.has(topic));
      await call('raise the message limit of topics', (connection) =>
        raiseMessageLimit(
          connection,
          topics.filter(({ topic }) => there.has(topic)),
        ),
      );
      if (missing.length === 0) return;
      await call('create topics', (connection) =>
        connection.createTopics({
          waitForLeaders: true,
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
        }),
      );
    },

    topicOffsets: async (topics) => {
      const described = await metadata.read(topics);
      const offsets: PartitionOffsets[] = [];
      for (const { topic, topicId } of described) {
        const partitions = await onceLed(() =>
          call(`read the offsets of topic ${topic}`, (connection) => connection.fetchTopicOffsets(topic)),
        );
        for (const { partition, low, high } of partitions) {
          offsets.push({ topic, partition, topicId, firstOffset: BigInt(low), endOffset: BigInt(high) });
        }
      }
      return offsets;
    },

    topicRetentionHours: async (topics) => {
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
    },

    deleteTopics: async (topics) => {
      const there = await existing(topics);
      if (there.length === 0) return;
      await call('delete topics', (connection) => connection.deleteTopics({ topics: [...there] }));
    },

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
      await admin.disconnect().catch(() => undefined);
    },
  };
};
