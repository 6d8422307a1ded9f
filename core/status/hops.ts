import { type Hop, hopSchema } from '../contracts/hop.ts';
import type { SourceLog } from '../contracts/source-log.ts';
import type { Fault } from '../health/fault.ts';
import { captureLag } from '../health/follow-log.ts';
import type { Lag } from './describe-lag.ts';

/** One place that a change passes. */
export interface HopStatus {
  readonly hop: Hop;
  /** The first fault that is there; undefined when none is known. */
  readonly fault: Fault | undefined;
  /** What has not passed it yet: its age, and its amount in bytes of log or in changes. Undefined where it is not measured. */
  readonly lagMs: number | undefined;
  readonly lagBytes: number | undefined;
  readonly lagEvents: number | undefined;
}

const notMeasured = { lagMs: undefined, lagBytes: undefined, lagEvents: undefined } as const;

/**
 * The way of a change with the lag of its two halves: of the capture, from the source's log into Kafka, and of the target, from
 * Kafka into its tables. A change is captured when Kafka has it, so Kafka has no lag of its own, and the consumer applies what
 * it reads.
 */
export const describeHops = ({
  log,
  lag,
  faults,
}: {
  readonly log: SourceLog | undefined;
  readonly lag: Lag;
  readonly faults: readonly Fault[];
}): readonly HopStatus[] => {
  const capture = captureLag(log);
  const measured: Partial<Record<Hop, Pick<HopStatus, 'lagMs' | 'lagBytes' | 'lagEvents'>>> = {
    ...(capture.isKnown && {
      capture: { ...notMeasured, lagMs: capture.lagMs, lagBytes: capture.lagBytes },
    }),
    ...(lag.isKnown && { target: { ...notMeasured, lagMs: lag.ms, lagEvents: lag.events } }),
  };
  return hopSchema.options.map((hop) => ({
    hop,
    fault: faults.find((fault) => fault.hop === hop),
    ...(measured[hop] ?? notMeasured),
  }));
};
