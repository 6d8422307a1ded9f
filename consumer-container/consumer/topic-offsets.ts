import { checkPosition, type OffsetRange } from '#core/apply/check-position.ts';
import { toMillraceError } from '#core/errors/millrace-error.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import type { KafkaAdminPort } from '#core/ports/services.ts';
import type { HeldTables } from './held-tables.ts';
import { endsStaleAfterMs, type Progress } from './progress.ts';

/** How often the topics' ends are read, for the lag and to see that they are still the same topics. */
const offsetsIntervalMs = 5_000;
/** A broker that has just come up may not know a topic yet; what is missing twice is missing. */
const confirmLossAfterMs = 3_000;

/** Throws `NeedsResync` when the records from `nextOffset` on are gone, `missing` ones among them, or the topic is another one. */
export type VerifyPosition = (
  topic: string,
  partition: number,
  nextOffset: bigint,
  missing?: OffsetRange,
) => Promise<void>;

interface OffsetPorts {
  readonly admin: Pick<KafkaAdminPort, 'topicOffsets'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** A verdict of loss is asked for twice, unless `stop` is aborted meanwhile. */
export const createVerifyPosition =
  (progress: Progress, { admin, clock }: OffsetPorts, stop: AbortSignal): VerifyPosition =>
  async (topic, partition, nextOffset, missing) => {
    const topicId = progress.partition(topic, partition)?.topicId;
    const position = { topic, partition, nextOffset, ...(topicId !== undefined && { topicId }) };
    const verify = async (): Promise<void> => {
      const now = await admin.topicOffsets([topic]);
      checkPosition(
        position,
        now.find((found) => found.partition === partition),
        missing,
      );
    };
    try {
      await verify();
    } catch (error) {
      if (toMillraceError(error).code !== 'NeedsResync') throw error;
      await clock.sleep(confirmLossAfterMs, stop).catch(() => undefined);
      await verify();
    }
  };

/** Keeps the partitions' ends current until the signal is aborted. Throws as `verifyPosition` does. */
export const watchOffsets = async (
  progress: Progress,
  { admin, clock, log }: OffsetPorts,
  {
    verifyPosition,
    held,
  }: { readonly verifyPosition: VerifyPosition; readonly held: Pick<HeldTables, 'signalOf'> },
  signal: AbortSignal,
): Promise<void> => {
  const topics = [...new Set(progress.partitions.map(({ topic }) => topic))];
  let failures = 0;
  while (!signal.aborted) {
    try {
      const applied = new Map(progress.partitions.map((partition) => [partition, partition.nextOffset]));
      const offsets = await admin.topicOffsets(topics);
      for (const [partition, nextOffset] of applied) {
        const found = offsets.find(
          (candidate) => candidate.topic === partition.topic && candidate.partition === partition.partition,
        );
        // A held table is read no further; what its topic has lost meanwhile does not stop the others.
        if (held.signalOf(partition.topic).aborted) {
          if (found !== undefined) partition.endOffset = found.endOffset;
          continue;
        }
        if (found === undefined || found.topicId !== partition.topicId || found.endOffset < nextOffset) {
          await verifyPosition(partition.topic, partition.partition, partition.nextOffset);
        }
        if (found !== undefined) partition.endOffset = found.endOffset;
      }
      progress.readEnds(clock.now().getTime());
      if (failures > 0) log.info('The end offsets can be read again, so the lag is current');
      failures = 0;
    } catch (cause) {
      const error = toMillraceError(cause);
      if (signal.aborted) return;
      if (!error.isTransient) throw error;
      failures += 1;
      progress.endsError = error;
      if (failures === 1) {
        log.warn(
          `Could not read the end offsets of ${topics.length} topics; reading them again every ${offsetsIntervalMs / 1000} s. The lag is not known if this takes longer than ${endsStaleAfterMs / 1000} s: ${error.message}`,
          { error },
        );
      }
    }
    await clock.sleep(offsetsIntervalMs, signal).catch(() => undefined);
  }
};
