import type { Replication } from '#core/contracts/replication.ts';
import { runSchema } from '#core/contracts/steps.ts';
import { toMillraceError } from '#core/errors/millrace-error.ts';
import { requireCurrentRun } from '#core/lifecycle/current-run.ts';
import type { ConnectorState, ConnectorStatus } from '#core/ports/services.ts';
import type { StateStore } from '#core/ports/state-store.ts';
import { seededRandom } from '../../../../demo/seeded-random.ts';
import { monitorHealth } from '../../../../lambdas/health/monitor-health/monitor-health.ts';
import { failStart } from '../../../../lambdas/steps/fail-start/fail-start.ts';
import { startConsumer } from '../../../../lambdas/steps/start-consumer/start-consumer.ts';
import { createRecordingLog, createRecordingMetrics } from '../../../kit/recording-log.ts';
import { createVirtualClock, type VirtualClock } from '../../../kit/virtual-clock.ts';
import { createWorld } from './api-world.ts';

const running = { desired: 'running', status: 'active', consumers: 1, isCaptured: true } as const;

/** What a user says last, and what there must be by it. A deletion ends the parts by itself. */
export const whatRuns = {
  start: running,
  restart: running,
  pause: { desired: 'paused', status: 'paused', consumers: 0, isCaptured: true },
  stop: { desired: 'stopped', status: 'stopped', consumers: 0, isCaptured: false },
  delete: { desired: 'stopped', status: 'deleting' },
} as const;
export type LastWord = keyof typeof whatRuns;

const stormMs = 15_000;
const stormWords = ['start', 'stop', 'pause', 'resume', 'restart'] as const;

export interface StormOptions {
  readonly seed: number;
  /** The one in memory when absent; it is given the storm's time. */
  readonly openStore?: (clock: VirtualClock) => StateStore;
}

interface FakeTask {
  readonly launchId: string;
  status: 'RUNNING' | 'DEACTIVATING' | 'STOPPED';
}

/**
 * The API, the last step of a start and the check of every minute on one store, with tasks and a connector that take their time.
 * Everything random comes from the seed, but for how the calls overlap.
 */
export const createStorm = async ({ seed, openStore }: StormOptions) => {
  const random = seededRandom(seed);
  const clock = createVirtualClock();
  const it = createWorld({ clock, ...(openStore === undefined ? {} : { store: openStore(clock) }) });
  const { client, replication: id } = await it.configured(`Storm ${seed}`);
  const used = it.ports.store;
  const log = createRecordingLog();
  const tasks = new Map<string, FakeTask>();
  const executions = new Map<string, 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED'>();
  const connector: { state: ConnectorState | undefined } = { state: undefined };
  const background = new Set<Promise<void>>();
  let isOver = false;

  const somewhat = (maxMs: number): Promise<void> => clock.sleep(random.next() * maxMs);
  const inBackground = (work: Promise<void>): void => {
    background.add(work);
    void work.finally(() => background.delete(work));
  };
  const current = (): Promise<Replication> => used.getReplication(client, id);

  const consume = async (task: FakeTask): Promise<void> => {
    const startedAt = clock.now().toISOString();
    const beat = (state: 'RUNNING' | 'STOPPED') =>
      used.putHeartbeat(id, {
        launchId: task.launchId,
        epoch: 1,
        state,
        beatAt: clock.now().toISOString(),
        startedAt,
        applied: { inserts: 0, updates: 0, deletes: 0, truncates: 0, duplicatesSkipped: 0 },
      });
    await somewhat(2_000);
    try {
      while (task.status === 'RUNNING' && !isOver) {
        await beat('RUNNING');
        await clock.sleep(1_000);
      }
      // What it has in hand.
      await somewhat(3_000);
      await beat('STOPPED');
    } catch {
      // A newer launch has replaced it.
    }
    task.status = 'STOPPED';
  };

  const taskRunner = {
    runConsumer: async ({ launchId }: { readonly launchId: string }) => {
      await somewhat(1_000);
      const arn = `task-${launchId}`;
      if (!tasks.has(arn)) {
        const task: FakeTask = { launchId, status: 'RUNNING' };
        tasks.set(arn, task);
        inBackground(consume(task));
      }
      return arn;
    },
    stopTask: async (arn: string) => {
      await somewhat(300);
      const task = tasks.get(arn);
      if (task?.status === 'RUNNING') task.status = 'DEACTIVATING';
    },
    describeTask: async (arn: string) => {
      const status = tasks.get(arn)?.status;
      return status === undefined ? undefined : { lastStatus: status };
    },
  };

  const setConnector = (state: ConnectorState) => async (): Promise<void> => {
    await somewhat(500);
    connector.state = state;
  };
  const seeConnector = (): ConnectorStatus | undefined =>
    connector.state === undefined
      ? undefined
      : { state: connector.state, tasks: [{ id: 0, state: connector.state }] };
  const connect = {
    checkHealth: async () => {},
    getStatus: async () => seeConnector(),
    listStatuses: async () => {
      const status = seeConnector();
      const { connectorName } = await current();
      return new Map(status === undefined ? [] : [[connectorName, status]]);
    },
    pause: setConnector('PAUSED'),
    resume: setConnector('RUNNING'),
    restart: setConnector('RUNNING'),
    restartFailed: setConnector('RUNNING'),
  };

  const execute = async (arn: string, input: string): Promise<void> => {
    const run = runSchema.parse(JSON.parse(input));
    const ports = { store: used, tasks: taskRunner, clock, log };
    try {
      await somewhat(2_000);
      await requireCurrentRun(used, run);
      await connect.resume();
      if (executions.get(arn) === 'RUNNING') await startConsumer(run, ports);
      if (executions.get(arn) === 'RUNNING') executions.set(arn, 'SUCCEEDED');
    } catch (cause) {
      const error = toMillraceError(cause);
      if (executions.get(arn) !== 'RUNNING') return;
      executions.set(arn, 'FAILED');
      await failStart(
        {
          run,
          step: 'Consume',
          failure: { Error: error.code, Cause: JSON.stringify({ errorMessage: error.message }) },
        },
        { ...ports, alerts: { publish: async () => {} } },
      );
    }
  };
  const executionPort = {
    startExecution: async (machine: string, name: string, input: string) => {
      await somewhat(300);
      const arn = `arn:execution:${name}`;
      if (!executions.has(arn)) {
        executions.set(arn, 'RUNNING');
        if (machine === 'start-replication') inBackground(execute(arn, input));
      }
      return arn;
    },
    getStatus: async (arn: string) => executions.get(arn),
    stopExecution: async (arn: string) => {
      if (executions.get(arn) === 'RUNNING') executions.set(arn, 'ABORTED');
    },
  };
  Object.assign(it.ports, {
    tasks: taskRunner,
    connect: { ...it.ports.connect, ...connect },
    executions: executionPort,
  });

  let healer = 0;
  const heal = async (): Promise<void> => {
    healer += 1;
    await monitorHealth(`healer-${healer}`, {
      store: { ...used, listReplicationKeys: async () => [await current()] },
      connect,
      connectors: { ...connect, recreate: setConnector('RUNNING') },
      newTables: { add: async () => 0 },
      captures: { listUncaptured: async () => [] },
      sources: {
        look: async () => ({ sourceLog: { readAt: clock.now().toISOString(), warnings: [] }, isOpen: false }),
      },
      removeRowRelay: async () => {},
      fitPool: async () => undefined,
      taskRevision: undefined,
      topicRetentionHours: 168,
      tasks: taskRunner,
      executions: executionPort,
      alerts: { publish: async () => {} },
      queue: { send: async () => {} },
      metrics: createRecordingMetrics(),
      clock,
      log,
      logFor: () => log,
    });
  };
  /** Someone pauses the connector now and then, so that there is something to heal. */
  const harm = (): void => {
    if (random.next() < 0.3 && connector.state === 'RUNNING') connector.state = 'PAUSED';
  };
  const healUntil = async (isDone: () => boolean): Promise<void> => {
    while (!isDone() && !isOver) {
      harm();
      await Promise.all([heal(), heal()]);
      await somewhat(2_000);
    }
  };

  const say = (word: LastWord | (typeof stormWords)[number]) =>
    word === 'delete'
      ? it.request(client, 'DELETE', `/replications/${id}`)
      : it.request(client, 'POST', `/replications/${id}/${word}`);
  /** As a user does who is told that someone else is acting on it. */
  const insist = async (word: LastWord): Promise<void> => {
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const { status } = await say(word);
      if (status < 300) return;
      await clock.sleep(1_000);
    }
    throw new Error(`${word} was refused 20 times: the replication is ${(await current()).status}.`);
  };
  const awaitStatus = async (status: Replication['status']): Promise<void> => {
    const giveUpAt = clock.now().getTime() + 300_000;
    while ((await current()).status !== status && !isOver) {
      if (clock.now().getTime() > giveUpAt) {
        throw new Error(
          `It is ${(await current()).status}, not ${status}. ${log.lines.slice(-20).join('\n')}`,
        );
      }
      await heal();
      await clock.sleep(500);
    }
  };

  return {
    /** Two dozen words at random moments, while healing is at work, and then the last one. */
    blow: async (word: LastWord) => {
      await insist('start');
      await awaitStatus('active');
      let isCalm = false;
      const healing = healUntil(() => isCalm);
      const calls = Promise.all(
        Array.from({ length: 24 }, async () => {
          // Most of them right before the last one, so that they are still under way when it comes.
          const at = stormMs * (1 - random.next() ** 4);
          const said = stormWords[Math.floor(random.next() * stormWords.length)] ?? 'start';
          await clock.sleep(at);
          await say(said);
        }),
      );
      if (word === 'pause' || word === 'restart') {
        await calls;
        await insist('start');
        await awaitStatus('active');
      } else {
        // Calls that came before are still under way.
        await clock.sleep(stormMs);
      }
      await insist(word);
      await calls;
      isCalm = true;
      await healing;
      await awaitStatus(whatRuns[word].status);
      // What is still under way must not change it.
      for (let check = 0; check < 3; check += 1) {
        await clock.sleep(4_000);
        await heal();
      }
      const { desired, status } = await current();
      if (status === 'deleting') return { desired, status };
      const alive = [...tasks].filter(([, task]) => task.status !== 'STOPPED').map(([arn]) => arn);
      const launched = (await used.getLaunch(id))?.taskArn;
      if (alive.some((arn) => arn !== launched))
        throw new Error(`${alive.join()} run, launched was ${launched}.`);
      return { desired, status, consumers: alive.length, isCaptured: connector.state === 'RUNNING' };
    },
    end: async (): Promise<void> => {
      isOver = true;
      await Promise.all(background);
      clock.stop();
    },
  };
};
