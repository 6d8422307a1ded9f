import { randomUUID } from 'node:crypto';
import { createKafka, type KafkaSettings } from '#adapters/kafka/kafka-client.ts';
import type { Log } from '#core/ports/clock-and-log.ts';

/** What the events of the topic make of an empty table, and how often they came. */
export interface EventLedger {
  readonly eventCount: number;
  /** Events that said the same of the same row as one before them. */
  readonly doubledCount: number;
  readonly rows: ReadonlyMap<number, number>;
  has(id: number): boolean;
  stop(): Promise<void>;
}

interface LedgerEvent {
  readonly op: 'c' | 'u' | 'd';
  readonly before: { readonly id: number; readonly version: number } | null;
  readonly after: { readonly id: number; readonly version: number } | null;
}

/** More versions than a row of the soak ever has. */
const versionsPerId = 100;
const deletion = versionsPerId - 1;

/** Reads the topic from its beginning, on and on. */
export const readLedger = async (settings: KafkaSettings, topic: string, log: Log): Promise<EventLedger> => {
  const consumer = createKafka(settings, log).consumer({ groupId: randomUUID() });
  const rows = new Map<number, number>();
  const seen = new Set<number>();
  let eventCount = 0;
  let doubledCount = 0;
  const take = ({ op, before, after }: LedgerEvent): void => {
    const row = op === 'd' ? before : after;
    if (row === null) throw new Error(`An event of ${topic} has no row: ${op}`);
    eventCount += 1;
    const said = row.id * versionsPerId + (op === 'd' ? deletion : row.version);
    if (seen.has(said)) doubledCount += 1;
    seen.add(said);
    if (op === 'd') rows.delete(row.id);
    else rows.set(row.id, row.version);
  };
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachBatch: async ({ batch }) => {
      for (const { value } of batch.messages)
        if (value !== null) take(JSON.parse(value.toString('utf8')) as LedgerEvent);
    },
  });
  return {
    get eventCount() {
      return eventCount;
    },
    get doubledCount() {
      return doubledCount;
    },
    rows,
    has: (id) => rows.has(id),
    stop: () => consumer.disconnect(),
  };
};
