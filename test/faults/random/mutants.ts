import type { RandomResult } from './run-random.ts';

/** A safeguard that is switched off in a copy of the project, and the run that has to notice it. */
export interface Mutant {
  readonly name: string;
  /** Completes "Without ...". */
  readonly whatIsOff: string;
  /** Each text is there exactly once in its file. */
  readonly edits: readonly { readonly file: string; readonly find: string; readonly replace: string }[];
  readonly args: readonly string[];
  /** Whether the figures show it. */
  readonly isSeen: (result: RandomResult) => boolean;
}

const run = (pair: string, faults: readonly string[], more: readonly string[] = []): readonly string[] => [
  ...['--seed', '7', '--minutes', '2', '--settle-seconds', '150'],
  ...['--pairs', pair, '--only', ...faults],
  ...more,
];
const withoutDdl = ['--no-ddl'];

const isWrong = ({ lost, phantom, doubled, wrongGreenSeconds }: RandomResult): boolean =>
  lost + phantom + doubled + wrongGreenSeconds > 0;
const becameOlder = ({ truth }: RandomResult): boolean => truth.backwards.length > 0;

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
    args: run('postgresql-postgresql', ['killed-before-commit', 'killed-in-commit'], withoutDdl),
    isSeen: isWrong,
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
    args: run('postgresql-postgresql', ['consumer-killed', 'consumer-terminated'], withoutDdl),
    isSeen: (result) => becameOlder(result) || isWrong(result),
  },
  {
    name: 'fencing',
    whatIsOff: 'the epoch that keeps an older consumer from writing',
    edits: [
      {
        file: 'core/databases/postgresql/target/checkpoints.ts',
        find: 'WHERE replication_id = $1 AND topic = $2 AND topic_partition = $3 AND epoch = $4 AND next_offset = $5\n',
        replace:
          'WHERE replication_id = $1 AND topic = $2 AND topic_partition = $3 AND $4::bigint IS NOT NULL AND $5::bigint IS NOT NULL\n',
      },
    ],
    args: run('postgresql-postgresql', ['consumer-zombie'], withoutDdl),
    isSeen: (result) => becameOlder(result) || isWrong(result),
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
    ],
    args: run('mariadb-postgresql', ['target-cut'], withoutDdl),
    isSeen: isWrong,
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
    args: run('postgresql-postgresql', ['consumer-killed', 'target-cut']),
    isSeen: isWrong,
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
    args: run('postgresql-postgresql', ['events-lost'], withoutDdl),
    isSeen: isWrong,
  },
];
