import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { systemClock } from '#adapters/clock/system-clock.ts';
import type { HealthPoint } from '#core/contracts/health-record.ts';
import { placementOf, type Replication } from '#core/contracts/replication.ts';
import { decideHeartbeat } from '#core/health/decide.ts';
import { type HealPorts, healReplication } from '#core/health/heal-replication.ts';
import { decideMove } from '#core/health/move-consumers.ts';
import { observeConsumer } from '#core/health/observe-replication.ts';
import { relaunchConsumer } from '#core/lifecycle/launch-consumer.ts';
import { createPooledTasks } from '#core/lifecycle/pooled-tasks.ts';
import { topicName } from '#core/naming/names.ts';
import { describeInLongForm } from '#test/kit/short-form.ts';
import { bundleConsumer } from '../../../infra/constructs/consumer-bundle.ts';
import { type ConsumerProcess, ConsumerStack, silentLog, waitUntil } from '../consumer/consumer-stack.ts';
import { EventLog } from '../consumer/event-log.ts';

/** `npm run simulate:pool` asks for 200; without it, a few show that it works. */
const count = Number(process.env.MILLRACE_POOL_REPLICATIONS ?? 6);
const isFull = count > 50;
const figuresFile = process.env.MILLRACE_POOL_FIGURES;
const tablesEach = 2;
/** How long processor time is measured. */
const measuredMs = isFull ? 60_000 : 3_000;
/** Of the health points that a move is decided on; the health checks write one each minute. */
const pointEveryMs = isFull ? 10_000 : 2_000;

/** In 10 ms, as Linux counts processor time. */
const ticksPerSecond = 100;

interface Usage {
  readonly processorMs: number;
  readonly memoryMib: number;
}

const usageOf = (pid: number): Usage => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    processorMs: ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1000,
    memoryMib: Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024),
  };
};

/**
 * Quiet replications that share a pool task: real consumers in the real bundle, a real Kafka, one source and one target server. Events are written as
 * Debezium writes them. One becomes busy and is moved, the pool task is killed, and every table has the rows of its source.
 */
describeInLongForm(`${count} quiet replications in one pool`, () => {
  let stack: ConsumerStack;
  let folder: string;
  let replications: readonly Replication[] = [];
  let ports: Omit<HealPorts, 'log'> & { readonly log: typeof silentLog };
  const tasks = new Map<string, ConsumerProcess>();
  const ended = new Set<string>();
  const logs = new Map<string, EventLog>();
  let nextId = 1;
  const figures: Record<string, unknown> = { replications: count, tablesEach };

  beforeAll(async () => {
    stack = await ConsumerStack.start({ connections: 100 + 6 * count });
    folder = mkdtempSync(join(tmpdir(), 'millrace-pool-'));
    bundleConsumer(folder);
    const run = (name: string, overrides: Readonly<Record<string, string>>): string => {
      const task = stack.runTask(overrides, ['--enable-source-maps', join(folder, 'main.mjs')]);
      tasks.set(name, task);
      void task.exited.then(() => ended.add(name));
      return name;
    };
    ports = {
      store: stack.store,
      tasks: createPooledTasks({
        store: stack.store,
        capacity: Math.max(count, 1),
        clock: systemClock,
        log: silentLog,
        poolTasks: {
          runPoolTask: async (poolTaskId) => ({
            taskArn: run(poolTaskId, { MILLRACE_ROLE: 'pool', MILLRACE_POOL_TASK_ID: poolTaskId }),
          }),
        },
        tasks: {
          runConsumer: async ({ clientId, replicationId, launchId }) =>
            run(launchId, {
              MILLRACE_ROLE: 'consumer',
              MILLRACE_CLIENT_ID: String(clientId),
              MILLRACE_REPLICATION_ID: String(replicationId),
              MILLRACE_LAUNCH_ID: launchId,
            }),
          stopTask: async (arn) => tasks.get(arn)?.signal('SIGTERM'),
          describeTask: async (arn) => ({ lastStatus: ended.has(arn) ? 'STOPPED' : 'RUNNING' }),
        },
      }),
      alerts: { publish: async () => undefined },
      metrics: { emit: () => undefined, countError: () => undefined },
      clock: systemClock,
      log: silentLog,
    };
    const names = Array.from({ length: count }, (_, index) =>
      Array.from({ length: tablesEach }, (_table, table) => `pool_${index}_${table}`),
    );
    for (const client of [stack.source.client, stack.target.client])
      for (const tables of names)
        await client.query(
          tables
            .map((name) => `CREATE TABLE ${name} (id bigint PRIMARY KEY, balance text, note text)`)
            .join(';'),
        );
    const created: Replication[] = [];
    for (const tables of names)
      created.push(
        await stack.createReplication(tables, 'live', undefined, { consumer: { placement: 'pooled' } }),
      );
    replications = created;
    for (const table of names.flat()) logs.set(table, new EventLog(table));
  });
  afterAll(async () => {
    await stack?.stop();
    rmSync(folder, { recursive: true, force: true });
    if (figuresFile !== undefined) writeFileSync(figuresFile, `${JSON.stringify(figures, undefined, 2)}\n`);
  });

  const current = ({ clientId, replicationId }: Replication): Promise<Replication> =>
    stack.store.getReplication(clientId, replicationId);

  const isRunning = async ({ replicationId }: Replication): Promise<boolean> => {
    const [launch, heartbeat] = await Promise.all([
      stack.store.getLaunch(replicationId),
      stack.store.getHeartbeat(replicationId),
    ]);
    return launch !== undefined && heartbeat?.launchId === launch.launchId && heartbeat.state === 'RUNNING';
  };
  const awaitAllRunning = async (some: readonly Replication[], timeoutMs: number): Promise<number> => {
    const begunMs = performance.now();
    const waiting = new Set(some);
    await waitUntil(
      `${some.length} consumers to run`,
      async () => {
        for (const one of [...waiting].slice(0, 20)) if (await isRunning(one)) waiting.delete(one);
        return waiting.size === 0;
      },
      timeoutMs,
    );
    return Math.round(performance.now() - begunMs);
  };
  const poolPids = (): readonly number[] =>
    [...tasks].filter(([name]) => /^p\d+$/.test(name) && !ended.has(name)).map(([, task]) => task.pid);

  /** New rows at the source, and their events. */
  const write = async (replication: Replication, rows: number): Promise<void> => {
    for (const { source } of replication.tables) {
      const first = nextId;
      nextId += rows;
      const values = Array.from({ length: rows }, (_, index) => first + index);
      await stack.source.client.query(
        `INSERT INTO ${source.table} SELECT n, (n % 97)::text, 'note ' || n FROM generate_series($1::bigint, $2::bigint) n`,
        [first, first + rows - 1],
      );
      await stack.produce(
        topicName(replication.topicPrefix, source),
        values.map(
          (id) =>
            logs.get(source.table)?.insert({ id, balance: String(id % 97), note: `note ${id}` }) ?? {
              value: null,
            },
        ),
      );
    }
  };

  const measure = async (work: () => Promise<void>): Promise<Usage> => {
    const [pid = 0] = poolPids();
    const before = usageOf(pid);
    const begunMs = performance.now();
    await work();
    const left = measuredMs - (performance.now() - begunMs);
    if (left > 0) await sleep(left);
    const after = usageOf(pid);
    const seconds = (performance.now() - begunMs) / 1000;
    return { processorMs: (after.processorMs - before.processorMs) / seconds, memoryMib: after.memoryMib };
  };
  const record = (name: string, { processorMs, memoryMib }: Usage): void => {
    figures[name] = {
      processorMsPerSecond: Math.round(processorMs),
      processorMsPerSecondEach: Number((processorMs / count).toFixed(2)),
      memoryMib,
      memoryMibEach: Number((memoryMib / count).toFixed(1)),
    };
  };

  const digest = async (client: typeof stack.source.client, table: string): Promise<string> => {
    const { rows } = await client.query(
      `SELECT count(*)::text AS rows, coalesce(sum(('x' || substr(md5(t::text), 1, 15))::bit(60)::bigint), 0)::text AS hash FROM ${table} t`,
    );
    return `${rows[0].rows} ${rows[0].hash}`;
  };
  const awaitAllEqual = async (): Promise<void> => {
    for (const { source } of replications.flatMap(({ tables }) => tables)) {
      const expected = await digest(stack.source.client, source.table);
      await waitUntil(
        `${source.table} to be equal`,
        async () => (await digest(stack.target.client, source.table)) === expected,
        120_000,
      );
    }
  };

  test('all of them run in one pool task', async () => {
    const begunMs = performance.now();
    for (const replication of replications) await relaunchConsumer(replication, ports);
    await awaitAllRunning(replications, 300_000);
    figures.startAllMs = Math.round(performance.now() - begunMs);
    expect(poolPids()).toHaveLength(1);
    for (const replication of replications) await write(replication, 3);
    await awaitAllEqual();
  });

  test('what they cost while nothing comes, and with a change a second each', async () => {
    await sleep(isFull ? 15_000 : 1_000);
    record('idle', await measure(async () => undefined));
    record(
      'oneChangeASecondEach',
      await measure(async () => {
        const endMs = performance.now() + measuredMs;
        while (performance.now() < endMs) {
          const roundEndsMs = performance.now() + 2_000;
          for (const replication of replications) await write(replication, 1);
          await sleep(Math.max(0, roundEndsMs - performance.now()));
        }
      }),
    );
    await awaitAllEqual();
  });

  test('one that becomes busy is moved to a task of its own, and nothing is lost', async () => {
    const [busy] = replications;
    if (busy === undefined) throw new TypeError('There is none.');
    const history: HealthPoint[] = [];
    const look = async (): Promise<void> => {
      const heartbeat = await stack.store.getHeartbeat(busy.replicationId);
      if (heartbeat === undefined) return;
      const { inserts, updates, deletes, truncates } = heartbeat.applied;
      history.push({
        at: new Date().toISOString(),
        overall: 'healthy',
        appliedEvents: inserts + updates + deletes + truncates,
        ...(heartbeat.lagMs !== undefined && { applyLagMs: heartbeat.lagMs }),
      });
      await healReplication(
        busy,
        'simulation',
        async (replication, _attempts, now) =>
          decideMove(replication, await observeConsumer(replication, ports), history.slice(-4), [], now),
        ports,
      );
    };
    let writing = true;
    const writer = (async () => {
      while (writing) {
        await write(busy, 300);
        await sleep(500);
      }
    })();
    const begunMs = performance.now();
    while (placementOf(await current(busy)) === 'pooled') {
      await sleep(pointEveryMs);
      // A heartbeat is written every five seconds while there is something to tell.
      if (!isFull) await sleep(3_500);
      await look();
      if (performance.now() - begunMs > 150_000)
        throw new Error(`Not moved: ${JSON.stringify(history.slice(-5))}`);
    }
    figures.decidedAfterMs = Math.round(performance.now() - begunMs);
    figures.movedWithinMs = await awaitAllRunning([busy], 60_000);
    writing = false;
    await writer;
    const launch = await stack.store.getLaunch(busy.replicationId);
    expect(launch?.taskArn).toBe(launch?.launchId);
    await awaitAllEqual();
  });

  test('a pool task that is killed: all go on in another one, and nothing is lost', async () => {
    const pooled = replications.slice(1);
    const [killed = 0] = poolPids();
    process.kill(killed, 'SIGKILL');
    const begunMs = performance.now();
    for (const replication of pooled) await write(replication, 2);
    // What the health check of every minute does.
    await waitUntil('the end of the pool task', async () => !poolPids().includes(killed));
    for (const replication of pooled) {
      await healReplication(
        replication,
        'simulation',
        async (found, attempts, now) =>
          decideHeartbeat(found, await observeConsumer(found, ports), attempts, now),
        ports,
      );
    }
    await awaitAllRunning(pooled, 300_000);
    figures.backAfterKillMs = Math.round(performance.now() - begunMs);
    expect(poolPids()).toHaveLength(1);
    await awaitAllEqual();
  });

  test('a pool task that is told to end gives back all that it holds', async () => {
    const [first = 0] = poolPids();
    const begunMs = performance.now();
    process.kill(first, 'SIGTERM');
    await waitUntil('the end of the pool task', async () => !poolPids().includes(first), 120_000);
    figures.drainedMs = Math.round(performance.now() - begunMs);
    const waiting = await stack.store.listWaitingSlots(1_000);
    expect(waiting).toHaveLength(replications.length - 1);
  });
});
