import { mkdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ShimSettings } from './ecs-shim/main.ts';
import { partEnvironment } from './environment.ts';
import { startConnect, startKafka } from './kafka.ts';
import { loopback } from './ports.ts';
import { postgresStop, sourceSettings, startPostgres } from './postgres.ts';
import {
  politeStop,
  type StopStep,
  stackMarker,
  startDetached,
  stopProcess,
  waitUntilReady,
} from './processes.ts';
import {
  type PartName,
  readPlan,
  readRecord,
  recordFile,
  runningPart,
  type StackPlan,
  taskRecordsFolder,
} from './stack-state.ts';
import { projectRoot, type StateFolder, stateFolder } from './state-folder.ts';

/** The databases that the stack makes for the source's and the target's data. */
export const sourceDatabase = 'source';
export const targetDatabase = 'target';

/** The name of the consumer's image in the local environment, without its tag. */
const consumerImage = 'millrace-consumer';
export const consumerBundle = join(projectRoot, 'dist', 'consumer', 'main.mjs');

/** A loaded machine takes 5 s for what an idle one does in half a second. */
const readyTimeoutMs = 60_000;

/** The emulator writes its state when it is told to end; ECS tasks have 5 s to drain. */
const slowStop: readonly StopStep[] = [
  { signal: 'SIGTERM', waitMs: 20_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
];

const stopSteps: Readonly<Record<PartName, readonly StopStep[]>> = {
  source: postgresStop,
  target: postgresStop,
  kafka: politeStop,
  connect: politeStop,
  engine: slowStop,
  emulator: slowStop,
};

export const emulatorUrl = (plan: StackPlan): string => `http://${loopback}:${plan.ports.emulator}`;
export const connectUrl = (plan: StackPlan): string => `http://${loopback}:${plan.ports.connect}`;
export const kafkaBrokers = (plan: StackPlan): string => `${loopback}:${plan.ports.kafka}`;
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
  switch (part) {
    case 'source':
      await startPostgres({
        ...shared,
        port: plan.ports.source,
        dataDir: join(folder.data, part),
        database: sourceDatabase,
        config: sourceSettings,
      });
      return;
    case 'target':
      await startPostgres({
        ...shared,
        port: plan.ports.target,
        dataDir: join(folder.data, part),
        database: targetDatabase,
      });
      return;
    case 'kafka':
      await startKafka({
        ...shared,
        java: plan.java,
        dataDir: join(folder.data, part),
        ports: [plan.ports.kafka, plan.ports.kafkaController],
      });
      return;
    case 'connect':
      await startConnect({
        ...shared,
        java: plan.java,
        brokers: kafkaBrokers(plan),
        port: plan.ports.connect,
      });
      return;
    case 'engine':
      await startEngine(folder, plan, shared);
      return;
    case 'emulator':
      await startEmulator(folder, plan, shared);
      return;
  }
};

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

/** Stops one part of the running stack as an operator would; `startPart` brings it back with its data. */
export const stopPart = (part: PartName, folder: StateFolder = stateFolder()): Promise<void> =>
  haltPart(part, folder);

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

interface SharedOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly recordFile: string;
  readonly logFile: string;
  readonly signal?: AbortSignal;
}

/** Linux allows 107 bytes for a socket's path (unix(7)), macOS 103; a project may lie deeper than that. */
const longestSocketPath = 100;

export const engineSocketOf = (folder: StateFolder): string => {
  const wanted = join(folder.run, 'engine.sock');
  return wanted.length <= longestSocketPath ? wanted : join(tmpdir(), `millrace-engine-${process.pid}.sock`);
};

const startEngine = async (folder: StateFolder, plan: StackPlan, shared: SharedOptions): Promise<void> => {
  const { PATH, HOME, LANG, TMPDIR } = shared.env;
  const settings: ShimSettings = {
    socket: plan.engineSocket,
    images: { [consumerImage]: { command: [process.execPath, consumerBundle], cwd: projectRoot } },
    // A task sees what a container would see, and nothing else of this machine.
    environment: Object.fromEntries(
      Object.entries({ PATH, HOME, LANG, TMPDIR, ...markerOf(shared.env) }).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      ),
    ),
    logsFolder: join(folder.logs, 'tasks'),
    recordsFolder: taskRecordsFolder(folder),
  };
  mkdirSync(folder.run, { recursive: true });
  const started = await startDetached({
    ...shared,
    command: process.execPath,
    args: [join(import.meta.dirname, 'ecs-shim', 'main.ts'), JSON.stringify(settings)],
    cwd: projectRoot,
  });
  await waitUntilReady('The ECS task engine', started, readyTimeoutMs, () => connects(plan.engineSocket));
};

const startEmulator = async (folder: StateFolder, plan: StackPlan, shared: SharedOptions): Promise<void> => {
  const temporary = join(folder.run, 'tmp');
  mkdirSync(temporary, { recursive: true });
  const started = await startDetached({
    ...shared,
    command: plan.emulatorPython,
    args: [join(import.meta.dirname, 'emulator', 'launch.py')],
    cwd: projectRoot,
    env: {
      ...shared.env,
      // It hands its own environment to the Lambdas.
      GATEWAY_PORT: String(plan.ports.emulator),
      BIND_HOST: loopback,
      MINISTACK_HOST: 'localhost',
      LAMBDA_EXECUTOR: 'local',
      // Unbounded otherwise: two cores bear ten Lambdas at once.
      LAMBDA_ACCOUNT_CONCURRENCY: '10',
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
      DOCKER_HOST: `unix://${plan.engineSocket}`,
      // Longer than the 30 s that a stopping task has.
      MINISTACK_DOCKER_TIMEOUT: '40',
      PERSIST_STATE: '1',
      STATE_DIR: join(folder.data, 'emulator'),
      MILLRACE_LAMBDA_LOG: join(folder.logs, 'lambda.log'),
      // Code of Lambdas is unpacked there; it goes with the run folder.
      TMPDIR: temporary,
      PYTHONUNBUFFERED: '1',
    },
  });
  await waitUntilReady('The AWS emulator', started, readyTimeoutMs, async () => {
    try {
      const response = await fetch(`${emulatorUrl(plan)}/_ministack/health`, {
        signal: AbortSignal.timeout(2_000),
      });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    }
  });
};

const markerOf = (env: NodeJS.ProcessEnv): Readonly<Record<string, string | undefined>> => ({
  [stackMarker]: env[stackMarker],
});

const connects = (socket: string): Promise<boolean> =>
  new Promise((resolve) => {
    const client = connect(socket);
    client.once('connect', () => {
      client.destroy();
      resolve(true);
    });
    client.once('error', () => resolve(false));
  });
