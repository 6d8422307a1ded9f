/** How a consumer ended. */
export type ConsumerEnd = 'drained' | 'superseded' | 'failed' | 'needs-resync';

/**
 * What the task's exit code says to anyone who looks at a stopped task. Whether it is launched again does not depend on
 * it, but on the replication's status and its heartbeat.
 */
export const exitCodes = {
  /** Told to stop (SIGTERM), and did: transactions were finished, the last heartbeat says STOPPED. */
  drained: 0,
  /** A newer launch or a user's stop has replaced this one. It has touched nothing since. */
  superseded: 3,
  /** The replication's status is `error`, with the message, and an alert was sent. */
  failed: 4,
  /** Changes were lost before they were applied: the status is `needs-resync`, and an alert was sent. */
  'needs-resync': 5,
  /** The environment variables are not what core/contracts/environment.ts says (EX_USAGE of sysexits.h). */
  badEnvironment: 64,
  /** A bug in Millrace: nothing could be recorded (EX_SOFTWARE). */
  crashed: 70,
} as const satisfies Record<ConsumerEnd | 'badEnvironment' | 'crashed', number>;
