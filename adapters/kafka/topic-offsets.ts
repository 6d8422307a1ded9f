import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import { type Cluster, createCluster } from './kafkajs-internals.ts';

/** First and next offset of a partition. */
export interface OffsetRange {
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: bigint;
  readonly endOffset: bigint;
}

interface TopicPartitions {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/** Reads the offsets of many topics at once, by two requests to each broker that leads some of them. */
export interface TopicOffsetReader {
  read(topics: readonly TopicPartitions[]): Promise<readonly OffsetRange[]>;
  close(): Promise<void>;
}

/**
 * In ms. An election takes a part of a second, and longer on a busy machine. kafkajs keeps who leads for five minutes, and it remembers topics
 * that were deleted since (2.2.4, brokerPool.js and cluster/index.js), so each attempt after the first has a client of its own.
 */
const retryDelaysMs = [100, 200, 400, 800, 1_600];

/** kafkajs's own (index.js). */
const metadataMaxAgeMs = 300_000;

export const createTopicOffsetReader = (kafka: Kafka): TopicOffsetReader => {
  let cluster: Cluster | undefined;
  let connecting: Promise<void> | undefined;

  const open = async (): Promise<Cluster> => {
    cluster ??= createCluster(kafka, { allowAutoTopicCreation: false, metadataMaxAge: metadataMaxAgeMs });
    connecting ??= cluster.connect();
    await connecting;
    return cluster;
  };
  const drop = async (former: Cluster | undefined): Promise<void> => {
    if (cluster === former) {
      cluster = undefined;
      connecting = undefined;
    }
    await former?.disconnect().catch(() => undefined);
  };

  const attempt = async (topics: readonly TopicPartitions[]): Promise<readonly OffsetRange[]> => {
    const opened = await open();
    await opened.addMultipleTargetTopics(topics.map(({ topic }) => topic));
    await opened.refreshMetadataIfNecessary();
    const ask = (fromBeginning: boolean) =>
      opened.fetchTopicsOffset(
        topics.map(({ topic, partitions }) => ({
          topic,
          fromBeginning,
          partitions: partitions.map((partition) => ({ partition })),
        })),
      );
    const [ends, firsts] = [await ask(false), await ask(true)];
    const first = new Map(
      firsts.flatMap(({ topic, partitions }) =>
        partitions.map(({ partition, offset }) => [`${partition}/${topic}`, offset] as const),
      ),
    );
    return ends.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => ({
        topic,
        partition,
        firstOffset: BigInt(first.get(`${partition}/${topic}`) ?? offset),
        endOffset: BigInt(offset),
      })),
    );
  };

  return {
    read: async (topics) => {
      if (topics.length === 0) return [];
      for (const delayMs of retryDelaysMs) {
        const used = cluster;
        try {
          return await attempt(topics);
        } catch {
          await drop(used ?? cluster);
          await sleep(delayMs);
        }
      }
      return attempt(topics);
    },
    close: () => drop(cluster),
  };
};
