import { MillraceError } from '../errors/millrace-error.ts';
import type { Clock } from '../ports/clock-and-log.ts';
import type { KafkaAdminPort, TopicSpec } from '../ports/services.ts';

export interface RemakeTopicsPorts {
  readonly kafka: Pick<KafkaAdminPort, 'deleteTopics' | 'ensureTopics' | 'topicOffsets'>;
  readonly clock: Clock;
}

const pollMs = 500;
/** A broker that does not know of a deletion yet takes a topic for existing; the others follow within a second or two. */
const timeoutMs = 30_000;

/**
 * Deletes the topics and creates them again, empty. Resolves when each of them is another topic than before, by its UUID.
 * Nothing may write to them meanwhile. Throws `KafkaUnavailable`.
 */
export const remakeTopics = async (
  specs: readonly TopicSpec[],
  { kafka, clock }: RemakeTopicsPorts,
): Promise<void> => {
  const names = specs.map(({ topic }) => topic);
  const old = new Map((await kafka.topicOffsets(names)).map(({ topic, topicId }) => [topic, topicId]));
  await kafka.deleteTopics(names);
  const deadline = clock.now().getTime() + timeoutMs;
  for (;;) {
    const found = await kafka.topicOffsets(names);
    const isOld = ({ topic, topicId }: (typeof found)[number]): boolean =>
      old.has(topic) && old.get(topic) === topicId;
    if (!found.some(isOld)) {
      if (names.every((name) => found.some(({ topic }) => topic === name))) return;
      await kafka.ensureTopics(specs);
    }
    if (clock.now().getTime() >= deadline) {
      throw new MillraceError(
        'KafkaUnavailable',
        `Kafka did not delete and create ${names.length} topics again within ${timeoutMs / 1_000} s.`,
        { facts: { topics: names } },
      );
    }
    await clock.sleep(pollMs);
  }
};
