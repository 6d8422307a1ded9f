import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ECSClient } from '@aws-sdk/client-ecs';
import { z } from 'zod';
import { createTaskRunner } from '#adapters/aws/task-runner.ts';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { createConnectClient } from '#adapters/connect/connect-client.ts';
import { createStateStore } from '#adapters/dynamodb/dynamo-state-store.ts';
import { openDynamoTable } from '#adapters/dynamodb/dynamo-table.ts';
import {
  consumerKey,
  healthKey,
  progressKey,
  replicationIndexKey,
  replicationKey,
  sourceLogKey,
} from '#adapters/dynamodb/store-keys.ts';
import { createLog } from '#adapters/observability/log.ts';
import { createMetrics } from '#adapters/observability/metrics.ts';
import type { Replication } from '#core/contracts/replication.ts';
import type { SourceLog } from '#core/contracts/source-log.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
// biome-ignore lint/style/noRestrictedImports: the checks themselves are measured, without the start of a Lambda.
import { checkHeartbeats } from '../lambdas/health/check-heartbeats/check-heartbeats.ts';
// biome-ignore lint/style/noRestrictedImports: as above.
import { monitorHealth } from '../lambdas/health/monitor-health/monitor-health.ts';
import { median } from './bench-context.ts';
import { createStateTable, startEmulatedAws } from './emulated-aws.ts';

export interface MonitorRate {
  readonly replications: number;
  readonly tablesEach: number;
  /** Medians of one run of each check. */
  readonly monitorHealth: RunTime;
  readonly checkHeartbeats: RunTime;
  /** What one run of monitor-health asks of the services, by what. */
  readonly calls: Readonly<Record<string, number>>;
}

interface RunTime {
  readonly ms: number;
  /** Of this process alone: neither the state store's nor that of the stand-ins. */
  readonly processorMs: number;
}

export interface MonitorSizes {
  readonly replications: number;
  readonly tablesEach: number;
  readonly rounds: number;
}

/** 1,000 replications of 100 sources, each with ten tables. */
export const fullMonitorSizes: MonitorSizes = { replications: 1_000, tablesEach: 10, rounds: 3 };
export const shortMonitorSizes: MonitorSizes = { replications: 100, tablesEach: 2, rounds: 1 };

const replicationsPerSource = 10;
const tableName = 'bench-state';
const at = (): string => new Date().toISOString();

const replicationOf = (replicationId: number, tablesEach: number): Replication => ({
  replicationId,
  clientId: 1 + (replicationId % 50),
  name: `bench ${replicationId}`,
  sourceDatabaseId: 1 + Math.floor(replicationId / replicationsPerSource),
  targetDatabaseId: 100_000,
  tables: Array.from({ length: tablesEach }, (_, index) => ({
    source: { schema: 'public', table: `table_${index}` },
    target: { schema: 'public', table: `bench_table_${index}` },
  })),
  connectorName: `bench_${replicationId}_connector`,
  topicPrefix: `client_1_db_${replicationId}`,
  slotName: `millrace_client_1_db_${replicationId}`,
  publicationName: `millrace_client_1_db_${replicationId}`,
  newTables: { include: ['public.*'] },
  status: 'active',
  desired: 'running',
  generation: 1,
  copyGeneration: 1,
  statusSince: at(),
  createdAt: at(),
});

const seenLog = (): SourceLog => ({
  readAt: at(),
  retainedBytes: 1_024,
  position: '0/5F5E100',
  captured: '0/5F5E100',
  marks: [],
  warnings: [],
});

/**
 * Runs both health checks over many replications that are all well: the real checks with the real adapters, against the AWS
 * emulator's DynamoDB and stand-ins of Kafka Connect and ECS over HTTP. Of a source's log nothing is read but what Kafka Connect
 * says of it.
 */
export const measureMonitorRate = async (
  { replications, tablesEach, rounds }: MonitorSizes,
  say: (line: string) => void,
): Promise<MonitorRate> => {
  const aws = await startEmulatedAws();
  const standIns = await startStandIns(replications);
  const client = new DynamoDBClient(aws.config);
  try {
    await createStateTable(client, tableName);
    const all = Array.from({ length: replications }, (_, index) => replicationOf(index + 1, tablesEach));
    await seed(client, all);
    const storeCalls = countCalls(client);
    const counts = async () => ({ ...(await standIns.counts()), ...storeCalls });
    const ports = createPorts(client, standIns.url);
    const times: { monitor: RunTime[]; heartbeats: RunTime[] } = { monitor: [], heartbeats: [] };
    let calls: Readonly<Record<string, number>> = {};
    for (let round = 0; round <= rounds; round += 1) {
      const before = await counts();
      const monitor = await timed(() => monitorHealth(`bench-${round}`, ports), replications);
      calls = difference(await counts(), before);
      const heartbeats = await timed(() => checkHeartbeats(`bench-${round}`, ports), replications);
      say(
        `  ${(round === 0 ? 'warm-up' : `round ${round}`).padEnd(8)} monitor-health ${describe(monitor)}, ` +
          `check-heartbeats ${describe(heartbeats)}`,
      );
      if (round === 0) continue;
      times.monitor.push(monitor);
      times.heartbeats.push(heartbeats);
    }
    const asked = Object.entries(calls).map(([name, count]) => `${name} ${count}`);
    say(`  one run of monitor-health asks: ${asked.join(', ')}`);
    return {
      replications,
      tablesEach,
      monitorHealth: medianOf(times.monitor),
      checkHeartbeats: medianOf(times.heartbeats),
      calls,
    };
  } finally {
    client.destroy();
    standIns.stop();
    await aws.stop();
  }
};

/** How many commands of which name were sent, from now on. */
const countCalls = (client: DynamoDBClient): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  client.middlewareStack.add(
    (next, { commandName = 'unknown' }) =>
      (args) => {
        counts[commandName] = (counts[commandName] ?? 0) + 1;
        return next(args);
      },
    { step: 'initialize' },
  );
  return counts;
};

const createPorts = (client: DynamoDBClient, url: string) => {
  const connect = createConnectClient({ url, clock: systemClock, retryDelaysMs: [] });
  const output = { write: () => true } as unknown as NodeJS.WritableStream;
  const log = createLog({ service: 'bench', output });
  const never = async (): Promise<never> => {
    throw new MillraceError('Internal', 'Nothing is to be healed in this benchmark.');
  };
  return {
    store: createStateStore({ tableName, client, batched: true }),
    connect,
    tasks: createTaskRunner({
      environment: {
        MILLRACE_CLUSTER: 'bench',
        MILLRACE_TASK_DEFINITION: 'bench',
        MILLRACE_TASK_CONTAINER: 'consumer',
        MILLRACE_POOL_CAPACITY: 200,
        MILLRACE_SUBNETS: 'subnet-1',
        MILLRACE_SECURITY_GROUPS: 'sg-1',
      },
      client: new ECSClient({
        endpoint: url,
        region: 'us-east-1',
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      }),
    }),
    executions: { getStatus: async () => undefined, startExecution: never, stopExecution: never },
    connectors: { pause: never, resume: never, restartFailed: never, recreate: never },
    captures: { listUncaptured: async () => [] },
    newTables: { add: async () => 0 },
    sources: {
      look: async ({ connectorName }: Replication) => {
        await connect.getOffset(connectorName);
        return { sourceLog: seenLog(), isOpen: false };
      },
    },
    removeRowRelay: async () => {},
    fitPool: async () => undefined,
    taskRevision: undefined,
    topicRetentionHours: 168,
    alerts: { publish: never },
    queue: { send: never },
    metrics: createMetrics({ environment: 'bench', output }),
    clock: systemClock,
    log,
    logFor: ({ connectorName, replicationId }: Replication) =>
      createLog({ service: 'bench', connectorName, fields: { replication: replicationId }, output }),
  };
};

const seed = async (client: DynamoDBClient, replications: readonly Replication[]): Promise<void> => {
  const table = openDynamoTable(tableName, client, systemClock);
  const items = replications.flatMap((replication) => {
    const { clientId, replicationId, tables } = replication;
    const launchId = `r${replicationId}-g1-l1`;
    const heartbeat = {
      launchId,
      epoch: 1,
      state: 'RUNNING',
      // The benchmark is over before it is old.
      beatAt: new Date(Date.now() + 10 * 60_000).toISOString(),
      startedAt: at(),
      applied: { inserts: 1, updates: 1, deletes: 1, truncates: 0, duplicatesSkipped: 0 },
      lagEvents: 0,
      lagMs: 0,
    };
    return [
      { ...replicationKey(clientId, replicationId), ...replicationIndexKey(replicationId), ...replication },
      {
        ...consumerKey(replicationId),
        launchId,
        taskArn: `arn:aws:ecs:us-east-1:000000000000:task/bench/${replicationId}`,
        launchedAt: at(),
        generation: 1,
        heartbeat,
      },
      { ...sourceLogKey(replicationId), ...seenLog() },
      { ...healthKey(replicationId), at: at(), overall: 'healthy', since: at(), faults: [] },
      ...tables.map(({ source, target }) => ({
        ...progressKey(replicationId, source),
        ...{ source, target, generation: 1, state: 'live', estimatedRows: 10, estimatedBytes: 100 },
        ...{ chunks: 1, chunksDone: 1, rowsCopied: 10, bytesCopied: 100, runsOn: 'lambda', planId: 'p' },
      })),
    ];
  });
  await table.putAll(items);
};

const countsSchema = z.record(z.string(), z.number());

const startStandIns = async (connectors: number) => {
  const process_ = spawn(
    process.execPath,
    [join(import.meta.dirname, 'monitor-stand-ins.ts'), String(connectors)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const port = await new Promise<string>((resolve, reject) => {
    createInterface({ input: process_.stdout }).once('line', resolve);
    process_.once('exit', (code) => reject(new Error(`The stand-ins have ended with ${code}.`)));
  });
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    counts: async () => countsSchema.parse(await (await fetch(`${url}/counts`)).json()),
    stop: () => void process_.kill(),
  };
};

/** Throws unless the check has looked at all and found all of them well. */
const timed = async (
  check: () => Promise<{ readonly examined: number; readonly healed: number }>,
  replications: number,
): Promise<RunTime> => {
  const processorBefore = process.cpuUsage();
  const startedMs = performance.now();
  const { examined, healed } = await check();
  const ms = Math.round(performance.now() - startedMs);
  if (examined !== replications || healed !== 0)
    throw new MillraceError('Internal', `The check has examined ${examined} and healed ${healed}.`);
  const { user, system } = process.cpuUsage(processorBefore);
  return { ms, processorMs: Math.round((user + system) / 1_000) };
};

const medianOf = (times: readonly RunTime[]): RunTime => ({
  ms: median(times.map(({ ms }) => ms)),
  processorMs: median(times.map(({ processorMs }) => processorMs)),
});

const describe = ({ ms, processorMs }: RunTime): string =>
  `${ms.toLocaleString('en')} ms (${processorMs.toLocaleString('en')} ms of processor time)`;

const difference = (
  after: Readonly<Record<string, number>>,
  before: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]));
