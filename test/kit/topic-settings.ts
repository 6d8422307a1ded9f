import kafkajs, { type Admin } from 'kafkajs';
import { createKafka, type KafkaSettings } from '#adapters/kafka/kafka-client.ts';
import { createRecordingLog } from './recording-log.ts';

type TopicSettings = Readonly<Record<string, string>>;

const type = kafkajs.ConfigResourceTypes.TOPIC;

const withAdmin = async <T>(kafka: KafkaSettings, action: (admin: Admin) => Promise<T>): Promise<T> => {
  const admin = createKafka(kafka, createRecordingLog()).admin();
  await admin.connect();
  try {
    return await action(admin);
  } finally {
    await admin.disconnect();
  }
};

/** As an administrator of Kafka does. Replaces all that was set for the topic itself. */
export const setTopicSettings = (
  kafka: KafkaSettings,
  topic: string,
  settings: TopicSettings,
): Promise<void> =>
  withAdmin(kafka, async (admin) => {
    const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
    await admin.alterConfigs({ validateOnly: false, resources: [{ type, name: topic, configEntries }] });
  });

/** What was set for the topic itself. */
export const readTopicSettings = (kafka: KafkaSettings, topic: string): Promise<TopicSettings> =>
  withAdmin(kafka, async (admin) => {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type, name: topic }],
    });
    const ofTopic = (resources[0]?.configEntries ?? []).filter(
      ({ configSource }) => configSource === kafkajs.ConfigSource.TOPIC_CONFIG,
    );
    return Object.fromEntries(ofTopic.map(({ configName, configValue }) => [configName, configValue]));
  });
