import { isCapturableName } from '../capture/connector-config.ts';
import { type TableRef, tableLabel } from '../contracts/identifiers.ts';
import type { Problem } from '../errors/millrace-error.ts';
import { topicName } from '../naming/names.ts';
import type { SourceDialect } from '../ports/source-dialect.ts';

/** Kafka's limit (org.apache.kafka.common.internals.Topic). */
const maxTopicLength = 249;

/** Names that capture cannot carry, or that would end up in one topic, also with `others` that are captured already. */
export const findNameProblems = (
  topicPrefix: string,
  refs: readonly TableRef[],
  { quoteTable }: Pick<SourceDialect, 'quoteTable'>,
  others: readonly TableRef[] = [],
): readonly Problem[] => {
  const uncapturable = refs
    .filter((ref) => !isCapturableName(ref))
    .map((ref) => ({
      subject: `source table ${tableLabel(ref)}`,
      problem:
        'Debezium cannot capture a table whose schema or name begins or ends with a double quote, or has two ' +
        'single quotes or two backticks in a row.',
      remedy: `ALTER TABLE ${quoteTable(ref)} RENAME TO ...; or leave it out.`,
    }));
  const byTopic = Map.groupBy(refs, (ref) => topicName(topicPrefix, ref));
  const captured = Map.groupBy(others, (ref) => topicName(topicPrefix, ref));
  const colliding = [...byTopic]
    .map(([topic, sharers]) => [topic, [...sharers, ...(captured.get(topic) ?? [])]] as const)
    .filter(([, sharers]) => sharers.length > 1)
    .map(([topic, sharers]) => ({
      subject: `source tables ${sharers.map(tableLabel).join(', ')}`,
      problem: `Their changes would share the topic ${topic}, since Kafka allows only ASCII letters, digits, ., _ and -.`,
      remedy: 'Put them into different replications, or rename one of them.',
    }));
  const tooLong = [...byTopic.keys()]
    .filter((topic) => topic.length > maxTopicLength)
    .map((topic) => ({
      subject: `topic ${topic}`,
      problem: `Its name is longer than Kafka's ${maxTopicLength} characters.`,
    }));
  return [...uncapturable, ...colliding, ...tooLong];
};
