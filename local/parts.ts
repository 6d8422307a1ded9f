import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { startConsole } from './console.ts';
import type { LocalImages } from './ecs-shim/images.ts';
import { emulatorStop, startEmulator } from './emulator.ts';
import { engineStop, startEngine } from './engine.ts';
import { partEnvironment } from './environment.ts';
import { type KafkaCluster, startConnect, startKafka } from './kafka.ts';
import { mariadbSourceSettings, mariadbStop, startMariadb } from './mariadb.ts';
import { findFreePort, loopback } from './ports.ts';
import { postgresStop, sourceSettings, startPostgres } from './postgres.ts';
import { politeStop, type StopStep, stopProcess } from './processes.ts';
import { startPrometheus } from './prometheus.ts';
import { kafkaSecretName, putKafkaUsers, readSecurity, type Security } from './secure.ts';
import {
  moreBrokers,
  moreWorkers,
  type PartName,
  readPlan,
  readRecord,
  readStackState,
  recordFile,
  runningPart,
  type StackPlan,
  type StackPorts,
  taskRecordsFolder,
} from './stack-state.ts';
import { projectRoot, type StateFolder, stateFolder } from './state-folder.ts';
import { startStream } from './stream.ts';

/** The databases that the stack makes for the source's and the target's data. */
export const sourceDatabase = 'source';
export const targetDatabase = 'target';
export const mariadbDatabase = 'millrace';

export const consumerBundle = join(projectRoot, 'dist', 'consumer', 'main.mjs');
/** The image that infra/config/local.ts names, as the process that its Dockerfile would run. */
export const localImages: LocalImages = {
  'millrace-consumer': { command: [process.execPath, consumerBundle], cwd: projectRoot },
};

const stopSteps: Readonly<Record<PartName, readonly StopStep[]>> = {
  source: postgresStop,
  target: postgresStop,
  kafka: politeStop,
  kafka2: politeStop,
  kafka3: politeStop,
  connect: politeStop,
  connect2: politeStop,
  connect3: politeStop,
  engine: engineStop,
  emulator: emulatorStop,
  stream: politeStop,
  mariadb: mariadbStop,
  monitoring: politeStop,
  console: politeStop,
};

type PlannedPorts = Pick<StackPlan, 'ports'>;

export const emulatorUrl = (plan: PlannedPorts): string => `http://${loopback}:${plan.ports.emulator}`;
export const connectUrl = (plan: PlannedPorts): string => `http://${loopback}:${plan.ports.connect}`;
/** Where logs are streamed; undefined where the stack was planned without. */
export const streamUrl = (plan: PlannedPorts): string | undefined =>
  plan.ports.stream === undefined ? undefined : `http://${loopback}:${plan.ports.stream}/`;
export const kafkaBrokers = ({ ports, mode }: Pick<StackPlan, 'ports' | 'mode'>): string =>
  [ports.kafka, ...(mode?.brokers === 3 ? [ports.kafka2, ports.kafka3] : [])]
    .map((port) => `${loopback}:${port}`)
    .join(',');
export const partLog = (folder: StateFolder, part: PartName): string => join(folder.logs, `${part}.log`);

/**
 * Starts a part of a planned stack and returns when it serves. What a part stored, it finds again.
 * Throws `LocalStackFailed`.
 */
export const launchPart = async (
  part: PartName,
  folder: StateFolder,
  plan: StackPlan,
  signal?: AbortSignal,
): Promise<void> => {
  const shared = {
    env: partEnvironment(folder.root, emulatorUrl(plan)),
    recordFile: recordFile(folder, part),
    logFile: partLog(folder, part),
    ...(signal === undefined ? {} : { signal }),
  };
  const security = plan.mode?.secure === true ? readSecurity(folder) : undefined;
  const tls = security === undefined ? {} : { tls: security };
  switch (part) {
    case 'source':
      await startPostgres({
        ...shared,
        ...tls,
        port: plan.ports.source,
        dataDir: join(folder.data, part),
        database: sourceDatabase,
        config: sourceSettings,
      });
      return;
    case 'target':
      await startPostgres({
        ...shared,
        ...tls,
        port: plan.ports.target,
        dataDir: join(folder.data, part),
        database: targetDatabase,
      });
      return;
    case 'kafka':
    case 'kafka2':
    case 'kafka3':
      await startKafka({
        ...shared,
        java: plan.java,
        dataDir: join(folder.data, part),
        ports: [plan.ports.kafka, plan.ports.kafkaController],
        ...clusterOf(part, plan, security),
      });
      return;
    case 'connect':
    case 'connect2':
    case 'connect3': {
      const port = plan.ports[part];
      const metricsPort = plan.ports[`${part}Metrics`];
      await startConnect({
        ...shared,
        java: plan.java,
        brokers: kafkaBrokers(plan),
        replicationFactor: plan.mode?.brokers ?? 1,
        temporaryFolder: join(folder.run, 'tmp', part),
        ...(security !== undefined && { security, kafkaSecret: kafkaSecretName('connect') }),
        ...(port !== undefined && { port }),
        ...(metricsPort !== undefined && { metricsPort }),
      });
      return;
    }
    case 'engine':
      await startEngine({
        ...shared,
        socket: plan.engineSocket,
        images: plan.images,
        logsFolder: join(folder.logs, 'tasks'),
        recordsFolder: taskRecordsFolder(folder),
      });
      return;
    case 'emulator':
      await startEmulator({
        ...shared,
        python: plan.emulatorPython,
        port: plan.ports.emulator,
        dataDir: join(folder.data, part),
        engineSocket: plan.engineSocket,
        lambdaLog: join(folder.logs, 'lambda.log'),
        connectLogs: ['connect', ...moreWorkers].map((worker) => join(folder.logs, `${worker}.log`)),
        temporaryFolder: join(folder.run, 'tmp'),
      });
      // Before anyone asks for them: an emulator that was killed may have lost them.
      if (security !== undefined) await putKafkaUsers(emulatorUrl(plan), security);
      return;
    case 'stream':
      await startStream({
        ...shared,
        port: plan.ports.stream ?? (await findFreePort()),
        emulatorUrl: emulatorUrl(plan),
        codeFolder: join(folder.run, 'stream'),
      });
      return;
    case 'mariadb':
      await startMariadb({
        ...shared,
        ...tls,
        ...(plan.ports.mariadb === undefined ? {} : { port: plan.ports.mariadb }),
        dataDir: join(folder.data, part),
        database: mariadbDatabase,
        config: mariadbSourceSettings,
        folder,
      });
      return;
    case 'monitoring':
      await startPrometheus({
        ...shared,
        ...(plan.ports.monitoring === undefined ? {} : { port: plan.ports.monitoring }),
        dataDir: join(folder.data, part),
        state: readStackState(folder),
        connectWorkers: workersMetrics(plan),
        folder,
      });
      return;
    case 'console':
      await startConsole({ ...shared, port: plan.ports.console ?? (await findFreePort()), folder });
      return;
  }
};

/** A single broker, in the clear, is a cluster by itself. */
const clusterOf = (
  part: 'kafka' | (typeof moreBrokers)[number],
  { ports, mode }: StackPlan,
  security: Security | undefined,
): { readonly cluster?: KafkaCluster } => {
  if (mode?.clusterId === undefined) return {};
  const parts: readonly ('kafka' | (typeof moreBrokers)[number])[] = [
    'kafka',
    ...(mode.brokers === 1 ? [] : moreBrokers),
  ];
  const portOf = (name: keyof StackPorts): number => {
    const port = ports[name];
    if (port === undefined) throw new MillraceError('Internal', `The stack has no port ${name}.`);
    return port;
  };
  return {
    cluster: {
      id: mode.clusterId,
      nodes: parts.map((name) => ({
        port: portOf(name),
        peerPort: portOf(`${name}Peer`),
        controllerPort: portOf(`${name}Controller`),
      })),
      index: parts.indexOf(part),
      ...(security !== undefined && { security }),
    },
  };
};

/** Where the Connect workers of the stack show their metrics. */
const workersMetrics = ({ ports, with: wanted = [] }: StackPlan): readonly string[] =>
  [
    ports.connectMetrics,
    ...(wanted.includes('connect2') ? [ports.connect2Metrics] : []),
    ...(wanted.includes('connect3') ? [ports.connect3Metrics] : []),
  ].flatMap((port) => (port === undefined ? [] : [`${loopback}:${port}`]));

/** Stops a part in the way that is right for it. Does nothing when it does not run. */
export const haltPart = async (part: PartName, folder: StateFolder): Promise<void> => {
  const file = recordFile(folder, part);
  const identity = readRecord(file);
  if (identity !== undefined) await stopProcess(identity, stopSteps[part]);
  rmSync(file, { force: true });
};

/** Starts a stopped or killed part of the running stack. */
export const startPart = async (part: PartName, folder: StateFolder = stateFolder()): Promise<void> => {
  if (runningPart(folder, part) === undefined) await launchPart(part, folder, requirePlan(folder));
};

/** SIGKILL for one part of the running stack, and for the processes that it started itself. */
export const killPart = async (part: PartName, folder: StateFolder = stateFolder()): Promise<void> => {
  const identity = readRecord(recordFile(folder, part));
  if (identity !== undefined) await stopProcess(identity, [{ signal: 'SIGKILL', waitMs: 5_000 }]);
};

export const restartPart = async (part: PartName, folder: StateFolder = stateFolder()): Promise<void> => {
  await haltPart(part, folder);
  await launchPart(part, folder, requirePlan(folder));
};

const requirePlan = (folder: StateFolder): StackPlan => {
  const plan = readPlan(folder);
  if (plan === undefined) {
    throw new MillraceError(
      'LocalStackFailed',
      `No stack runs in ${folder.root}. Start one: npm run local -- up`,
    );
  }
  return plan;
};

/** Linux allows 107 bytes for a socket's path (unix(7)), macOS 103; a project may lie deeper than that. */
const longestSocketPath = 100;

export const engineSocketOf = (folder: StateFolder): string => {
  const wanted = join(folder.run, 'engine.sock');
  return wanted.length <= longestSocketPath ? wanted : join(tmpdir(), `millrace-engine-${process.pid}.sock`);
};
