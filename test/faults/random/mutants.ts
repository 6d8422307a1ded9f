import type { RandomResult } from './run-random.ts';

/** A named scenario on real servers, which has to fail. */
export interface TestCheck {
  /** Below test/; a suite of the project `faults`. */
  readonly file: string;
  readonly title: string;
  /** What the failure says: one for another reason shows nothing. */
  readonly shows: RegExp;
}

/** A run of the random harness, which has to go red. */
export interface RandomCheck {
  readonly args: readonly string[];
  /** Whether the figures show it. */
  readonly isSeen: (result: RandomResult) => boolean;
}

export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A safeguard that is switched off in a copy of the project, and what has to notice it. */
export interface Mutant {
  readonly name: string;
  /** Completes "Without ...". */
  readonly whatIsOff: string;
  /** Each text is there exactly once in its file. */
  readonly edits: readonly Edit[];
  readonly check: TestCheck | RandomCheck;
}

const run = (pair: string, minutes: string, faults: readonly string[]): readonly string[] => [
  ...['--seed', '7', '--minutes', minutes, '--settle-seconds', '60'],
  ...['--pairs', pair, '--only', ...faults],
];

const consumerSuite = 'integration/consumer/consumer.test.ts';
/** Of a comparison of how often each row was written at the target. */
const showsWrites = /"(writes|ids|repeated|rows)": \d/;

export const mutants: readonly Mutant[] = [
  {
    name: 'checkpoint-transaction',
    whatIsOff: 'one transaction for the rows and their checkpoint',
    edits: [
      {
        file: 'adapters/databases/apply-flow.ts',
        find: 'if (await driver.moveCheckpoint(session, batch)) {',
        replace: 'if (await driver.transaction((other) => driver.moveCheckpoint(other, batch))) {',
      },
    ],
    check: {
      file: consumerSuite,
      title: 'when the consumer is killed at each moment of a COMMIT',
      shows: showsWrites,
    },
  },
  {
    name: 'duplicate-skipping',
    whatIsOff: 'the checkpoint as the place to go on from, and the refusal of what was applied before',
    edits: [
      {
        file: 'consumer-container/consumer/apply-partition.ts',
        find: '  session.seek(checkpoint.nextOffset);\n',
        replace: '  session.seek(checkpoint.nextOffset > 2000n ? checkpoint.nextOffset - 2000n : 0n);\n',
      },
      {
        file: 'core/databases/postgresql/target/checkpoints.ts',
        find: 'WHERE replication_id = $1 AND topic = $2 AND topic_partition = $3 AND epoch = $4 AND next_offset = $5\n',
        replace:
          'WHERE replication_id = $1 AND topic = $2 AND topic_partition = $3 AND epoch = $4 AND $5::bigint IS NOT NULL\n',
      },
    ],
    check: {
      file: consumerSuite,
      title: 'when the consumer is killed three times in mid-stream',
      shows: showsWrites,
    },
  },
  {
    name: 'fencing',
    whatIsOff: 'what keeps an older consumer from writing: the epoch and the launch',
    edits: [
      {
        file: 'core/databases/postgresql/target/checkpoints.ts',
        find: 'WHERE replication_id = $1 AND topic = $2 AND topic_partition = $3 AND epoch = $4 AND next_offset = $5\n',
        replace:
          'WHERE replication_id = $1 AND topic = $2 AND topic_partition = $3 AND $4::bigint IS NOT NULL AND $5::bigint IS NOT NULL\n',
      },
      {
        // One whose session was ended meanwhile looks here first.
        file: 'adapters/databases/apply-flow.ts',
        find: 'if (checkpoint === undefined || checkpoint.epoch !== epoch) throw fencedError(replicationId);\n',
        replace: 'if (checkpoint === undefined || epoch < 0) throw fencedError(replicationId);\n',
      },
      {
        // One whose launch was replaced ends at its next heartbeat.
        file: 'consumer-container/consumer/heartbeats.ts',
        find: '    await store.putHeartbeat(replicationId, heartbeat);\n',
        replace: '    await store.putHeartbeat(replicationId, heartbeat).catch(() => undefined);\n',
      },
    ],
    check: {
      file: consumerSuite,
      title: 'when a consumer that was frozen in mid-stream comes back after another took over',
      shows: showsWrites,
    },
  },
  {
    name: 'capture-gate',
    whatIsOff: 'the wait until capture streams before the copy begins',
    edits: [
      {
        file: 'lambdas/steps/start-capture/start-capture.ts',
        find: '  const startedAt = clock.now().getTime();\n  let isFresh',
        replace:
          '  if (marker !== undefined) return { isReady: true, connectorName, position: formatPosition(marker) };\n' +
          '  const startedAt = clock.now().getTime();\n  let isFresh',
      },
      {
        // Capture that is slow to begin, which the wait is for.
        file: 'core/capture/connector-config.ts',
        find: "  'snapshot.mode': 'no_data',\n",
        replace: "  'snapshot.mode': 'no_data',\n  'snapshot.delay.ms': '20000',\n",
      },
    ],
    check: {
      args: [...run('mariadb-postgresql', '0.3', ['target-cut']), '--no-ddl'],
      isSeen: ({ lost }) => lost > 0,
    },
  },
  {
    name: 'shape-check',
    whatIsOff: 'the comparison of the shape of each event with that of the table',
    edits: [
      {
        file: 'core/apply/shape-gate.ts',
        find: '    if (this.#judge === undefined || headers === undefined || headers === this.#last) return;\n',
        replace:
          '    if (this.#judge === undefined || headers !== this.#last || headers === this.#last) return;\n',
      },
    ],
    check: {
      args: run('postgresql-postgresql', '0.2', ['target-cut']),
      isSeen: ({ truth }) => truth.mixed.length > 0,
    },
  },
  {
    name: 'resume-rule',
    whatIsOff: 'the refusal to go on behind events that are gone',
    edits: [
      {
        file: 'core/apply/check-position.ts',
        find: '  const { topic, partition, nextOffset, topicId } = position;\n',
        replace:
          '  const { topic, partition, nextOffset, topicId } = position;\n  if (topic !== "") return;\n',
      },
    ],
    check: {
      file: consumerSuite,
      title: 'events that retention deleted before they were applied',
      shows: /toHaveLength/,
    },
  },
];
