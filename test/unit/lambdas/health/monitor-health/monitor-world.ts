import type { DeliveryRequest } from '#core/contracts/alerting.ts';
import type { Heartbeat } from '#core/contracts/consumer.ts';
import type { TableRef } from '#core/contracts/identifiers.ts';
import type { Replication } from '#core/contracts/replication.ts';
import type { SourceLog } from '#core/contracts/source-log.ts';
import type { LogLook } from '#core/health/observe-source-log.ts';
import type { Alert, ConnectorStatus } from '#core/ports/services.ts';
import { monitorHealth } from '../../../../../lambdas/health/monitor-health/monitor-health.ts';
import { createManualClock } from '../../../../kit/manual-clock.ts';
import { createMemoryChanges } from '../../../../kit/memory-changes.ts';
import { createMemoryStore, sampleReplication } from '../../../../kit/memory-store.ts';
import { createRecordingLog, createRecordingMetrics } from '../../../../kit/recording-log.ts';

export const beat: Heartbeat = {
  launchId: 'r7-g3-l1',
  epoch: 1,
  state: 'RUNNING',
  beatAt: '2026-03-01T11:59:50.000Z',
  startedAt: '2026-03-01T11:00:00.000Z',
  applied: { inserts: 0, updates: 0, deletes: 0, truncates: 0, duplicatesSkipped: 0 },
  lagEvents: 0,
  lagMs: 0,
};

export const sourceLog: SourceLog = {
  readAt: '2026-03-01T12:00:00.000Z',
  retainedBytes: 5,
  captured: '0/1',
  marks: [],
  warnings: ['It keeps its log.'],
};

export const createWorld = (change: Partial<Replication> = {}) => {
  const {
    store: memory,
    state,
    alerting,
  } = createMemoryStore(sampleReplication({ status: 'active', ...change }));
  const store = { ...memory, ...createMemoryChanges() };
  state.launch = {
    launchId: 'r7-g3-l1',
    taskArn: 'arn:task',
    launchedAt: '2026-03-01T11:00:00.000Z',
    generation: 3,
  };
  state.heartbeat = beat;
  const calls: string[] = [];
  const alerts: Alert[] = [];
  const queued: DeliveryRequest[] = [];
  const world = {
    connector: { state: 'RUNNING', tasks: [{ id: 0, state: 'RUNNING' }] } as ConnectorStatus | undefined,
    rowsConnector: undefined as ConnectorStatus | undefined,
    connectFailure: undefined as Error | undefined,
    taskStatus: 'RUNNING',
    taskRevision: 4,
    uncaptured: [] as readonly TableRef[],
    sourceFailure: undefined as Error | undefined,
    looks: [] as LogLook[],
  };
  const call = (name: string) => async (): Promise<void> => {
    calls.push(name);
  };
  const callOf = (name: string) => async (connector: string) => {
    calls.push(connector.endsWith('.copy') ? `${name} copy` : name);
  };
  const metrics = createRecordingMetrics();
  const log = createRecordingLog();
  const ports = {
    store,
    connect: {
      listStatuses: async () => {
        calls.push('listStatuses');
        if (world.connectFailure !== undefined) throw world.connectFailure;
        return new Map(world.connector === undefined ? [] : [['acme_shop_connector', world.connector]]);
      },
      getStatus: async (name: string) => {
        calls.push('getStatus');
        return name.endsWith('.copy') ? world.rowsConnector : world.connector;
      },
    },
    connectors: {
      pause: call('pause'),
      resume: callOf('resume'),
      restartFailed: callOf('restartFailed'),
      recreate: call('recreate'),
    },
    newTables: { add: async () => 0 },
    captures: {
      listUncaptured: async () => {
        calls.push('listUncaptured');
        if (world.sourceFailure !== undefined) throw world.sourceFailure;
        return world.uncaptured;
      },
    },
    removeRowRelay: call('removeRowRelay'),
    topicRetentionHours: 168,
    sources: {
      look: async () => {
        calls.push('look');
        return world.looks.shift() ?? { sourceLog, isOpen: false };
      },
    },
    fitPool: async () => undefined,
    tasks: {
      runConsumer: async ({ launchId }: { launchId: string }) => {
        calls.push(`run ${launchId}`);
        return `arn:${launchId}`;
      },
      stopTask: async (arn: string) => {
        calls.push(`stop ${arn}`);
      },
      describeTask: async () => ({
        lastStatus: world.taskStatus,
        taskDefinition: `arn:aws:ecs:us-east-1:1:task-definition/worker:${world.taskRevision}`,
      }),
    },
    taskRevision: 4,
    executions: {
      getStatus: async () => undefined,
      startExecution: async () => 'arn:execution',
      stopExecution: async () => {},
    },
    queue: { send: async (request: DeliveryRequest) => void queued.push(request) },
    alerts: { publish: async (alert: Alert) => void alerts.push(alert) },
    metrics,
    clock: createManualClock(),
    log,
    logFor: () => log,
  };
  return { state, alerting, world, calls, alerts, queued, metrics, log, ports };
};

export const acts = (calls: readonly string[]): readonly string[] =>
  calls.filter((call) => !['listStatuses', 'getStatus', 'listUncaptured', 'look'].includes(call));

/** Checks of five minutes, one after the other. */
export const checkFiveTimes = async ({
  ports,
}: Pick<ReturnType<typeof createWorld>, 'ports'>): Promise<void> => {
  for (let minute = 0; minute < 5; minute += 1) {
    await monitorHealth('me', ports);
    await ports.clock.sleep(60_000);
  }
};

/** A world of many replications, whose connectors are asked for one by one when Connect's list leaves them out. */
export const createMany = (count: number) => {
  const world = createWorld();
  const all = Array.from({ length: count }, (_, index) => ({
    ...world.state.replication,
    replicationId: index + 1,
    connectorName: `c${index + 1}`,
  }));
  const examined: number[] = [];
  const lastChecked = new Map<string, number>();
  const ports = {
    ...world.ports,
    store: {
      ...world.ports.store,
      listReplicationKeys: async () => all,
      getReplication: async (_clientId: number, id: number) => all[id - 1] ?? world.state.replication,
      getLastChecked: async (check: string, run: number) => lastChecked.get(`${check} ${run}`),
      putLastChecked: async (check: string, run: number, id: number) =>
        void lastChecked.set(`${check} ${run}`, id),
      getLaunch: async (id: number) => {
        examined.push(id);
        return world.state.launch;
      },
    },
  };
  return { ...world, examined, ports };
};
