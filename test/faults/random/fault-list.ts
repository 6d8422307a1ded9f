import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Admin } from 'kafkajs';
import { createKafka } from '#adapters/kafka/kafka-client.ts';
import type { Log } from '#core/ports/clock-and-log.ts';
import type { CommitMoment } from '#test/kit/outage-proxy.ts';
import { environmentOf, taskProcessesOf } from '#test/kit/task-processes.ts';
import { consumerBundle } from '../../../local/parts.ts';
import { type PartName, runningPart } from '../../../local/stack-state.ts';
import { projectRoot } from '../../../local/state-folder.ts';
import { scheduleNames } from './control-plane.ts';
import type { DatabaseEnd } from './database-end.ts';
import type { WorkloadTable } from './workload.ts';
import type { Pair, World } from './world.ts';

/** What a repair resolves with when nothing was broken, as there was nothing to break. */
export const withoutEffect = 'without-effect';
/** Ends what a fault has begun. */
export type Repair = () => Promise<unknown>;

export interface Fault {
  readonly name: string;
  /** Two faults of one resource are never there at once. */
  readonly resource: (pair: Pair) => string;
  /** Bounds of how long it lasts, in ms. */
  readonly lasts: readonly [number, number];
  /** The conditions that an incident may have because of it. */
  readonly incidents: readonly string[];
  /** Whether events may come again after it that were applied before, as capture resumes with whole transactions. */
  readonly repeatsEvents: boolean;
  /** Longer than what is told within minutes; drawn only in runs of half an hour or when it is named. */
  readonly isLong?: true;
  /** Changes are gone before they were applied: the replication has to say that it needs a resync, and gets it from the harness. */
  readonly loses?: true;
  /** Only a new copy of this table makes it right: it has to be held, and gets the copy from the harness. */
  readonly holds?: WorkloadTable;
  readonly begin: (world: World, pair: Pair) => Promise<Repair>;
}

const quietLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
const nothing: Repair = async () => undefined;
const atOnce = [0, 0] as const;
const hourMs = 3_600_000;

/** What a stop of each part may lead to, as docs/runbook/health.md says. */
const ofConsumer = ['consumer-ended', 'consumer-silent', 'consumer-starting', 'lag-unknown', 'target-behind'];
const ofTarget = [...ofConsumer, 'consumer-retrying'];
const ofCapture = [
  ...['connector-failed', 'connector-missing', 'connector-paused', 'connector-not-running'],
  ...['capture-not-reading', 'capture-stalled', 'capture-behind', 'capture-unknown', 'connect-silent'],
  ...['lag-unknown', 'target-behind'],
];
const ofSource = [
  ...[...ofCapture, 'source-unreachable', 'source-unreadable', 'credentials-refused'],
  ...['consumer-retrying', 'consumer-ended', 'check-failed'],
];
const ofKafka = [...new Set([...ofCapture, ...ofTarget, 'check-failed'])];
/** A start that meets another fault fails after a minute, and is begun again by itself. */
const ofStart = ['replication-failed'];
/** Nobody can look meanwhile. */
const ofControl = [...new Set([...ofConsumer, 'source-not-watched', 'check-failed', 'capture-stalled'])];

/** Processes of the pair's consumer. */
export const consumersOf = ({ folder }: World, { replicationId }: Pair): readonly number[] =>
  taskProcessesOf(folder, 'consumer', replicationId);

const signalAll = (pids: readonly number[], signal: NodeJS.Signals): void => {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended in between.
    }
  }
};

const consumerSignal = (signal: NodeJS.Signals): Fault['begin'] => {
  return async (world, pair) => {
    const pids = consumersOf(world, pair);
    signalAll(pids, signal);
    return pids.length === 0 ? async () => withoutEffect : nothing;
  };
};

const stopConsumer: Fault['begin'] = async (world, pair) => {
  const pids = consumersOf(world, pair);
  signalAll(pids, 'SIGSTOP');
  return async () => {
    signalAll(pids, 'SIGCONT');
    return pids.length === 0 ? withoutEffect : undefined;
  };
};

const atCommit =
  (moment: CommitMoment): Fault['begin'] =>
  async (world, pair) => {
    pair.targetWay.atCommit(moment, () => signalAll(consumersOf(world, pair), 'SIGKILL'));
    return async () => pair.targetWay.forgetCommit();
  };

const stopPart =
  (part: (pair: Pair) => PartName): Fault['begin'] =>
  async ({ folder }, pair) => {
    const identity = runningPart(folder, part(pair));
    if (identity === undefined) return nothing;
    signalAll([-identity.pid], 'SIGSTOP');
    return async () => signalAll([-identity.pid], 'SIGCONT');
  };

const killAndStart =
  (part: (pair: Pair) => PartName): Fault['begin'] =>
  async ({ servers }, pair) => {
    await servers.kill(part(pair));
    return () => servers.start(part(pair));
  };

/** Changes are captured late, and the consumer stood still before it could see them: each of both tells that it is well. */
const captureBackFirst: Fault['begin'] = async (world, pair) => {
  const letCaptureGoOn = await stopPart(() => 'connect')(world, pair);
  try {
    await sleep(captureAwayMs);
    const letConsumerGoOn = await stopConsumer(world, pair);
    // The consumer stands still by then.
    await sleep(2_000);
    return letConsumerGoOn;
  } finally {
    await letCaptureGoOn();
  }
};
const captureAwayMs = 120_000;

/** A person cuts every text of a target table. */
const narrowTarget: Fault['begin'] = async (_world, pair) => {
  const table = pair.targetName('bursts');
  let isCut = false;
  try {
    await pair.target.session(async (session) => {
      if (pair.target.kind === 'mariadb') await session.run("SET SESSION sql_mode = ''");
      await session.run(
        pair.target.kind === 'mariadb'
          ? `ALTER TABLE ${table} MODIFY filler varchar(5)`
          : `ALTER TABLE ${table} ALTER filler TYPE varchar(5) USING left(filler, 5)`,
      );
      isCut = true;
    });
  } catch {
    // The target is away, or the table is created again just now.
  }
  return async () => (isCut ? undefined : withoutEffect);
};

const connectorCall =
  (path: string, method: 'PUT' | 'POST'): Fault['begin'] =>
  async ({ stack }, { connectorName }) => {
    // A worker that is away or rebalances refuses it, and then there is no fault.
    await fetch(`${stack.connect.url}/connectors/${connectorName}/${path}`, {
      method,
      signal: AbortSignal.timeout(10_000),
    }).catch(() => undefined);
    return nothing;
  };

const way = (side: 'source' | 'target', break_: (proxy: Pair['sourceWay']) => unknown): Fault['begin'] => {
  return async (_world, pair) => {
    const proxy = side === 'source' ? pair.sourceWay : pair.targetWay;
    await break_(proxy);
    return async () => {
      proxy.delay(0);
      await proxy.restore();
    };
  };
};

const endSessions =
  (side: 'source' | 'target', which: 'log' | 'others'): Fault['begin'] =>
  async (_world, pair) => {
    await until(() => pair[side].endSessions(which));
    return nothing;
  };

/** The session that locks stays open until the fault is over. */
const lockTarget: Fault['begin'] = async (_world, { target, targetName }) => {
  const held = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<void>();
  const locking = target
    .session(async (session) => {
      const table = targetName('items');
      if (target.kind === 'postgresql') {
        await session.run('BEGIN');
        await session.run(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
      } else await session.run(`LOCK TABLES ${table} READ`);
      locked.resolve();
      await held.promise;
    })
    .catch(() => locked.resolve()); // The server was killed meanwhile, and the lock with it.
  await locked.promise;
  return async () => {
    held.resolve();
    await locking;
  };
};

let passwords = 0;
/** Fifteen minutes of them: the longest fault takes a server away for ten. */
const longAttempts = 450;

const rotatePassword =
  (side: 'source' | 'target'): Fault['begin'] =>
  async ({ control }, pair) => {
    const end: DatabaseEnd = pair[side];
    passwords += 1;
    const password = `changed${passwords}`;
    // The server may be away by another fault, and a password that only one of both knows would outlast the run.
    await until(() => end.changePassword(password), longAttempts);
    const databaseId = side === 'source' ? pair.sourceDatabaseId : pair.targetDatabaseId;
    return () => until(() => control.changePassword(databaseId, password), longAttempts);
  };

/** Runs before a program's own code: its clock is so far from the others. */
const otherClock = (aheadMs: number): string =>
  `data:text/javascript,${encodeURIComponent(`
    const Right = Date;
    globalThis.Date = class Date extends Right {
      constructor(...args) {
        if (args.length === 0) super(Right.now() + ${aheadMs});
        else super(...args);
      }
      static now() {
        return Right.now() + ${aheadMs};
      }
    };`)}`;

/** A consumer with the same launch as the one that runs: the older one has to notice that it is not the last. */
const startSecond =
  (nodeFlags: readonly string[]): Fault['begin'] =>
  async (world, pair) => {
    const [pid] = consumersOf(world, pair);
    if (pid === undefined) return async () => withoutEffect;
    const child = spawn(process.execPath, [...nodeFlags, consumerBundle], {
      cwd: projectRoot,
      env: environmentOf(pid),
      stdio: 'ignore',
    });
    const ended = new Promise<void>((resolve) => {
      child.once('close', () => resolve());
      child.once('error', () => resolve());
    });
    return async () => {
      child.kill('SIGKILL');
      await ended;
    };
  };
const secondConsumer = startSecond([]);
const consumerOfAnotherTime = (aheadMs: number): Fault['begin'] =>
  startSecond([`--import=${otherClock(aheadMs)}`]);

/** The older consumer is stopped in the middle of its work, and goes on after another one has taken its place. */
const zombie: Fault['begin'] = async (world, pair) => {
  const letGoOn = await stopConsumer(world, pair);
  const endSecond = await secondConsumer(world, pair);
  return async () => {
    await letGoOn();
    await sleep(10_000);
    await endSecond();
  };
};

/** Kafka removes events that nobody has applied, as its retention does. */
const loseEvents: Fault['begin'] = async (world, pair) => {
  const { config } = await until(() => world.control.status(pair.replicationId));
  const topic = `${config.kafka_topic_prefix}.${pair.source.schema}.ledger`;
  // Kafka may be away by another fault, and then nothing is stopped yet.
  const readEnds = () => until(() => withKafkaAdmin(world, (admin) => admin.fetchTopicOffsets(topic)));
  await readEnds();
  const stopped = consumersOf(world, pair);
  const letGoOn = await stopConsumer(world, pair);
  const ends = await readEnds();
  return async () => {
    // One that was launched meanwhile, as after a change of the tables, has applied what would be removed.
    const running = consumersOf(world, pair);
    if (stopped.length === 0 || running.some((pid) => !stopped.includes(pid))) {
      await letGoOn();
      return withoutEffect;
    }
    try {
      const later = await readEnds();
      await until(() =>
        withKafkaAdmin(world, async (admin) => {
          // kafkajs looks for the leaders in what it has read of the topic before.
          await admin.fetchTopicOffsets(topic);
          await admin.deleteTopicRecords({
            topic,
            partitions: later.map(({ partition, high }) => ({ partition, offset: high })),
          });
        }),
      );
      // Capture may have been away meanwhile.
      return later.every(({ high }, index) => high === ends[index]?.high) ? withoutEffect : undefined;
    } finally {
      await letGoOn();
    }
  };
};

/** Someone deletes a topic that is read from, and it is made again, with its settings. */
const recreateTopic: Fault['begin'] = async (world, pair) => {
  const { config } = await until(() => world.control.status(pair.replicationId));
  const topic = `${config.kafka_topic_prefix}.${pair.source.schema}.ledger`;
  await withKafkaAdmin(world, async (admin) => {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
    });
    const configEntries = (resources[0]?.configEntries ?? [])
      .filter(({ isDefault }) => !isDefault)
      .map(({ configName, configValue }) => ({ name: configName, value: configValue }));
    await admin.deleteTopics({ topics: [topic] });
    await until(async () => {
      if ((await admin.listTopics()).includes(topic)) throw new Error(`${topic} is still there.`);
    });
    await admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 1, configEntries }] });
  });
  return nothing;
};

const fillTarget: Fault['begin'] = async (_world, { target: { disk } }) => {
  if (disk === undefined) return async () => withoutEffect;
  disk.fill();
  return async () => disk.free();
};

const switchSchedules: Fault['begin'] = async ({ control }) => {
  const switchAll = async (isOn: boolean): Promise<void> => {
    for (const name of scheduleNames) await until(() => control.switchSchedule(name, isOn));
  };
  await switchAll(false);
  return () => switchAll(true);
};

const stealLease: Fault['begin'] = async ({ control }, { replicationId }) => {
  const giveBack = await control.stealLease(replicationId);
  return () => until(giveBack);
};

const withKafkaAdmin = async <T>({ stack }: World, use: (admin: Admin) => Promise<T>): Promise<T> => {
  const settings = {
    ...{ brokers: [stack.kafka.brokers], clientId: 'millrace-faults' },
    security: 'plaintext' as const,
  };
  const admin = createKafka(settings, quietLog).admin();
  try {
    await admin.connect();
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
};

/** The source removes log that capture has not read. */
const loseLog: Fault['begin'] = async (world, pair) => {
  const letGoOn = await stopPart(() => 'connect')(world, pair);
  return async () => {
    try {
      await until(() => pair.source.endSessions('log'));
      await sleep(1_000);
      await until(() => pair.source.removeLog());
    } finally {
      await letGoOn();
    }
  };
};

const userCalls =
  (first: string, last?: string): Fault['begin'] =>
  async ({ control }, { replicationId }) => {
    // A user may ask at any time; what the state does not allow is refused.
    await control.act(replicationId, first).catch(() => undefined);
    return async () => {
      if (last === undefined) return;
      await until(async () => {
        const answer = await control.act(replicationId, last);
        // What the call needs may be away by another fault, or what was asked first may be under way still; a user asks again.
        const { config } = await control.status(replicationId);
        if (['pausing', 'paused'].includes(config.status)) throw new Error(`${last} answered ${answer}`);
      }, longAttempts);
    };
  };

/** Repeats what the control plane, or a database that another fault has taken away, is not there for yet. */
const until = async <T>(act: () => Promise<T>, attempts = 60): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await act();
    } catch (error) {
      if (attempt === attempts) throw error;
      await sleep(2_000);
    }
  }
};

const consumer = ({ name }: Pair): string => `consumer of ${name}`;
const connector = ({ name }: Pair): string => `connector of ${name}`;
const part = (name: PartName) => (): string => name;
const sourcePart = ({ source }: Pair): PartName => source.part;
const targetPart = ({ target }: Pair): PartName => target.part;
const sourceWay = ({ name }: Pair): string => `source way of ${name}`;
const targetWay = ({ name }: Pair): string => `target way of ${name}`;

/** A loss is told by one of them, by the part that sees it first. */
const ofLoss = ['needs-resync', 'replication-failed', 'table-held', 'source-log-limit'];

const list: readonly Omit<Fault, 'repeatsEvents'>[] = [
  {
    ...{ name: 'consumer-killed', resource: consumer, lasts: atOnce, incidents: ofConsumer },
    begin: consumerSignal('SIGKILL'),
  },
  {
    ...{ name: 'consumer-terminated', resource: consumer, lasts: atOnce, incidents: ofConsumer },
    begin: consumerSignal('SIGTERM'),
  },
  {
    ...{ name: 'consumer-stopped', resource: consumer, lasts: [5_000, 45_000], incidents: ofConsumer },
    begin: stopConsumer,
  },
  {
    ...{ name: 'consumer-twice', resource: consumer, lasts: [8_000, 20_000], incidents: ofTarget },
    begin: secondConsumer,
  },
  {
    ...{ name: 'consumer-zombie', resource: consumer, lasts: [40_000, 70_000], incidents: ofTarget },
    begin: zombie,
  },
  {
    ...{ name: 'killed-before-commit', resource: targetWay, lasts: [4_000, 8_000], incidents: ofTarget },
    begin: atCommit('before-commit'),
  },
  {
    ...{ name: 'killed-in-commit', resource: targetWay, lasts: [4_000, 8_000], incidents: ofTarget },
    begin: atCommit('in-commit'),
  },
  {
    ...{ name: 'killed-after-commit', resource: targetWay, lasts: [4_000, 8_000], incidents: ofTarget },
    begin: atCommit('after-commit'),
  },
  {
    ...{ name: 'connect-killed', resource: part('connect'), lasts: [0, 15_000], incidents: ofCapture },
    begin: killAndStart(() => 'connect'),
  },
  {
    ...{ name: 'connect-stopped', resource: part('connect'), lasts: [5_000, 60_000], incidents: ofCapture },
    begin: stopPart(() => 'connect'),
  },
  {
    ...{ name: 'connector-paused', resource: connector, lasts: atOnce, incidents: ofCapture },
    begin: connectorCall('pause', 'PUT'),
  },
  {
    ...{ name: 'connector-restarted', resource: connector, lasts: atOnce, incidents: ofCapture },
    begin: connectorCall('restart?includeTasks=true', 'POST'),
  },
  {
    ...{ name: 'kafka-killed', resource: part('kafka'), lasts: [0, 20_000], incidents: ofKafka },
    begin: killAndStart(() => 'kafka'),
  },
  {
    ...{ name: 'kafka-stopped', resource: part('kafka'), lasts: [5_000, 40_000], incidents: ofKafka },
    begin: stopPart(() => 'kafka'),
  },
  {
    ...{ name: 'source-killed', resource: sourcePart, lasts: [0, 10_000], incidents: ofSource },
    begin: killAndStart(sourcePart),
  },
  {
    ...{ name: 'source-away-long', resource: sourcePart, lasts: [480_000, 600_000], isLong: true },
    incidents: ofSource,
    begin: killAndStart(sourcePart),
  },
  {
    ...{ name: 'target-away-long', resource: targetPart, lasts: [480_000, 600_000], isLong: true },
    incidents: ofTarget,
    begin: killAndStart(targetPart),
  },
  {
    ...{ name: 'kafka-away-long', resource: part('kafka'), lasts: [480_000, 600_000], isLong: true },
    incidents: ofKafka,
    begin: killAndStart(() => 'kafka'),
  },
  {
    ...{ name: 'consumer-stopped-long', resource: consumer, lasts: [150_000, 240_000], isLong: true },
    incidents: ofConsumer,
    begin: stopConsumer,
  },
  {
    ...{ name: 'capture-back-first', resource: part('connect'), lasts: [118_000, 122_000], isLong: true },
    incidents: [...ofCapture, ...ofConsumer, 'consumer-retrying'],
    begin: captureBackFirst,
  },
  {
    ...{ name: 'source-stopped', resource: sourcePart, lasts: [5_000, 30_000], incidents: ofSource },
    begin: stopPart(sourcePart),
  },
  {
    ...{ name: 'source-log-session-ended', resource: connector, lasts: atOnce, incidents: ofCapture },
    begin: endSessions('source', 'log'),
  },
  {
    ...{ name: 'source-sessions-ended', resource: connector, lasts: atOnce, incidents: ofSource },
    begin: endSessions('source', 'others'),
  },
  {
    ...{ name: 'source-refuses', resource: sourceWay, lasts: [1_000, 30_000], incidents: ofSource },
    begin: way('source', (proxy) => proxy.refuse()),
  },
  {
    ...{ name: 'source-silent', resource: sourceWay, lasts: [5_000, 60_000], incidents: ofSource },
    begin: way('source', (proxy) => proxy.silence()),
  },
  {
    ...{ name: 'source-slow', resource: sourceWay, lasts: [5_000, 30_000], incidents: ofSource },
    begin: way('source', (proxy) => proxy.delay(50)),
  },
  {
    ...{ name: 'target-killed', resource: targetPart, lasts: [0, 15_000], incidents: ofTarget },
    begin: killAndStart(targetPart),
  },
  {
    ...{ name: 'target-sessions-ended', resource: targetWay, lasts: atOnce, incidents: ofTarget },
    begin: endSessions('target', 'others'),
  },
  {
    ...{ name: 'target-refuses', resource: targetWay, lasts: [1_000, 40_000], incidents: ofTarget },
    begin: way('target', (proxy) => proxy.refuse()),
  },
  {
    ...{ name: 'target-silent', resource: targetWay, lasts: [5_000, 60_000], incidents: ofTarget },
    begin: way('target', (proxy) => proxy.silence()),
  },
  {
    ...{ name: 'target-slow', resource: targetWay, lasts: [5_000, 30_000], incidents: ofTarget },
    begin: way('target', (proxy) => proxy.delay(50)),
  },
  {
    ...{ name: 'target-cut', resource: targetWay, lasts: atOnce, incidents: ofTarget },
    begin: way('target', (proxy) => proxy.cut()),
  },
  {
    ...{ name: 'target-locked', resource: targetWay, lasts: [5_000, 40_000], incidents: ofTarget },
    begin: lockTarget,
  },
  {
    ...{ name: 'target-column-narrowed', resource: targetWay, lasts: atOnce, holds: 'bursts' },
    incidents: [...ofConsumer, 'resync-done', 'table-change-failed'],
    begin: narrowTarget,
  },
  {
    ...{ name: 'source-password-changed', resource: sourceWay, lasts: [0, 10_000] },
    incidents: [...ofSource, ...ofStart],
    begin: rotatePassword('source'),
  },
  {
    ...{ name: 'target-password-changed', resource: targetWay, lasts: [0, 10_000] },
    incidents: [...ofTarget, 'credentials-refused', ...ofStart],
    begin: rotatePassword('target'),
  },
  {
    ...{ name: 'control-plane-stopped', resource: part('emulator'), lasts: [5_000, 60_000] },
    incidents: ofControl,
    begin: stopPart(() => 'emulator'),
  },
  {
    ...{ name: 'schedule-twice', resource: part('emulator'), lasts: atOnce, incidents: [] },
    begin: async ({ control }) => {
      await Promise.all(
        [...scheduleNames, ...scheduleNames].map((name) => control.runSchedule(name).catch(() => undefined)),
      );
      return nothing;
    },
  },
  {
    ...{ name: 'schedule-missing', resource: part('emulator'), lasts: [30_000, 120_000] },
    incidents: ofControl,
    begin: switchSchedules,
  },
  {
    ...{ name: 'lease-stolen', resource: consumer, lasts: [10_000, 90_000], incidents: ofControl },
    begin: stealLease,
  },
  {
    ...{ name: 'consumer-clock-ahead', resource: consumer, lasts: [20_000, 90_000], incidents: ofTarget },
    begin: consumerOfAnotherTime(hourMs),
  },
  {
    ...{ name: 'consumer-clock-behind', resource: consumer, lasts: [20_000, 90_000], incidents: ofTarget },
    begin: consumerOfAnotherTime(-hourMs),
  },
  {
    ...{ name: 'target-full', resource: targetWay, lasts: [10_000, 40_000], incidents: ofTarget },
    begin: fillTarget,
  },
  {
    ...{ name: 'topic-recreated', resource: part('kafka'), lasts: atOnce, loses: true },
    incidents: [...ofKafka, ...ofLoss],
    begin: recreateTopic,
  },
  {
    ...{ name: 'events-lost', resource: consumer, lasts: [8_000, 20_000], loses: true },
    incidents: [...ofConsumer, ...ofLoss],
    begin: loseEvents,
  },
  {
    ...{ name: 'log-lost', resource: part('connect'), lasts: [5_000, 15_000], loses: true },
    incidents: [...ofSource, ...ofLoss],
    begin: loseLog,
  },
  {
    ...{ name: 'user-restarts', resource: consumer, lasts: atOnce },
    incidents: [...ofConsumer, ...ofCapture, ...ofStart],
    begin: userCalls('restart'),
  },
  {
    ...{ name: 'user-pauses', resource: consumer, lasts: [5_000, 20_000] },
    incidents: [...ofConsumer, ...ofCapture, ...ofStart],
    begin: userCalls('pause', 'resume'),
  },
  {
    ...{ name: 'user-resyncs-a-table', resource: consumer, lasts: atOnce },
    incidents: [...ofConsumer, 'resync-done', 'table-change-failed'],
    begin: async ({ control }, { replicationId, source }) => {
      await control.act(replicationId, `tables/${source.schema}.items/resync`).catch(() => undefined);
      return nothing;
    },
  },
];

/** What concerns the consumer and its target alone. */
const keepingOrder = new Set([...ofTarget, 'credentials-refused', 'replication-failed']);

/** Every fault that a run draws from. */
export const faults: readonly Fault[] = list.map((fault) => ({
  ...fault,
  repeatsEvents:
    fault.incidents.length === 0 || fault.incidents.some((condition) => !keepingOrder.has(condition)),
}));
