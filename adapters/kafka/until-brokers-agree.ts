import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';

const waitMs = 30_000;
/** On brokers with nothing else to do it takes some milliseconds. */
const pollMs = 50;

const passing = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION']);

const isPassing = (error: unknown): boolean =>
  (error instanceof kafkajs.KafkaJSProtocolError && passing.has(error.type)) ||
  (error instanceof Error && isPassing(error.cause));

/**
 * One broker knows of a new topic, or of the end of one, before another, and the broker that leads a topic gives it up before any says
 * that it is gone. So `work`, which asks several of them, is done again from its first question until none answers that a topic is
 * unknown, for 30 s at most. Throws what `work` threw last.
 */
export const untilBrokersAgree = async <T>(work: () => Promise<T>): Promise<T> => {
  const giveUpAt = Date.now() + waitMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || Date.now() >= giveUpAt) throw error;
      await sleep(pollMs);
    }
  }
};
