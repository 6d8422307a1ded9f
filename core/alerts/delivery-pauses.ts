const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Pauses after the first attempt, the second and so on. Together they are some eight hours: a receiver that was down overnight gets it. */
const pausesMs = [
  5 * second,
  30 * second,
  2 * minute,
  10 * minute,
  30 * minute,
  hour,
  2 * hour,
  4 * hour,
] as const;

/** Then an alert is given up. */
export const maxAttempts = pausesMs.length + 1;

/** A receiver may ask for a longer pause than ours, up to this. */
const longestPauseMs = 4 * hour;

/** How long to wait after the attempt of this number, from 1; at least what the receiver has asked for. */
export const pauseAfterMs = (attempt: number, retryAfterMs = 0): number =>
  Math.min(longestPauseMs, Math.max(pausesMs[attempt - 1] ?? longestPauseMs, retryAfterMs));
