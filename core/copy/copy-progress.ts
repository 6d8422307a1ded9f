/** How a running copy gets on, counted from when this process began with it: a resumed table does not look faster. */
export interface CopyPace {
  readonly chunksDone: number;
  readonly chunks: number;
  readonly rowsPerSecond: number;
  /** Undefined before the first chunk. */
  readonly secondsLeft: number | undefined;
}

export interface CopyCounter {
  readonly chunks: number;
  readonly doneBefore: number;
  readonly startedAtMs: number;
  readonly doneNow: number;
  readonly rowsNow: number;
}

export const paceOf = (counter: CopyCounter, nowMs: number): CopyPace => {
  const elapsedSeconds = Math.max(0.001, (nowMs - counter.startedAtMs) / 1_000);
  const chunksDone = counter.doneBefore + counter.doneNow;
  return {
    chunksDone,
    chunks: counter.chunks,
    rowsPerSecond: Math.round(counter.rowsNow / elapsedSeconds),
    secondsLeft:
      counter.doneNow === 0
        ? undefined
        : Math.round(((counter.chunks - chunksDone) * elapsedSeconds) / counter.doneNow),
  };
};

/** `3 of 11 chunks, 52,340 rows/s, 12 s left` */
export const describePace = (pace: CopyPace): string =>
  `${pace.chunksDone} of ${pace.chunks} chunks, ${pace.rowsPerSecond.toLocaleString('en')} rows/s` +
  (pace.secondsLeft === undefined ? '' : `, ${pace.secondsLeft.toLocaleString('en')} s left`);
