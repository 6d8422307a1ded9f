import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MillraceError } from '#core/errors/millrace-error.ts';
import {
  apiOf,
  bootstrapEmulator,
  bundleConsumer,
  type DeployContext,
  deployApp,
  hasApp,
  synthesizeApp,
} from './deploy.ts';
import { benchPlugin, prepareDownloads, prepareMariadb, preparePrometheus } from './downloads.ts';
import { localAccountId, localRegion } from './environment.ts';
import { makeClusterId } from './kafka.ts';
import { withLock } from './lock.ts';
import { localMariadbUser } from './mariadb.ts';
import {
  connectUrl,
  emulatorUrl,
  engineSocketOf,
  haltPart,
  kafkaBrokers,
  launchPart,
  localImages,
  mariadbDatabase,
  sourceDatabase,
  targetDatabase,
} from './parts.ts';
import { findFreePorts, loopback } from './ports.ts';
import { localPostgresUser, postgresFolder } from './postgres.ts';
import { findMarkedProcesses, type StopStep, stopProcess } from './processes.ts';
import { type ProgressReporter, silentReporter } from './progress.ts';
import { prometheusUrl, readsApi } from './prometheus.ts';
import { grantKafkaRights, prepareSecurity, readSecurity } from './secure.ts';
import {
  moreBrokers,
  moreWorkers,
  type OptionalPart,
  type PartName,
  partNames,
  plannedParts,
  portNamesOf,
  readMode,
  readPlan,
  readPorts,
  readStackState,
  requiredParts,
  runningPart,
  runningTasks,
  type StackMode,
  type StackPlan,
  type StackPorts,
  type StackState,
  writeMode,
  writePlan,
  writePorts,
  writeStackState,
} from './stack-state.ts';
import { type StateFolder, stateFolder } from './state-folder.ts';

export interface StackOptions {
  readonly folder?: StateFolder;
  readonly reporter?: ProgressReporter;
  /** Also the plug-in of the benchmark's peer. */
  readonly bench?: boolean;
  /** Optional parts that it has to have. None by default. */
  readonly with?: readonly OptionalPart[];
  /** How many Kafka brokers, and whether everything is encrypted: as its data is, or one in the clear, by default. */
  readonly brokers?: 1 | 3;
  readonly secure?: boolean;
  /** Without it only the servers are started. True by default. */
  readonly deploy?: boolean;
  /** Ends the start; what was started is stopped again before the call throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** How long a phase of the start took; phases overlap. */
export interface PhaseTime {
  readonly phase: string;
  readonly seconds: number;
}

export interface StartedStack {
  readonly state: StackState;
  /** False when the stack was running already and nothing was done. */
  readonly started: boolean;
  readonly phases: readonly PhaseTime[];
}

/**
 * Starts everything and deploys the app, or finds it running. Parts of a running stack that have ended are started again,
 * with their data, and the others stay as they are. Optional parts that it lacks are added to it. When one of them fails, these
 * are stopped; when a start of everything fails, everything is stopped again.
 * Throws `PrerequisiteMissing` or `LocalStackFailed`.
 */
export const startStack = (options: StackOptions = {}): Promise<StartedStack> => {
  const folder = options.folder ?? stateFolder();
  return withStackLock(folder, options.reporter, async () => {
    const mode = chooseMode(folder, options);
    const found = await findStack(folder, options.bench ?? false);
    if (found !== undefined) {
      const revived = await revive(folder, found, options);
      const running = await addParts(folder, found, options);
      const deploys = options.deploy ?? true;
      const isThere =
        running.state.api !== undefined && (!revived.includes('emulator') || (await hasApp(running.plan)));
      const state =
        isThere || !deploys
          ? running.state
          : await redeploy({ folder, plan: running.plan, signal: options.signal });
      return { state, started: revived.length > 0 || state !== found.state, phases: [] };
    }
    await stopEverything(folder);
    return startParts(folder, mode, options);
  });
};

/** Throws `LocalStackFailed` for a mode that the stack's data was not made for. */
const chooseMode = (folder: StateFolder, { brokers, secure }: StackOptions): StackMode => {
  const hasData = existsSync(join(folder.data, 'emulator')) || readPorts(folder) !== undefined;
  const kept = readMode(folder) ?? (hasData ? { brokers: 1, secure: false } : undefined);
  if (kept === undefined) {
    const wanted = { brokers: brokers ?? 1, secure: secure ?? false };
    return wanted.brokers === 1 && !wanted.secure ? wanted : { ...wanted, clusterId: makeClusterId() };
  }
  if ((brokers ?? kept.brokers) === kept.brokers && (secure ?? kept.secure) === kept.secure) return kept;
  const describe = (mode: Pick<StackMode, 'brokers' | 'secure'>): string =>
    `--brokers ${mode.brokers}${mode.secure ? ' --secure' : ''}`;
  throw new MillraceError(
    'LocalStackFailed',
    `The stack's data is of ${describe(kept)}, and serves no other. Remove it first: npm run local -- reset`,
  );
};

/**
 * Deploys the app as it is now into the running stack. Consumers that run keep the code that they were started with.
 * Throws `LocalStackFailed`, also when no stack runs.
 */
export const deployStack = (
  options: Pick<StackOptions, 'folder' | 'reporter' | 'signal'> = {},
): Promise<StackState> => {
  const folder = options.folder ?? stateFolder();
  return withStackLock(folder, options.reporter, () => {
    const running = findRunning(folder, false);
    if (running === undefined) {
      throw new MillraceError('LocalStackFailed', 'No complete stack runs. Start one: npm run local -- up');
    }
    return redeploy({ folder, plan: running.plan, signal: options.signal });
  });
};

/** Stops every process of the stack, also those of a stack that crashed. Data and downloads stay. */
export const stopStack = (
  folder: StateFolder = stateFolder(),
  reporter: ProgressReporter = silentReporter,
): Promise<void> => withStackLock(folder, reporter, () => stopEverything(folder));

/** Stops the stack and removes its data and logs. Downloads stay. */
export const resetStack = (
  folder: StateFolder = stateFolder(),
  reporter: ProgressReporter = silentReporter,
): Promise<void> =>
  withStackLock(folder, reporter, async () => {
    await stopEverything(folder);
    for (const part of ['source', 'target']) {
      const data = await postgresFolder(join(folder.data, part));
      rmSync(data, { recursive: true, force: true });
    }
    for (const path of [folder.data, folder.logs]) rmSync(path, { recursive: true, force: true });
  });

/** The parts of which a process lives. */
export const runningParts = (folder: StateFolder = stateFolder()): readonly PartName[] =>
  partNames.filter((part) => runningPart(folder, part) !== undefined);

interface RunningStack {
  readonly state: StackState;
  readonly plan: StackPlan;
}

const hasBenchPlugin = (plan: StackPlan): boolean =>
  existsSync(join(plan.java.connectHome, 'plugins', benchPlugin));

/**
 * The stack whose start was completed and of which some part lives, if the others can be started where they were: with
 * the ports that the rest of the stack knows, and with the benchmark's plug-in if that is asked for.
 */
const findStack = async (folder: StateFolder, bench: boolean): Promise<RunningStack | undefined> => {
  const [state, plan] = [readStackState(folder), readPlan(folder)];
  if (state === undefined || plan === undefined || (bench && !hasBenchPlugin(plan))) return undefined;
  const dead = plannedParts(plan).filter((part) => runningPart(folder, part) === undefined);
  if (dead.length === plannedParts(plan).length) return undefined;
  const ports = dead.flatMap((part) => portsOf(part, plan.ports));
  return (await becomeFree(ports)) ? { state, plan } : undefined;
};

/** A killed process of many threads has its ports until the last of them has ended, which is after its first one. */
const portPatienceMs = 3_000;

const becomeFree = async (ports: readonly number[]): Promise<boolean> => {
  const deadline = performance.now() + portPatienceMs;
  for (;;) {
    const free = await findFreePorts(ports.length, ports);
    if (ports.every((port, index) => free[index] === port)) return true;
    if (performance.now() > deadline) return false;
    await sleep(100);
  }
};

const portsOf = (part: PartName, ports: StackPorts): readonly number[] => {
  const own = portNamesOf(part).map((name) => ports[name]);
  return own.filter((port) => port !== undefined);
};

/** What depends on no other part first. */
const reviveOrder: readonly (readonly PartName[])[] = [
  ['source', 'target', 'mariadb', 'kafka', 'kafka2', 'kafka3', 'engine', 'stream', 'console'],
  // Secrets, which the worker asks for.
  ['emulator'],
  ['connect'],
  ['connect2', 'connect3'],
  ['monitoring'],
];

/** Starts the parts that have ended, and returns their names. When one fails, they are all stopped again. */
const revive = async (
  folder: StateFolder,
  { plan }: RunningStack,
  { reporter = silentReporter, signal }: StackOptions,
): Promise<readonly PartName[]> => {
  const dead = plannedParts(plan).filter((part) => runningPart(folder, part) === undefined);
  if (dead.length === 0) return dead;
  reporter.say(`Starting again what has ended: ${dead.join(', ')}.`);
  // What is left of a part, as the processes that it had started.
  await Promise.all(dead.map((part) => haltPart(part, folder)));
  // A new engine does not know the tasks of the one before.
  if (dead.includes('engine'))
    await Promise.all(runningTasks(folder).map(({ identity }) => stopProcess(identity, leftoverStop)));
  try {
    for (const parts of reviveOrder) {
      const started = parts
        .filter((part) => dead.includes(part))
        .map((part) => launchPart(part, folder, plan, signal));
      // All of them, also when one fails, so that nothing is started after the stop.
      const outcomes = await Promise.allSettled(started);
      const failure = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failure !== undefined) throw failure.reason;
    }
  } catch (error) {
    await Promise.all(dead.map((part) => haltPart(part, folder)));
    throw error;
  }
  return dead;
};

/** The stack of which every part lives, and which has the benchmark's plug-in if that is asked for. */
const findRunning = (folder: StateFolder, bench: boolean): RunningStack | undefined => {
  const [state, plan] = [readStackState(folder), readPlan(folder)];
  return state !== undefined &&
    plan !== undefined &&
    plannedParts(plan).every((part) => runningPart(folder, part) !== undefined) &&
    (!bench || hasBenchPlugin(plan))
    ? { state, plan }
    : undefined;
};

/** Starts the parts that are asked for and that the stack does not have. */
const addParts = async (
  folder: StateFolder,
  running: RunningStack,
  options: StackOptions,
): Promise<RunningStack> => {
  const missing = (options.with ?? []).filter((part) => running.plan.with?.includes(part) !== true);
  if (missing.length === 0) return running;
  const reporter = options.reporter ?? silentReporter;
  await prepareOptionalParts(missing, { ...options, folder });
  const plan: StackPlan = {
    ...running.plan,
    with: [...(running.plan.with ?? []), ...missing],
    ports: await choosePorts(folder, missing.flatMap(portNamesOf), reporter),
  };
  try {
    for (const part of missing) await launchPart(part, folder, plan, options.signal);
  } catch (error) {
    await Promise.all(missing.map((part) => haltPart(part, folder)));
    throw error;
  }
  writePlan(folder, plan);
  const state = describeStack(folder, plan, running.state.outputs);
  writeStackState(folder, state);
  return { state, plan };
};

/** After the other downloads: both run Maven, on the same repository. */
const prepareOptionalParts = async (
  parts: readonly OptionalPart[],
  { folder, reporter, signal }: StackOptions,
): Promise<void> => {
  const options = {
    ...(folder === undefined ? {} : { folder }),
    ...(reporter === undefined ? {} : { reporter }),
    ...(signal === undefined ? {} : { signal }),
  };
  if (parts.includes('mariadb')) await prepareMariadb(options);
  if (parts.includes('monitoring')) await preparePrometheus(options);
};

const redeploy = async (context: DeployContext & { readonly plan: StackPlan }): Promise<StackState> => {
  const [assembly] = await Promise.all([
    synthesizeApp(context),
    bundleConsumer(context),
    bootstrapEmulator(context),
  ]);
  const state = describeStack(context.folder, context.plan, await deployApp(context, assembly));
  writeStackState(context.folder, state);
  // It has loaded the function as it was.
  await haltPart('stream', context.folder);
  await launchPart('stream', context.folder, context.plan, context.signal);
  await moveMonitoring(context, state);
  return state;
};

/** Prometheus finds the API by its address, which is another one when the emulator was emptied. */
const moveMonitoring = async (
  { folder, plan, signal }: DeployContext & { readonly plan: StackPlan },
  { api }: StackState,
): Promise<void> => {
  if (plan.with?.includes('monitoring') !== true || api === undefined) return;
  if (readsApi(join(folder.data, 'monitoring'), api.url)) return;
  await haltPart('monitoring', folder);
  await launchPart('monitoring', folder, plan, signal);
};

const withStackLock = <T>(
  folder: StateFolder,
  reporter: ProgressReporter | undefined,
  action: () => Promise<T>,
): Promise<T> =>
  withLock(
    join(folder.root, 'stack.lock'),
    (pid) => (reporter ?? silentReporter).say(`Waiting for process ${pid}, which starts or stops the stack.`),
    action,
  );

const startParts = async (
  folder: StateFolder,
  mode: StackMode,
  options: StackOptions,
): Promise<StartedStack> => {
  const reporter = options.reporter ?? silentReporter;
  const failure = new AbortController();
  const signal = AbortSignal.any([failure.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  const phases: PhaseTime[] = [];
  const time = async <T>(phase: string, action: () => Promise<T>): Promise<T> => {
    const begin = performance.now();
    signal.throwIfAborted();
    const result = await action();
    const seconds = (performance.now() - begin) / 1000;
    phases.push({ phase, seconds });
    reporter.say(`${phase.padEnd(20)} ${seconds.toFixed(1).padStart(6)} s`);
    return result;
  };
  /** Waits for all of them, also when one fails, so that nothing is started behind a stop's back. */
  const together = async (...branches: readonly Promise<unknown>[]): Promise<void> => {
    for (const branch of branches) branch.catch((error: unknown) => failure.abort(error));
    await Promise.allSettled(branches);
    signal.throwIfAborted();
  };

  const deploys = options.deploy ?? true;
  const brokers = mode.brokers === 1 ? [] : moreBrokers;
  const wanted = [...new Set([...(options.with ?? []), ...brokers])];
  const ports = await choosePorts(folder, [...requiredParts, ...wanted].flatMap(portNamesOf), reporter);
  const context: DeployContext = { folder, plan: { ports, mode }, signal };
  writeMode(folder, mode);
  // They need nothing but the ports, and take the longest.
  const synthesis = deploys ? time('cdk synth', () => synthesizeApp(context)) : undefined;
  const built: readonly Promise<unknown>[] =
    synthesis === undefined ? [] : [synthesis, time('consumer bundle', () => bundleConsumer(context))];
  for (const branch of built) branch.catch((error: unknown) => failure.abort(error));
  try {
    const downloads = await time('downloads', async () => {
      const found = await prepareDownloads({ folder, reporter, bench: options.bench ?? false, signal });
      await prepareOptionalParts(wanted, { folder, reporter, signal });
      return found;
    });
    const plan: StackPlan = {
      ...downloads,
      with: wanted,
      mode,
      ports,
      engineSocket: engineSocketOf(folder),
      images: localImages,
    };
    writePlan(folder, plan);
    const security = mode.secure
      ? await time('certificates', () => prepareSecurity(folder, plan.emulatorPython))
      : undefined;
    const launch = (part: PartName): Promise<void> =>
      time(part, () => launchPart(part, folder, plan, signal));
    const emulator = launch('engine').then(() => launch('emulator'));
    await together(
      launch('source'),
      launch('target'),
      ...wanted.filter((part) => !isWorker(part) && !isBroker(part) && part !== 'monitoring').map(launch),
      Promise.all([launch('kafka'), ...brokers.map(launch)])
        .then(() =>
          security === undefined
            ? undefined
            : Promise.all([grantKafkaRights(kafkaBrokers(plan), security), emulator]),
        )
        // The first worker makes the topics that the others share with it.
        .then(() => launch('connect'))
        .then(() => Promise.all(wanted.filter(isWorker).map(launch))),
      launch('stream'),
      emulator.then(() => (deploys ? time('cdk bootstrap', () => bootstrapEmulator(context)) : undefined)),
      ...built,
    );
    const assembly = await synthesis;
    const outputs =
      assembly === undefined ? {} : await time('cdk deploy', () => deployApp(context, assembly));
    const state = describeStack(folder, plan, outputs);
    writeStackState(folder, state);
    // It reads the address of the deployed API.
    if (wanted.includes('monitoring')) await launch('monitoring');
    return { state, started: true, phases };
  } catch (error) {
    failure.abort(error);
    await Promise.allSettled(built);
    await stopEverything(folder);
    throw error;
  }
};

const isWorker = (part: PartName): boolean => moreWorkers.some((worker) => worker === part);
const isBroker = (part: PartName): boolean => moreBrokers.some((broker) => broker === part);

const describeStack = (
  folder: StateFolder,
  plan: StackPlan,
  outputs: Readonly<Record<string, string>>,
): StackState => {
  const emulator = emulatorUrl(plan);
  const api = apiOf(emulator, outputs);
  const security = plan.mode?.secure === true ? readSecurity(folder) : undefined;
  return {
    kafka: { brokers: kafkaBrokers(plan) },
    ...(security !== undefined && {
      secure: {
        caPem: security.caPem,
        caFile: security.caFile,
        kafkaAdministrator: security.administrator,
      },
    }),
    connect: { url: connectUrl(plan) },
    emulator: { url: emulator, region: localRegion, accountId: localAccountId },
    source: { host: loopback, port: plan.ports.source, ...localPostgresUser, database: sourceDatabase },
    target: { host: loopback, port: plan.ports.target, ...localPostgresUser, database: targetDatabase },
    ...(plan.with?.includes('mariadb') === true && plan.ports.mariadb !== undefined
      ? {
          mariadb: {
            ...{ host: loopback, port: plan.ports.mariadb },
            ...{ ...localMariadbUser, database: mariadbDatabase },
          },
        }
      : {}),
    ...(plan.with?.includes('monitoring') === true && plan.ports.monitoring !== undefined
      ? { prometheus: { url: prometheusUrl(plan.ports.monitoring) } }
      : {}),
    ...(api === undefined ? {} : { api }),
    outputs,
  };
};

/** Chooses the ports of these names and leaves the others as they are. */
const choosePorts = async (
  folder: StateFolder,
  names: readonly (keyof StackPorts)[],
  reporter: ProgressReporter,
): Promise<StackPorts> => {
  const before = readPorts(folder);
  const found = await findFreePorts(
    names.length,
    names.map((name) => before?.[name]),
  );
  const ports = {
    ...before,
    ...Object.fromEntries(names.map((name, index) => [name, found[index]])),
  } as StackPorts;
  for (const name of names) {
    if (before?.[name] !== undefined && ports[name] !== before[name]) {
      reporter.say(`Port ${before[name]} is taken by another program; ${name} moves to ${ports[name]}.`);
    }
  }
  writePorts(folder, ports);
  return ports;
};

/** First the processes that start others, then consumers, then what they write to. */
const stopOrder: readonly (readonly PartName[])[] = [
  ['monitoring', 'console'],
  ['emulator'],
  ['engine'],
  ['connect', 'connect2', 'connect3'],
  ['kafka', 'kafka2', 'kafka3', 'source', 'target', 'mariadb'],
];

const leftoverStop: readonly StopStep[] = [
  { signal: 'SIGTERM', waitMs: 5_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
];

const stopEverything = async (folder: StateFolder): Promise<void> => {
  for (const parts of stopOrder) await Promise.all(parts.map((part) => haltPart(part, folder)));
  // Tasks of an engine that was killed, then whatever carries the stack's marker.
  const tasks = runningTasks(folder).map(({ identity }) => identity);
  await Promise.all(
    [...tasks, ...findMarkedProcesses(folder.root)].map((left) => stopProcess(left, leftoverStop)),
  );
  const survivors = findMarkedProcesses(folder.root);
  if (survivors.length > 0) {
    throw new MillraceError(
      'LocalStackFailed',
      `Processes of the stack did not end: ${survivors.map(({ pid }) => pid).join(', ')}.`,
    );
  }
  if (existsSync(folder.run)) {
    for (const entry of readdirSync(folder.run))
      rmSync(join(folder.run, entry), { recursive: true, force: true });
  }
};
