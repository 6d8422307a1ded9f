/**
 * A test that shows the promised outcome; where the title is a template of test.each, every case of it. `%s` stands for a value of a
 * template literal, too.
 */
export interface TestProof {
  /** Below test/. */
  readonly file: string;
  readonly title: string;
}

/** Stands for every run of the random harness, whatever happened in it. */
export const anyFault = 'any fault';

/** Runs of the random harness in which this fault was injected. */
export interface RandomProof {
  readonly fault: string;
}

/** The runs of the random harness on copies of the project, in each of which one safeguard is switched off. */
export interface SelfTestProof {
  readonly isSelfTest: true;
}

/** A run that writes much and watches the memory. */
export interface GrowthProof {
  readonly growth: string;
}

export type Proof = TestProof | RandomProof | SelfTestProof | GrowthProof;

/** The headings of the page, in its order. */
export const groups = [
  'Consumer',
  'Kafka',
  'Capture',
  'Source',
  'Target',
  'Changes of rows and tables',
  'Values',
  'Copy',
  'Control plane',
  'Isolation',
  'Truth',
] as const;
export type Group = (typeof groups)[number];

/** One thing that may happen, and what Millrace promises then. Without a proof it is not tested yet, and the page says so. */
export interface Scenario {
  readonly id: string;
  readonly group: Group;
  readonly what: string;
  readonly promise: string;
  readonly proofs: readonly Proof[];
}

const inFile =
  (file: string) =>
  (...titles: readonly string[]): readonly TestProof[] =>
    titles.map((title) => ({ file, title }));

/** Faults of the random harness, which breaks the whole product while two replications run. */
const random = (...faults: readonly string[]): readonly RandomProof[] => faults.map((fault) => ({ fault }));

const growth = (...scenarios: readonly string[]): readonly GrowthProof[] =>
  scenarios.map((scenario) => ({ growth: scenario }));

const consumer = inFile('integration/consumer/consumer.test.ts');
const debeziumEvents = inFile('integration/consumer/debezium-events.test.ts');
const deadLetters = inFile('integration/consumer/dead-letters.test.ts');
const mysqlDeadLetters = inFile('integration/mysql-target/dead-letters.test.ts');
const mysqlConsumer = inFile('integration/mysql-target/consumer.test.ts');
const postgresApply = inFile('integration/consumer/apply-target.test.ts');
const mysqlApply = inFile('integration/mysql-target/apply-target.test.ts');
const applyPartition = inFile('unit/consumer-container/consumer/apply-partition.test.ts');
const consumerUnit = inFile('unit/consumer-container/consumer/consumer.test.ts');
const startCapture = inFile('integration/capture/start-capture.test.ts');
const connectWorkers = inFile('integration/capture/connect-workers.test.ts');
const rowRelay = inFile('integration/capture/row-relay.test.ts');
const captureKill = inFile('faults/capture-kill.test.ts');
const captureKillMariadb = inFile('faults/capture-kill-mariadb.test.ts');
const mysqlKills = inFile('integration/mysql/kills.test.ts');
const idleTables = inFile('faults/idle-tables.test.ts');
const idleTablesMariadb = inFile('faults/idle-tables-mariadb.test.ts');
const mysqlCapture = inFile('integration/mysql/capture.test.ts');
const mysqlResume = inFile('integration/mysql/resume.test.ts');
const mysqlRolledBack = inFile('integration/mysql/rolled-back.test.ts');
const mysqlStatements = inFile('integration/mysql/statements.test.ts');
const mysqlFailOver = inFile('integration/mysql/fail-over.test.ts');
const decide = inFile('unit/core/health/decide.test.ts');
const heal = inFile('unit/core/health/heal-replication.test.ts');
const monitorHealth = inFile('unit/lambdas/health/monitor-health/monitor-health.test.ts');
const sourceLooks = inFile('unit/lambdas/health/monitor-health/source-looks.test.ts');
const postgresSource = inFile('integration/postgresql/source-database.test.ts');
const mysqlSource = inFile('integration/mysql/source-database.test.ts');
const connection = inFile('integration/postgresql/connection.test.ts');
const chunkCopier = inFile('integration/postgresql/chunk-copier.test.ts');
const copyTable = inFile('unit/core/copy/copy-table.test.ts');
const postgresCodec = inFile('integration/postgresql/codec.test.ts');
const mysqlCodec = inFile('integration/mysql/codec.test.ts');
const mysqlRoundTrips = inFile('integration/mysql-target/round-trips.test.ts');
const mysqlTargetPolicies = inFile('integration/mysql-target/value-policies.test.ts');
const mysqlSourcePolicies = inFile('integration/mysql/value-policies.test.ts');
const lifecycle = inFile('chain/lifecycle.test.ts');
const healing = inFile('chain/healing.test.ts');
const pooled = inFile('chain/pooled-consumers.test.ts');
const poolSimulation = inFile('integration/pool/pool-simulation.test.ts');
const poolUnit = inFile('unit/consumer-container/pool/pool.test.ts');
const outages = inFile('chain/outages.test.ts');
const databases = inFile('chain/databases.test.ts');
const deletion = inFile('chain/delete.test.ts');
const largeValues = inFile('chain/large-values.test.ts');
const followedChanges = inFile('chain/followed-changes.test.ts');
const approvedChanges = inFile('chain/approved-changes.test.ts');
const schemaChanges = inFile('chain/schema-changes.test.ts');
const ddlDuringStart = inFile('chain/ddl-during-start.test.ts');
const changeTables = inFile('chain/change-tables.test.ts');
const snapshotModes = inFile('chain/snapshot-modes.test.ts');
const foreignKeys = inFile('chain/foreign-keys.test.ts');
const postgresOwnership = inFile('integration/postgresql/ownership.test.ts');
const mysqlOwnership = inFile('integration/mysql-target/ownership.test.ts');
const idempotency = inFile('unit/lambdas/api/idempotency.test.ts');
const launchConsumer = inFile('unit/core/lifecycle/launch-consumer.test.ts');

const nothingLost = 'Every change arrives once; nobody has to do anything.';
const copyAndStreamToTheByte = [
  ...postgresCodec("copy and stream make rows of %s that are the source's, to the byte (seed %s)"),
];
const sameTextFromMysql = mysqlCodec(
  '$type is the same text in a copy and in the stream',
  'PostgreSQL holds every value and writes it as the same text',
);

export const scenarios: readonly Scenario[] = [
  // Consumer
  {
    id: 'consumer-killed',
    group: 'Consumer',
    what: 'The consumer is killed in mid-stream, three times.',
    promise: 'Each change is applied once. Another consumer goes on at the checkpoint.',
    proofs: [
      ...consumer('when the consumer is killed three times in mid-stream'),
      ...mysqlConsumer('loses and doubles nothing when it is killed three times in mid-stream'),
      ...random('consumer-killed'),
    ],
  },
  {
    id: 'consumer-killed-before-commit',
    group: 'Consumer',
    what: 'The consumer is killed after it has applied a batch, before COMMIT.',
    promise: nothingLost,
    proofs: [
      ...random('killed-before-commit'),
      ...consumer('when the consumer is killed at each moment of a COMMIT'),
    ],
  },
  {
    id: 'consumer-killed-in-commit',
    group: 'Consumer',
    what: 'The consumer is killed while COMMIT is on its way.',
    promise: nothingLost,
    proofs: [
      ...random('killed-in-commit'),
      ...consumer('when the consumer is killed at each moment of a COMMIT'),
    ],
  },
  {
    id: 'consumer-killed-after-commit',
    group: 'Consumer',
    what: 'The target has committed, and the consumer is killed before it knows.',
    promise: nothingLost,
    proofs: [
      ...random('killed-after-commit'),
      ...consumer('when the consumer is killed at each moment of a COMMIT'),
    ],
  },
  {
    id: 'consumer-killed-at-dead-letter',
    group: 'Consumer',
    what: 'The consumer is killed after it has written a dead letter, before its transaction.',
    promise: 'The refused row is kept once, and no other row is lost or skipped.',
    proofs: [
      ...deadLetters(
        'a consumer that is killed between the topic and the transaction loses and skips nothing',
      ),
      ...mysqlDeadLetters(
        'a consumer that is killed between the topic and the transaction loses and skips nothing',
      ),
    ],
  },
  {
    id: 'consumer-back',
    group: 'Consumer',
    what: 'The consumer is killed on the running stack.',
    promise: 'A new one runs within 150 s, and the ledger has every entry once.',
    proofs: healing('a killed consumer is back within 150 s, and the ledger has every entry once'),
  },
  {
    id: 'pool-killed',
    group: 'Consumer',
    what: 'A pool task that runs many consumers is killed.',
    promise: 'All of them go on in another one within 150 s, and no row is missing or twice.',
    proofs: [
      ...pooled('a pool task that is killed: both go on in another one within 150 s'),
      ...poolSimulation('a pool task that is killed: all go on in another one, and nothing is lost'),
      ...poolUnit('takes over from a pool task that has ended without a word, by another launch'),
    ],
  },
  {
    id: 'pool-terminated',
    group: 'Consumer',
    what: 'SIGTERM reaches a pool task.',
    promise: 'Each of its consumers commits what it has in hand, and waits for another pool task.',
    proofs: [
      ...poolSimulation('a pool task that is told to end gives back all that it holds'),
      ...poolUnit(
        'gives everything back when it is told to end, each by another launch, but not what was stopped',
      ),
    ],
  },
  {
    id: 'pool-neighbour-fails',
    group: 'Consumer',
    what: 'One consumer in a pool task crashes.',
    promise: 'It ends alone and is launched again; the others do not notice.',
    proofs: poolUnit('one that crashes ends alone: its slot is gone, so that healing launches it again'),
  },
  {
    id: 'pool-frozen',
    group: 'Consumer',
    what: 'A pool task is frozen until others have taken what it held, and goes on.',
    promise: 'It ends; its consumers are refused by their launch and by their epoch.',
    proofs: poolUnit('ends what it runs once others have what it held'),
  },
  {
    id: 'pool-busy',
    group: 'Consumer',
    what: 'A pooled replication becomes busy, or a person moves it.',
    promise: 'It goes on in a task of its own, and back later, and no row is missing or twice.',
    proofs: [
      ...pooled('one is moved to a task of its own and back while it is written to, and nothing is lost'),
      ...poolSimulation('one that becomes busy is moved to a task of its own, and nothing is lost'),
    ],
  },
  {
    id: 'consumer-terminated-idle',
    group: 'Consumer',
    what: 'SIGTERM reaches a consumer that has applied everything.',
    promise: 'It ends with exit code 0 after its transactions, and its last heartbeat says so.',
    proofs: consumer('arrives in order, and SIGTERM ends the consumer after its transactions'),
  },
  {
    id: 'consumer-terminated-busy',
    group: 'Consumer',
    what: 'SIGTERM reaches a consumer in the middle of a backlog.',
    promise: 'The batch under way is committed or rolled back; the next consumer goes on behind it.',
    proofs: [...random('consumer-terminated'), ...consumer('when SIGTERM comes in the middle of a backlog')],
  },
  {
    id: 'consumer-twice',
    group: 'Consumer',
    what: 'Two consumers of one replication run at once.',
    promise: 'The older one is fenced and ends; each change is applied once.',
    proofs: [
      ...consumer('when a second consumer starts while the first runs: the first is fenced'),
      ...random('consumer-twice'),
    ],
  },
  {
    id: 'consumer-frozen',
    group: 'Consumer',
    what: 'A consumer is stopped (SIGSTOP), another takes over, and the first one goes on (SIGCONT).',
    promise: 'The commit of the first one is refused, and it ends.',
    proofs: [
      ...consumer('when a consumer that was frozen in mid-stream comes back after another took over'),
      ...random('consumer-zombie'),
    ],
  },
  {
    id: 'consumer-paused-process',
    group: 'Consumer',
    what: 'A consumer is stopped (SIGSTOP) for up to 45 s and goes on.',
    promise: nothingLost,
    proofs: random('consumer-stopped'),
  },
  {
    id: 'consumer-rebalance',
    group: 'Consumer',
    what: 'Kafka takes a partition away in the middle of a transaction.',
    promise: 'The batch under way ends, and the next one begins at the checkpoint.',
    proofs: applyPartition(
      'a rebalance in the middle ends quietly after the batch under way',
      'begins at the checkpoint and applies batches in an unbroken chain',
    ),
  },
  // Kafka
  {
    id: 'kafka-killed',
    group: 'Kafka',
    what: 'The broker is killed while it is read from, and comes back.',
    promise: nothingLost,
    proofs: [
      ...consumer('when the broker is killed in mid-stream and comes back'),
      ...random('kafka-killed'),
    ],
  },
  {
    id: 'kafka-frozen',
    group: 'Kafka',
    what: 'The broker does not answer for up to 40 s.',
    promise: nothingLost,
    proofs: random('kafka-stopped'),
  },
  {
    id: 'kafka-away-long',
    group: 'Kafka',
    what: 'Kafka is away for 10 minutes and longer.',
    promise:
      'The consumer retries and does not fail. The lag is unknown after 30 s, and the status says why.',
    proofs: [
      ...consumerUnit(
        'Kafka’s absence is RETRYING, and no failure however long it lasts',
        'end offsets that cannot be read make the lag unknown after 30 s, in the heartbeat and its metrics',
      ),
      ...inFile('unit/core/status/unified-status.test.ts')(
        'end offsets that cannot be read also degrade the replication',
      ),
    ],
  },
  {
    id: 'kafka-retention',
    group: 'Kafka',
    what: 'Retention deletes events that were not applied yet.',
    promise: 'Stop: the status is needs-resync, and the target has only what was applied before.',
    proofs: [
      ...consumer(
        'events that retention deleted before they were applied',
        'a topic that does not begin at offset 0 when it is first read',
      ),
      ...random('events-lost'),
    ],
  },
  {
    id: 'kafka-topic-compacted',
    group: 'Kafka',
    what: 'An administrator of Kafka sets `cleanup.policy=compact`, or other settings with which it loses events.',
    promise:
      'Events that are missing in the middle of a topic stop the replication: needs-resync. A start puts the settings right.',
    proofs: consumer(
      'events that a compaction took out of the middle, though the topic has those before and after',
      'settings of topics with which Kafka loses events are put right by a start, and others are left alone',
    ),
  },
  {
    id: 'kafka-transactions',
    group: 'Kafka',
    what: 'The producer of a topic writes in transactions, of which some are aborted.',
    promise: 'What was committed is applied once. Markers and what was aborted are no missing events.',
    proofs: consumer('when the producer writes in transactions, of which some are aborted'),
  },
  {
    id: 'kafka-topic-recreated',
    group: 'Kafka',
    what: 'A topic is deleted and created again, under a running consumer or while none runs.',
    promise: 'Stop: the status is needs-resync, and the target is untouched.',
    proofs: [
      ...consumer(
        'a topic that was recreated while nobody read it, although it has as many events again',
        'a topic that is recreated under a running consumer',
      ),
      ...random('topic-recreated'),
    ],
  },
  {
    id: 'kafka-offsets-reset',
    group: 'Kafka',
    what: 'The offsets of the consumer group are reset.',
    promise: 'They are ignored: the checkpoint at the target counts. Each change is applied once.',
    proofs: consumer('when the offsets of the group are reset'),
  },
  {
    id: 'kafka-tombstones',
    group: 'Kafka',
    what: 'Tombstones, NULLs and events that change nothing are in a topic.',
    promise: 'They pass, and the rows are right.',
    proofs: [
      ...consumer('arrives in order, and SIGTERM ends the consumer after its transactions'),
      ...mysqlConsumer('applies inserts, updates, deletes, key changes and truncates in order'),
      ...inFile('unit/core/apply/parse-event.test.ts')('%s changes nothing'),
    ],
  },
  {
    id: 'kafka-record-too-large',
    group: 'Kafka',
    what: 'A row is larger than the largest record that Kafka takes.',
    promise: 'Its table is held with the size and the key; the others stream; a new copy leads out.',
    proofs: largeValues(
      'are copied and streamed from PostgreSQL, and one that is too large holds its table',
      'are copied and streamed from MariaDB, and one that is too large holds its table',
    ),
  },
  // Capture
  {
    id: 'capture-worker-killed',
    group: 'Capture',
    what: 'The Connect worker is killed before it has stored its offset, under COPY, LOAD DATA, statements of many rows and big transactions.',
    promise: 'No row is lost or invented, whatever comes again.',
    proofs: [
      ...captureKill('PostgreSQL: sessions that end, workers and servers that are killed lose no row'),
      ...captureKillMariadb('MariaDB: sessions that end, workers and servers that are killed lose no row'),
      ...mysqlKills(
        'a capture of %s with gtid_mode %s loses no row to sessions that end, workers and servers that are killed',
      ),
      ...random('connect-killed'),
    ],
  },
  {
    id: 'capture-session-ended-copy',
    group: 'Capture',
    what: "The capture's session at the source is ended during a COPY whose rows share a position in the log.",
    promise: 'No row is lost.',
    proofs: [
      ...captureKill(
        'PostgreSQL: a COPY whose rows share a position in the log loses none of them when its session is ended',
      ),
      ...random('source-log-session-ended'),
    ],
  },
  {
    id: 'capture-session-ended-messages',
    group: 'Capture',
    what: "The capture's session is ended while heartbeats and logical messages stand between rows, or another table is busy.",
    promise: 'No row is lost.',
    proofs: captureKill('PostgreSQL: heartbeats in the log lose no row when sessions end meanwhile'),
  },
  {
    id: 'capture-worker-frozen',
    group: 'Capture',
    what: 'The Connect worker does not answer for up to a minute.',
    promise: nothingLost,
    proofs: random('connect-stopped'),
  },
  {
    id: 'capture-workers-lost',
    group: 'Capture',
    what: 'Of three Connect workers one is killed, and then the leader.',
    promise: 'The last one runs all connectors, and each row is in its topic.',
    proofs: connectWorkers(
      'connectors spread over workers that reach each other, and survive the loss of one and of the leader',
    ),
  },
  {
    id: 'capture-worker-starting',
    group: 'Capture',
    what: 'A Connect worker starts, and answers 404 to everything meanwhile.',
    promise: 'It is unavailable; no connector is taken for missing.',
    proofs: inFile('integration/capture/starting-connect.test.ts')(
      'a Connect worker that starts is unavailable, and never without its connector',
    ),
  },
  {
    id: 'capture-task-failed',
    group: 'Capture',
    what: 'A task of the connector fails for a reason that may pass.',
    promise:
      'It is restarted, so often and no more; then the replication is in error, and one alert is sent.',
    proofs: [
      ...decide('active: %s'),
      ...heal('giving up sets the status, stops the consumer and alerts once'),
    ],
  },
  {
    id: 'capture-connector-paused',
    group: 'Capture',
    what: 'Someone pauses the connector.',
    promise: 'It runs again within 90 s.',
    proofs: [
      ...healing('a connector that someone paused runs again within 90 s'),
      ...random('connector-paused'),
    ],
  },
  {
    id: 'capture-connector-restarted',
    group: 'Capture',
    what: 'Someone restarts the connector and its task.',
    promise: nothingLost,
    proofs: random('connector-restarted'),
  },
  {
    id: 'capture-offset-lost',
    group: 'Capture',
    what: 'The stored offset of the connector is gone.',
    promise: 'After the first copy that is a gap: the start is refused with needs-resync.',
    proofs: [
      ...postgresSource('the slot and the stored offset are judged together, the slot first'),
      ...mysqlSource(
        'without an offset capture is continuous only before the first copy; a removed file is a gap',
      ),
    ],
  },
  {
    id: 'capture-slot-dropped',
    group: 'Capture',
    what: 'The replication slot is dropped.',
    promise: 'Stop: needs-resync. A forced start captures from the present.',
    proofs: startCapture('a slot that was dropped needs a resync, and a forced start captures afresh'),
  },
  {
    id: 'capture-slot-ahead',
    group: 'Capture',
    what: 'The replication slot was moved ahead of what capture has stored.',
    promise: 'Stop: needs-resync.',
    proofs: startCapture(
      'a slot that someone has advanced past the stored offset needs a resync',
      'a slot is never ahead of the stored offset while the connector streams and restarts',
    ),
  },
  {
    id: 'capture-slot-invalidated',
    group: 'Capture',
    what: 'The source has removed log that the slot needs.',
    promise: 'Stop: needs-resync. A forced start captures from the present.',
    proofs: [
      ...startCapture(
        'a slot whose log the source has removed needs a resync, and a forced start captures afresh',
      ),
      ...sourceLooks('log that the source has removed before it was captured ends the replication'),
    ],
  },
  {
    id: 'capture-log-lost-while-running',
    group: 'Capture',
    what: 'The log is lost while the replication runs.',
    promise: 'Stop: needs-resync, one alert, data untouched; a forced start makes both ends equal.',
    proofs: random('log-lost'),
  },
  {
    id: 'capture-log-lost-when-needed',
    group: 'Capture',
    what: 'The slot is dropped under a replication whose snapshot mode is when_needed.',
    promise: 'It copies again by itself, and the activity says why.',
    proofs: snapshotModes(
      'when_needed copies again by itself after the source has lost its log, and says so',
    ),
  },
  {
    id: 'capture-binlog-purged',
    group: 'Capture',
    what: 'Binary logs are removed before they were captured.',
    promise: 'Stop: needs-resync.',
    proofs: mysqlCapture('a log that was removed before it was read is a gap'),
  },
  {
    id: 'capture-schema-history-lost',
    group: 'Capture',
    what: "The topic with the history of MySQL's tables is empty, or has only the last statement of the table.",
    promise: 'Stop with needs-resync, or rows that are read as they were. No row is read by a wrong shape.',
    proofs: mysqlResume(
      'reads no row by a wrong shape when the history of the structure is empty',
      'reads rows as they were when the history of the structure has only the last statement of their table',
    ),
  },
  {
    id: 'capture-schema-history-cut',
    group: 'Capture',
    what: "The topic with the history of MySQL's tables has lost what it says of a table.",
    promise: 'Its rows are not read: the table is told of, and held. No row is read by a wrong shape.',
    proofs: mysqlResume(
      'tells of rows whose table the history of the structure has lost, instead of reading them',
    ),
  },
  {
    id: 'capture-idle-table',
    group: 'Capture',
    what: 'The replicated table is idle while other tables or databases of the server are busy.',
    promise: 'The stored position moves on, so that the server can drop its log.',
    proofs: [
      ...idleTables(
        'PostgreSQL %i keeps little log while the replicated table is idle and another table is busy',
      ),
      ...idleTablesMariadb('MariaDB may drop the log of other tables while the replicated table is idle'),
    ],
  },
  {
    id: 'capture-log-session-frozen',
    group: 'Capture',
    what: 'The session that sends the log is stopped, while everything runs.',
    promise: 'Within two minutes the status says that capture stands still, and at which hop.',
    proofs: outages('a stopped session of the capture is told although everything runs'),
  },
  {
    id: 'capture-unreadable-change',
    group: 'Capture',
    what: 'The log of MySQL or MariaDB has a change of rows that Debezium cannot read.',
    promise:
      'Capture stops each time that it starts, and nothing behind it gets through until a forced start.',
    proofs: mysqlCapture(
      '$what stops the connector each time that it starts, and nothing after it gets through',
    ),
  },
  // Source
  {
    id: 'source-killed',
    group: 'Source',
    what: 'The source is killed in the middle of transactions, and comes back.',
    promise: 'No row is lost or invented.',
    proofs: [
      ...captureKill('PostgreSQL: sessions that end, workers and servers that are killed lose no row'),
      ...captureKillMariadb('MariaDB: sessions that end, workers and servers that are killed lose no row'),
      ...mysqlKills(
        'a capture of %s with gtid_mode %s loses no row to sessions that end, workers and servers that are killed',
      ),
      ...random('source-killed'),
    ],
  },
  {
    id: 'source-frozen',
    group: 'Source',
    what: 'The source is stopped (SIGSTOP), refuses connections, or is slow.',
    promise: nothingLost,
    proofs: random('source-stopped', 'source-refuses', 'source-slow'),
  },
  {
    id: 'source-silent',
    group: 'Source',
    what: 'The source takes connections and does not answer.',
    promise: 'The status answers within 20 s and names the source; the replication goes on by itself.',
    proofs: [
      ...outages('a source that does not answer is told, by a status that answers, and goes on by itself'),
      ...random('source-silent'),
    ],
  },
  {
    id: 'source-sessions-ended',
    group: 'Source',
    what: 'Every session at the source is ended.',
    promise: nothingLost,
    proofs: random('source-sessions-ended'),
  },
  {
    id: 'source-failover-mariadb',
    group: 'Source',
    what: 'The MariaDB source is killed, and a replica takes over.',
    promise: 'Capture goes on from the new server, and no row is lost.',
    proofs: mysqlFailOver(
      'MariaDB: after a fail-over a table whose statement could not be read is read from the new server, and goes on',
    ),
  },
  {
    id: 'source-failover-number',
    group: 'Source',
    what: 'Another MySQL or MariaDB server writes the log on, with its own number.',
    promise: 'Capture goes on.',
    proofs: mysqlResume('goes on when another server has taken over, which writes with its own number'),
  },
  {
    id: 'source-failover-postgresql',
    group: 'Source',
    what: 'The PostgreSQL source fails over to a standby.',
    promise: 'With a slot that the standby has too, capture goes on; otherwise needs-resync.',
    proofs: [
      ...captureKill('PostgreSQL: a fail-over to a standby that has the slot loses no row and invents none'),
      ...startCapture('a slot that was dropped needs a resync, and a forced start captures afresh'),
    ],
  },
  {
    id: 'source-failover-lossy',
    group: 'Source',
    what: 'The source fails over to a server that lacks transactions which were captured, or is restored to an earlier moment.',
    promise: 'Stop: needs-resync, also when that server has written on.',
    proofs: [
      ...captureKill(
        'PostgreSQL: capture ends when the source fails over to a standby without what was captured',
        'PostgreSQL: capture also ends when that standby has written on, past the place of what was captured',
      ),
      ...mysqlSource(
        'what was captured and a server that takes writes does not have is missing; a replica may still get it',
      ),
    ],
  },
  {
    id: 'source-rollback',
    group: 'Source',
    what: 'Transactions are rolled back, as a whole or to a savepoint, also with temporary tables and tables without transactions.',
    promise: 'None of their rows ever arrives.',
    proofs: [
      ...captureKill('PostgreSQL: sessions that end, workers and servers that are killed lose no row'),
      ...mysqlRolledBack('does not arrive: %s', 'a restart goes on behind it'),
    ],
  },
  {
    id: 'source-rollback-large',
    group: 'Source',
    what: 'MariaDB logs a transaction of replicated rows and its ROLLBACK, larger than capture holds in memory.',
    promise: 'Capture stops each time that it starts, rather than to send rows that were never committed.',
    proofs: mysqlRolledBack('one of replicated rows stops the connector, each time that it starts'),
  },
  {
    id: 'source-large-backlog',
    group: 'Source',
    what: 'One table has a backlog of 200,000 changes of 1 KiB.',
    promise: 'The consumer applies it in bounded memory.',
    proofs: consumer('is applied in bounded memory'),
  },
  {
    id: 'source-many-tables',
    group: 'Source',
    what: 'Many tables have a backlog at once.',
    promise: 'The consumer applies it in well below 1 GiB.',
    proofs: [
      ...inFile('integration/consumer/many-tables.test.ts')(
        'a backlog of many tables is applied in well below 1 GiB',
      ),
      ...growth('many-tables'),
    ],
  },
  {
    id: 'source-large-transaction',
    group: 'Source',
    what: 'One transaction of 1,000,000 rows is committed.',
    promise: 'It arrives whole, and the consumer takes at most 256 MiB above its idle memory.',
    proofs: growth('big-transaction'),
  },
  {
    id: 'source-large-rows',
    group: 'Source',
    what: 'A hundred rows of 5 MB are written.',
    promise: 'They arrive, and the consumer takes at most 256 MiB above its idle memory.',
    proofs: growth('large-rows'),
  },
  {
    id: 'source-day-of-events',
    group: 'Source',
    what: 'As many events as a day of 100 a second has go through one consumer.',
    promise: 'Its memory does not rise.',
    proofs: growth('long-run'),
  },
  {
    id: 'source-dead-keys',
    group: 'Source',
    what: 'A million rows are inserted and deleted again.',
    promise: "The consumer's memory does not rise.",
    proofs: growth('dead-keys'),
  },
  // Target
  {
    id: 'target-killed',
    group: 'Target',
    what: 'The target is killed in mid-stream, and comes back.',
    promise: nothingLost,
    proofs: [
      ...consumer('when the target is killed in mid-stream and comes back'),
      ...random('target-killed'),
    ],
  },
  {
    id: 'target-commit-unknown',
    group: 'Target',
    what: 'The connection to the target ends while COMMIT is on its way.',
    promise: 'The checkpoint row says whether it was committed; each change is applied once.',
    proofs: [
      ...applyPartition('a COMMIT whose answer was lost is not repeated'),
      ...random('target-cut'),
      ...consumer('when the connection to the target ends at each moment of a COMMIT'),
    ],
  },
  {
    id: 'target-away',
    group: 'Target',
    what: 'The target refuses connections for a minute, or for four in the long form.',
    promise:
      'The status is degraded and says so all the time; then everything arrives, with no healing and no operator.',
    proofs: [
      ...outages('a target that is away is a degraded one, and it goes on by itself when the target is back'),
      ...random('target-refuses'),
    ],
  },
  {
    id: 'target-away-long',
    group: 'Target',
    what: 'The target is away for 40 minutes.',
    promise:
      'The consumer repeats the batch from the checkpoint, at least once a minute, for as long as it lasts.',
    proofs: applyPartition(
      'repeats a transient failure from the checkpoint for as long as it lasts, at least once a minute',
    ),
  },
  {
    id: 'target-silent',
    group: 'Target',
    what: 'The target takes connections and does not answer, or is slow.',
    promise: 'Timeouts fire, and the batch is repeated from the checkpoint.',
    proofs: [
      ...connection(
        'a server that accepts and says nothing is given up after the connect timeout',
        'a session that stops answering is given up after the statement timeout and a margin',
      ),
      ...random('target-silent', 'target-slow'),
    ],
  },
  {
    id: 'target-sessions-ended',
    group: 'Target',
    what: 'The sessions at the target are ended.',
    promise: nothingLost,
    proofs: [
      ...mysqlApply('a connection that the server killed is a transient error, and the next one works'),
      ...random('target-sessions-ended'),
    ],
  },
  {
    id: 'target-conflict',
    group: 'Target',
    what: 'The target ends transactions for a deadlock or a serialization failure.',
    promise: 'The whole transaction is done again.',
    proofs: [
      ...connection(
        'the victim of a deadlock is a conflict, and its transaction is rolled back',
        'a serialization failure is a conflict',
      ),
      ...applyPartition(
        'repeats a transient failure from the checkpoint for as long as it lasts, at least once a minute',
      ),
      ...consumer('when the target ends transactions for a conflict, is full or is read-only'),
    ],
  },
  {
    id: 'target-full',
    group: 'Target',
    what: 'The target refuses writes since its disk is full, or since it is read-only.',
    promise: 'The consumer waits with its checkpoint, and goes on when the target takes writes again.',
    proofs: [
      ...consumer('when the target ends transactions for a conflict, is full or is read-only'),
      ...random('target-full'),
    ],
  },
  {
    id: 'target-locked',
    group: 'Target',
    what: 'Another session holds a target table locked.',
    promise: nothingLost,
    proofs: random('target-locked'),
  },
  {
    id: 'target-constraint',
    group: 'Target',
    what: 'A constraint of the target refuses a change (unique, NOT NULL, check, length).',
    promise:
      'Under the usual policy its table is held with the checkpoint before it, and goes on when the cause is gone.',
    proofs: [
      ...consumer(
        'what a constraint of the target refuses holds its table, with the checkpoint before it, and is tried again by the next consumer',
      ),
      ...mysqlApply('of changes that break $rule leaves rows and checkpoint'),
    ],
  },
  {
    id: 'target-table-changed',
    group: 'Target',
    what: 'A person narrows, drops or replaces columns, keys or tables of the target.',
    promise:
      'Its table is held within a minute, the others stream on, and only a new copy ends that where values may be lost.',
    proofs: [
      {
        file: 'integration/consumer/target-changes.test.ts',
        title:
          'a target table that no longer holds every value is held, also after it was set back, and the others stream on',
      },
      {
        file: 'integration/mysql-target/consumer.test.ts',
        title:
          'holds a table whose target no longer holds every value, also after it was set back, while the others stream on',
      },
      ...random('target-column-narrowed'),
    ],
  },
  {
    id: 'target-dead-letters',
    group: 'Target',
    what: 'The target refuses single rows, and the policy keeps them as dead letters.',
    promise:
      'The others go on; the refused rows can be seen, tried and replayed; many refusals of one cause hold the table.',
    proofs: [
      ...['refused rows among good ones become dead letters, and the others go on'].flatMap((title) => [
        ...deadLetters(title),
        ...mysqlDeadLetters(title),
      ]),
      ...[
        'more refusals of one cause than single rows have hold the table, and none of them is passed over',
      ].flatMap((title) => [...deadLetters(title), ...mysqlDeadLetters(title)]),
      ...inFile('chain/dead-letters.test.ts')(
        'become dead letters that are shown, tried, and replayed from the source',
      ),
    ],
  },
  {
    id: 'target-unique-exchange',
    group: 'Target',
    what: 'Rows exchange a unique value.',
    promise: 'They are applied one by one, in order.',
    proofs: [
      ...consumer('rows that exchange a unique value are applied one by one'),
      ...mysqlApply('lets rows exchange their values, by a third one or at once'),
    ],
  },
  {
    id: 'target-foreign-key',
    group: 'Target',
    what: 'A row arrives before the row that its foreign key names.',
    promise: 'It waits for that row, and arrives.',
    proofs: foreignKeys('what is legal at the source arrives, whichever table comes first'),
  },
  {
    id: 'target-foreign-key-orphan',
    group: 'Target',
    what: 'The row that a foreign key names never comes.',
    promise: 'Its table is held and says so, the others go on, and there is a way out.',
    proofs: foreignKeys(
      'a row whose other row never comes, and a circle, hold their tables only, and can go on',
    ),
  },
  {
    id: 'target-checkpoints-of-others',
    group: 'Target',
    what: "The tables of Millrace's checkpoints belong to another role.",
    promise: 'Rights that are missing are told before the start; with them it works.',
    proofs: postgresOwnership(
      'rights on the bookkeeping that a new user lacks are told before the start, and what is told is enough',
      'an administrator can own the shared table, which keeps its creator from changing its rules',
    ),
  },
  {
    id: 'target-other-name',
    group: 'Target',
    what: 'A target is registered under another name of the same server, and a second replication wants its table.',
    promise: 'It is refused: one replication writes a table.',
    proofs: inFile('chain/ownership.test.ts')(
      'is refused to another client that calls the server %s, which learns nothing',
      'is refused to its own client at %s, with the name of the replication',
    ),
  },
  {
    id: 'target-table-taken',
    group: 'Target',
    what: 'A target table was given back, taken by another replication, or dropped and created again.',
    promise: 'The consumer writes nothing to it any more.',
    proofs: [
      ...postgresOwnership(
        'a consumer whose table was given back, or taken by another, writes nothing',
        'a consumer stops when its table is dropped and created again',
      ),
      ...mysqlOwnership('a consumer whose table was given back, or taken by another, writes nothing'),
    ],
  },
  {
    id: 'target-takes-writes-away',
    group: 'Target',
    what: 'A trigger or a rule of the target takes writes away, and came after the start or could not be looked into.',
    promise: 'The table is held with the name of what does so, and none of the batch is written.',
    proofs: postgresApply(
      'holds the table with the name of what does so: %s',
      'is none where the row is gone already, or has the values already',
    ),
  },
  // Changes of rows and tables
  {
    id: 'change-ddl-under-load',
    group: 'Changes of rows and tables',
    what: 'Columns are added, dropped, renamed or get another type while rows are written.',
    promise:
      'The target follows between the row before and the row after, or the table is held with its reason.',
    proofs: [
      ...followedChanges(
        'with rows before and after, without rows after, while it is paused, and while nothing runs',
        'each table is equal, or held with its reason',
      ),
      ...approvedChanges(
        'is tried and approved under load, and the table goes on without a new copy',
        'each table under load is equal in the end, by count and hash',
      ),
    ],
  },
  {
    id: 'change-ddl-idle',
    group: 'Changes of rows and tables',
    what: 'A table is changed and no row follows.',
    promise: 'The same, found by a look at the catalog.',
    proofs: [
      ...followedChanges('each table is equal, or held with its reason'),
      ...schemaChanges(
        'each is held with its change in words, or goes on as before',
        'each is held with its statement, or goes on as before',
      ),
    ],
  },
  {
    id: 'change-ddl-consumer-down',
    group: 'Changes of rows and tables',
    what: 'A table is changed while the consumer is paused, or capture and consumer are stopped.',
    promise: 'The same, when they run again.',
    proofs: [
      ...followedChanges('each table is equal, or held with its reason'),
      ...approvedChanges('is kept while the consumer is paused, and done when it runs again'),
    ],
  },
  {
    id: 'change-ddl-during-copy',
    group: 'Changes of rows and tables',
    what: 'A table is changed before capture, before the copy and in the middle of it.',
    promise: 'The table is held with the reason; the others stream; a new copy makes it equal.',
    proofs: ddlDuringStart(
      'are held with the reason, before capture, before the copy and in the middle of it, and the others stream',
      'are held with the reason, before the copy and in the middle of it, and the others stream',
      'are copied again by a resync, and are equal',
    ),
  },
  {
    id: 'change-held-rows',
    group: 'Changes of rows and tables',
    what: 'A change cannot be followed.',
    promise: 'The held table has every row from before the change, and none from after it.',
    proofs: schemaChanges(
      'what is held has every row from before the change, and none from after it',
      'a held table is copied again in its new shape, while the others stream',
    ),
  },
  {
    id: 'change-killed-in-ddl',
    group: 'Changes of rows and tables',
    what: 'The consumer is killed while it carries out an approved change.',
    promise: 'The change is done once.',
    proofs: approvedChanges('is done once though the consumer is killed in the middle'),
  },
  {
    id: 'change-unreadable-statement',
    group: 'Changes of rows and tables',
    what: 'A statement that the parser cannot read is in the log, of a replicated table or of another one.',
    promise:
      'Of another table it is passed over; of a replicated one it is told and its table held. Capture goes on.',
    proofs: [
      ...mysqlStatements(
        'those of no interest do not stop capture, whether Debezium can read them or not',
        'one about a replicated table is told in its topic, and capture goes on: %s',
      ),
      ...schemaChanges('what Debezium cannot read does not stand in the way of a new copy'),
    ],
  },
  {
    id: 'change-exchange-partition',
    group: 'Changes of rows and tables',
    what: 'A table exchanges its rows with a partition of a table that is not replicated.',
    promise: 'The table is held at the statement.',
    proofs: [
      ...mysqlStatements(
        'a table that exchanges its rows with a partition of another gets the statement as well',
      ),
      ...schemaChanges('each is held with its statement, or goes on as before'),
    ],
  },
  {
    id: 'change-online-schema-change',
    group: 'Changes of rows and tables',
    what: 'pt-online-schema-change replaces a table under writes.',
    promise: 'The table is held at the swap, and a new copy leads out.',
    proofs: inFile('chain/online-schema-change.test.ts')(
      '%s under writes holds its table at the swap, and a resync leads out (apt-get install percona-toolkit)',
    ),
  },
  {
    id: 'change-partitions',
    group: 'Changes of rows and tables',
    what: 'Partitions of a PostgreSQL table come and go, and rows move between them.',
    promise: 'Rows that move arrive; a partition whose rows come or go without events holds the table.',
    proofs: inFile('chain/partitions.test.ts')(
      'rows move between partitions, and partitions come, while the table streams',
      'a partition whose rows end without an event holds the table, whose copy leads out',
      'a partition that comes with rows holds the table',
    ),
  },
  {
    id: 'change-first-start-failed',
    group: 'Changes of rows and tables',
    what: 'Tables are changed between a first start that failed and the next one.',
    promise: 'They are copied as they are, and no older event makes a row wrong.',
    proofs: inFile('chain/first-start.test.ts')(
      'are copied as they are by the second one, and no older event makes a row wrong',
    ),
  },
  {
    id: 'change-truncate',
    group: 'Changes of rows and tables',
    what: 'A table is truncated, and written to in the same transaction.',
    promise: 'The target is truncated at that place, and has the rows after it.',
    proofs: [
      ...lifecycle('key changes, truncation and values that are not in the log arrive'),
      ...mysqlConsumer('applies inserts, updates, deletes, key changes and truncates in order'),
    ],
  },
  {
    id: 'change-key',
    group: 'Changes of rows and tables',
    what: 'A primary key is updated, also with values that the log does not repeat; two keys are swapped.',
    promise: 'The row moves with all its values.',
    proofs: [
      ...lifecycle('key changes, truncation and values that are not in the log arrive'),
      ...consumer(
        'arrives in order, and SIGTERM ends the consumer after its transactions',
        'the first half of a key change waits for the second',
        'a moved row that the target does not have is read from the source',
      ),
      ...mysqlConsumer('applies inserts, updates, deletes, key changes and truncates in order'),
    ],
  },
  {
    id: 'change-delete-insert',
    group: 'Changes of rows and tables',
    what: 'A row is deleted and inserted again.',
    promise: 'The target has the new row, whole.',
    proofs: [
      ...consumer('arrives in order, and SIGTERM ends the consumer after its transactions'),
      ...inFile('unit/core/apply/plan-batch.test.ts')('delete and reinsert is the new row'),
    ],
  },
  {
    id: 'change-no-key',
    group: 'Changes of rows and tables',
    what: 'A table has no key, and may have the same row twice.',
    promise: 'It is refused by name before anything starts.',
    proofs: inFile('chain/bad-input.test.ts')(
      'an unknown table, a table without a key and a type that cannot be replicated are named together',
    ),
  },
  {
    id: 'change-toast',
    group: 'Changes of rows and tables',
    what: 'An update leaves a long value alone, so that the log of PostgreSQL does not have it (TOAST).',
    promise: 'The target keeps the value.',
    proofs: [
      ...lifecycle('key changes, truncation and values that are not in the log arrive'),
      ...debeziumEvents("the events that are easy to get wrong mean what Debezium's version of today writes"),
      ...postgresCodec('long values that a change left alone are told from all others, whatever their type'),
    ],
  },
  // Values
  {
    id: 'values-nan',
    group: 'Values',
    what: 'NaN and Infinity, in numbers and dates.',
    promise:
      'PostgreSQL gets them to the byte. MySQL has none: the policy says hold, NULL (counted) or text.',
    proofs: [
      ...copyAndStreamToTheByte,
      ...mysqlTargetPolicies(
        'end a copy and the consumer under fail, by their column',
        'are NULL under null, and are counted, in a copy, in its repetition and in the stream',
        'are what PostgreSQL writes for them under text, and nothing is counted',
      ),
      ...mysqlConsumer(
        'holds the table, with the checkpoint before it, for a value that the target cannot represent',
      ),
    ],
  },
  {
    id: 'values-zero-byte',
    group: 'Values',
    what: 'A zero byte in a text of MySQL or MariaDB, which PostgreSQL does not have.',
    promise: 'The copy fails by the column and writes nothing, or writes NULL where the policy says so.',
    proofs: mysqlSourcePolicies(
      'fails under $policy by the column $column, of ($columns), and writes nothing',
      'writes NULL under null and says of how many values, also when rows are replaced',
      'fails by the column',
    ),
  },
  {
    id: 'values-invalid-text',
    group: 'Values',
    what: 'A text of PostgreSQL has bytes that are not valid in its encoding.',
    promise: 'The table is held before the row, and the others go on.',
    proofs: [
      ...inFile('chain/hostile-defaults.test.ts')(
        'holds the table before the row, and goes on with the others',
      ),
      ...inFile('integration/postgresql/encodings.test.ts')(
        'is refused by a copy to PostgreSQL, and nothing is written',
      ),
    ],
  },
  {
    id: 'values-emoji',
    group: 'Values',
    what: 'A character of four bytes goes to a column in utf8mb3, which has room for three.',
    promise: 'It is refused by the column, and never cut or replaced.',
    proofs: [
      ...mysqlApply(
        'with a character that the character set of its column lacks is refused, and not replaced',
      ),
      ...inFile('integration/mysql-target/chunk-writer.test.ts')(
        'writes nothing when a character is none of the character set of its column',
      ),
    ],
  },
  {
    id: 'values-zero-dates',
    group: 'Values',
    what: 'Zero dates and dates with a zero month or day.',
    promise: 'They are kept as text, or do what the policy says.',
    proofs: [
      ...mysqlCodec('zero dates keep their own text, in a key, and where NULL is allowed, too'),
      ...mysqlSourcePolicies(
        'does with zero dates what the policy says, where NULL is allowed, too',
        'writes zero dates as they are under text',
      ),
      ...changeTables('that is changed counts in the stream as well as in the copy'),
    ],
  },
  {
    id: 'values-years',
    group: 'Values',
    what: 'Years 0000 and 9999, years before Christ, and hours that the clock change leaves out.',
    promise: 'They are the same at both ends, in a copy and in the stream.',
    proofs: [...copyAndStreamToTheByte, ...sameTextFromMysql],
  },
  {
    id: 'values-long-time',
    group: 'Values',
    what: 'TIME over 24 hours, and below zero.',
    promise: 'It is the same at both ends, in a copy and in the stream.',
    proofs: sameTextFromMysql,
  },
  {
    id: 'values-large-numbers',
    group: 'Values',
    what: 'BIGINT UNSIGNED up to 2^64 - 1, integers beyond 2^53, NUMERIC(1000,500).',
    promise: 'Every digit arrives.',
    proofs: [
      ...copyAndStreamToTheByte,
      ...sameTextFromMysql,
      ...mysqlRoundTrips('of $type come back as they were, copied and applied, or are refused'),
    ],
  },
  {
    id: 'values-own-types',
    group: 'Values',
    what: 'BIT, SET, ENUM, hstore, arrays, jsonb and geometry.',
    promise: 'They are the same at both ends, in a copy and in the stream.',
    proofs: [...copyAndStreamToTheByte, ...sameTextFromMysql],
  },
  {
    id: 'values-generated',
    group: 'Values',
    what: 'Generated values of every type, from a printed seed.',
    promise: 'They arrive as they are, or are refused.',
    proofs: [
      ...postgresCodec('a generated $type is decoded to the text that PostgreSQL writes (seed %s)'),
      ...inFile('integration/mysql/generated-values.test.ts')(
        '$type arrive as they are, or are refused (seed %s)',
      ),
    ],
  },
  {
    id: 'values-oracle-empty',
    group: 'Values',
    what: "Oracle's empty string, which is NULL.",
    promise: 'It is NULL at the target, in a copy and in the stream.',
    proofs: inFile('integration/oracle/capture.test.ts')(
      'every value is captured as the canonical text that a copy gives',
    ),
  },
  {
    id: 'values-names',
    group: 'Values',
    what: 'Names of tables and columns with capitals, quotes, reserved words and SQL in them.',
    promise: 'They are copied and followed under exactly these names.',
    proofs: [
      ...lifecycle('tables with any name are copied and followed'),
      ...chunkCopier('names with quotes, capitals, spaces, reserved words and SQL in them'),
      ...startCapture('tables with awkward names are captured into the topics that naming says'),
      ...inFile('integration/mysql/names.test.ts')(
        'a table and a database whose name differs in case only are others',
      ),
    ],
  },
  // Copy
  {
    id: 'copy-worker-killed',
    group: 'Copy',
    what: 'The copy worker is killed between or within chunks, while rows are inserted, updated, deleted and re-keyed.',
    promise: 'Finished chunks are not copied again, and both ends are equal.',
    proofs: [
      ...inFile('chain/copy.test.ts')(
        'a killed copy worker resumes without copying finished chunks again, and changes made meanwhile arrive',
      ),
      ...snapshotModes(
        'initial copies through Kafka with progress, resumes after its worker was killed, and leaves nothing behind',
      ),
      ...copyTable('finished chunks are not copied again'),
    ],
  },
  {
    id: 'copy-connect-killed',
    group: 'Copy',
    what: 'Kafka Connect is killed within a chunk that is copied through Kafka.',
    promise: 'The chunk fails for now, and is whole when it is read again.',
    proofs: rowRelay('Connect killed within a chunk: its read fails for now, and read again it is whole'),
  },
  {
    id: 'copy-rows-change',
    group: 'Copy',
    what: 'Rows are changed while their chunk is copied.',
    promise: 'They are in the chunk or come with the stream, never twice.',
    proofs: chunkCopier(
      'rows that change while chunks are copied are there or come with the stream, never twice',
    ),
  },
  {
    id: 'copy-connection-lost',
    group: 'Copy',
    what: 'A connection to the source or the target ends within a chunk.',
    promise: 'Nothing of the chunk stays, and it is copied again.',
    proofs: [
      ...chunkCopier('a session ended at the %s fails the chunk as transient'),
      ...copyTable('a chunk that fails for a moment is copied again'),
    ],
  },
  {
    id: 'copy-older-start',
    group: 'Copy',
    what: 'A copy of an older start still runs when a newer start begins.',
    promise: 'Nothing of the older one is committed.',
    proofs: inFile('integration/postgresql/older-start.test.ts')(
      'commits nothing of a chunk during which a newer start began',
      'is waited for by the TRUNCATE of a newer start that began after its last look, which then finds its rows',
    ),
  },
  {
    id: 'copy-open-transactions',
    group: 'Copy',
    what: 'Transactions are open at the source while a start begins to capture.',
    promise: 'The start waits for them and names them, so that none of their rows is missed.',
    proofs: [
      ...inFile('chain/open-transactions.test.ts')(
        'waits, says for whom, and goes on by itself when they have ended',
      ),
      ...inFile('integration/postgresql/slot-wait.test.ts')(
        'transactions that overlap all the time, each longer than a call, do not starve it',
      ),
    ],
  },
  // Control plane
  {
    id: 'control-step-twice',
    group: 'Control plane',
    what: 'A step of a start is done twice.',
    promise: 'One connector, one slot, one copy, one consumer.',
    proofs: [
      ...startCapture('a start that is repeated leaves one connector, and updates its configuration'),
      ...postgresSource('two runs that create a slot at once both get it'),
      ...inFile('unit/core/copy/plan-copy.test.ts')(
        'a step that is repeated does not truncate again what was copied in between',
      ),
      ...launchConsumer('a step that died between recording and launching launches the same task'),
    ],
  },
  {
    id: 'control-start-twice',
    group: 'Control plane',
    what: 'The same start is called twice at once.',
    promise: 'One execution.',
    proofs: lifecycle('starting twice at once is one start'),
  },
  {
    id: 'control-idempotency',
    group: 'Control plane',
    what: 'A POST comes again with its idempotency key, with the same body or another one.',
    promise: 'The same body has one effect and one answer; another body is answered with 409.',
    proofs: idempotency(
      'is one effect with one answer, however often it is sent',
      'and another body is refused, and so is another query',
    ),
  },
  {
    id: 'control-delete',
    group: 'Control plane',
    what: 'A replication is deleted, and the deletion is broken off.',
    promise: 'No slot, publication, topic, connector or task is left.',
    proofs: [
      ...deletion(
        'leaves nothing of an active one, drops the tables that Millrace made, and keeps all others',
        'goes on after its execution was broken off, and the target tables can be used again',
      ),
      ...inFile('unit/core/lifecycle/delete-replication.test.ts')(
        'leaves no orphan wherever it is interrupted',
      ),
    ],
  },
  {
    id: 'control-delete-during-copy',
    group: 'Control plane',
    what: 'A replication is deleted in the middle of its copy.',
    promise: 'No slot, publication, topic, connector or task is left.',
    proofs: inFile('unit/core/lifecycle/delete-replication.test.ts')(
      'waits until no step of an interrupted start can create anything, and looks again',
    ),
  },
  {
    id: 'control-healer-and-user',
    group: 'Control plane',
    what: 'Users and the healer act at once.',
    promise: "The user's last word is what runs.",
    proofs: [
      ...inFile('integration/dynamodb/lifecycle-storm.test.ts')(
        'a storm on DynamoDB ends as the last word, %s (seed %i)',
      ),
      ...inFile('unit/lambdas/api/lifecycle-storm.test.ts')(
        'a storm of words and heals ends as the last word, %s (seed %i)',
      ),
      ...heal('a stop that comes between deciding and launching wins'),
      ...healing("a user's stop is not healed"),
      ...random('user-restarts', 'user-pauses', 'user-resyncs-a-table'),
    ],
  },
  {
    id: 'control-schedule',
    group: 'Control plane',
    what: 'A scheduled check runs twice at once.',
    promise: 'A consumer is replaced once.',
    proofs: [
      ...monitorHealth('two checks at the same time replace a consumer once'),
      ...random('schedule-twice'),
    ],
  },
  {
    id: 'control-schedule-missing',
    group: 'Control plane',
    what: 'The control plane stands still, or its schedules are switched off, for up to two minutes, and no check runs.',
    promise: 'Data flows on; the next check goes by what it finds.',
    proofs: random('control-plane-stopped', 'schedule-missing'),
  },
  {
    id: 'control-lease-stolen',
    group: 'Control plane',
    what: 'The lease of a replication is taken from its holder, and kept for up to 90 s.',
    promise: 'Nobody else acts meanwhile, data flows on, and the holder ends its work without harm.',
    proofs: random('lease-stolen'),
  },
  {
    id: 'control-clock',
    group: 'Control plane',
    what: "A consumer's clock is an hour ahead or behind.",
    promise: 'No restart for that, and a consumer that is silent is found out all the same.',
    proofs: [
      ...decide('active: %s'),
      ...inFile('unit/core/status/unified-status.test.ts')(
        'a consumer whose clock is behind is as healthy for the status as it is for healing',
      ),
      ...random('consumer-clock-ahead', 'consumer-clock-behind'),
    ],
  },
  {
    id: 'control-password',
    group: 'Control plane',
    what: 'The password of a database and its secret are changed.',
    promise: 'The replication goes on with the new one, without a copy.',
    proofs: [
      ...databases('a rotated password of the %s is taken without a copy'),
      ...random('source-password-changed', 'target-password-changed'),
    ],
  },
  {
    id: 'control-password-refused',
    group: 'Control plane',
    what: 'The source refuses the password.',
    promise: 'Within two minutes the status says so; it goes on with the right one.',
    proofs: outages('a source that refuses the password is told, and goes on with the right one'),
  },
  {
    id: 'control-copy-plans',
    group: 'Control plane',
    what: 'Several workers plan one table, or count its chunks, at once.',
    promise: 'Plans never mix, and no count is lost.',
    proofs: inFile('integration/dynamodb/state-store-copies.test.ts')(
      'plans of one generation that are made at once never mix',
      'sixteen workers that finish chunks of one table at once lose no count',
      'a planner that comes second replaces nothing, however late it notices',
    ),
  },
  // Isolation
  {
    id: 'isolation-changed',
    group: 'Isolation',
    what: 'One table is dropped, renamed, recreated, or not published any more.',
    promise: 'It is held with its reason, and the others stream.',
    proofs: schemaChanges(
      'each is held with its change in words, or goes on as before',
      'each is held with its statement, or goes on as before',
      'the others go on',
    ),
  },
  {
    id: 'isolation-held-too-long',
    group: 'Isolation',
    what: 'A table was held for longer than its topic keeps events, as for a person.',
    promise: 'It stays held and says that it has to be copied again, and the others stream.',
    proofs: consumerUnit('or not when retention deleted events of a table that was %s before: %s'),
  },
  {
    id: 'isolation-too-large',
    group: 'Isolation',
    what: 'One table gets a row that is too large.',
    promise: 'It is held, and the others stream.',
    proofs: largeValues(
      'are copied and streamed from PostgreSQL, and one that is too large holds its table',
      'are copied and streamed from MariaDB, and one that is too large holds its table',
    ),
  },
  {
    id: 'isolation-start',
    group: 'Isolation',
    what: 'A replication is started while single tables are gone, without a key, or unfit at the target.',
    promise: 'It starts without them, and each of them has a way back.',
    proofs: changeTables(
      'a start goes on without those that are unfit, and each of them has a way back',
      'a start, forced or not, goes on without those that are unfit',
    ),
  },
  {
    id: 'isolation-consumer-killed',
    group: 'Isolation',
    what: 'A consumer ends while a table is held.',
    promise: 'The next one tries the table again, and the others go on.',
    proofs: [
      ...consumerUnit('one that was held is tried again by the next consumer'),
      ...ddlDuringStart('stay held when the replication is started again, while the others go on'),
    ],
  },
  {
    id: 'isolation-right-at-target',
    group: 'Isolation',
    what: 'The user of the target loses the right to write to one table.',
    promise:
      'That table is held with the name of the right, the others stream, and it goes on with the right.',
    proofs: consumer(
      'a right that is missing on one table at the target holds this table, and the others stream',
    ),
  },
  {
    id: 'isolation-unreadable',
    group: 'Isolation',
    what: 'The user of the source may not read one table when it is copied.',
    promise: 'That table is held with the name of the right, and the others are copied.',
    proofs: inFile('unit/core/copy/plan-copy.test.ts')('a missing right on the table itself holds it'),
  },
  // Truth
  {
    id: 'truth-samples',
    group: 'Truth',
    what: 'Anything of what the random harness does.',
    promise: 'At no sample is a replication healthy while its ends differ for longer than the lag bound.',
    proofs: random(anyFault),
  },
  {
    id: 'truth-two-at-once',
    group: 'Truth',
    what: 'Capture is away for two minutes, and the consumer stops (SIGSTOP) just before it comes back: what each told last says that it is well.',
    promise:
      'The replication is never healthy and live while the target lacks what is older than three minutes.',
    proofs: [...inFile('unit/core/status/find-faults.test.ts')('%s'), ...random('capture-back-first')],
  },
  {
    id: 'truth-differs',
    group: 'Truth',
    what: 'Source and target are known to differ.',
    promise: 'The status is never healthy.',
    proofs: inFile('unit/core/status/find-faults.test.ts')(
      'rows that are known to differ are never under a green light, also after a pause',
    ),
  },
  {
    id: 'truth-way-out',
    group: 'Truth',
    what: 'A replication is in any state.',
    promise: 'There is a call that leads out of it, and each fault names it.',
    proofs: [
      ...inFile('unit/core/lifecycle/transitions.test.ts')('has a way out by the API'),
      ...inFile('unit/core/status/find-faults.test.ts')(
        'every condition has words for what is done and what can be done',
      ),
    ],
  },
  {
    id: 'truth-self-test',
    group: 'Truth',
    what: 'A safety of the product is switched off: duplicate skipping, fencing, the capture gate, the transaction of the checkpoint, the shape check, the resume rule.',
    promise: 'The harness goes red.',
    proofs: [{ isSelfTest: true }],
  },
];
