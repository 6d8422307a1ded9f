/** Where lines are kept: each place has the lines of one kind of writer. */
export const logPlaces = ['workers', 'steps', 'health', 'connect'] as const;
export type LogPlace = (typeof logPlaces)[number];

/** A line as it was written. */
export interface LogEvent {
  /** Six characters that tell it from others of the same time. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly text: string;
}

export interface LogRange {
  readonly place: LogPlace;
  /** Both inclusive. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Only events that contain it, in this case. */
  readonly phrase: string;
  readonly limit: number;
}

export interface LogReader {
  /** The places that there are: Kafka Connect may log elsewhere. */
  readonly places: readonly LogPlace[];
  /**
   * Events of the range, oldest first. `isComplete` is false when there may be more of them after the last one: `limit` was
   * reached, or `signal` was aborted. Throws `ServiceUnavailable` when the service that keeps them does not answer.
   */
  read(
    range: LogRange,
    signal: AbortSignal,
  ): Promise<{ readonly events: readonly LogEvent[]; readonly isComplete: boolean }>;
}
