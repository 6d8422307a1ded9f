import kafkajs, { type Kafka, type Producer } from 'kafkajs';
import type { DeadLetterRecord, DeadLetterTopic } from '#core/ports/dead-letters.ts';
import type { KafkaAdminPort, TopicSpec } from '#core/ports/services.ts';
import { toKafkaError } from './kafka-client.ts';

/** Bytes of one request at most, unless a single record is larger. */
const requestBytes = 1024 * 1024;

const sizeOf = ({ key, value }: DeadLetterRecord): number => key.length + (value?.length ?? 0);

/** Writes to the topic over a producer that connects when it is first needed. */
export const createDeadLetterTopic = (
  kafka: Kafka,
  admin: Pick<KafkaAdminPort, 'ensureTopics'>,
  spec: TopicSpec,
): DeadLetterTopic => {
  let connected: Promise<Producer> | undefined;
  const connect = async (): Promise<Producer> => {
    // A replication that was started by a version before dead letters has no such topic.
    await admin.ensureTopics([spec]);
    const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    return producer;
  };
  return {
    write: async (records) => {
      try {
        connected ??= connect();
        const producer = await connected;
        const offsets: bigint[] = [];
        for (const some of inRequests(records)) {
          const [answer] = await producer.send({
            topic: spec.topic,
            // Of all replicas in sync.
            acks: -1,
            compression: kafkajs.CompressionTypes.ZSTD,
            messages: some.map(({ key, value, headers }) => ({
              partition: 0,
              key,
              value,
              headers: { ...headers },
            })),
          });
          const first = BigInt(answer?.baseOffset ?? 0);
          offsets.push(...some.map((_record, index) => first + BigInt(index)));
        }
        return offsets;
      } catch (error) {
        connected = undefined;
        throw toKafkaError(error, `write to topic ${spec.topic}`);
      }
    },
    close: async () => {
      const producer = await connected?.catch(() => undefined);
      await producer?.disconnect().catch(() => undefined);
    },
  };
};

const inRequests = (records: readonly DeadLetterRecord[]): readonly (readonly DeadLetterRecord[])[] => {
  const requests: DeadLetterRecord[][] = [];
  let bytes = 0;
  for (const record of records) {
    const last = requests.at(-1);
    if (last === undefined || bytes + sizeOf(record) > requestBytes) {
      requests.push([record]);
      bytes = 0;
    } else last.push(record);
    bytes += sizeOf(record);
  }
  return requests;
};
