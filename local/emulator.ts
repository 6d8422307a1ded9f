import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { findFreePort, loopback } from './ports.ts';
import {
  type ProcessIdentity,
  type StopStep,
  type Supervision,
  startDetached,
  stopProcess,
  waitUntilReady,
} from './processes.ts';
import { projectRoot } from './state-folder.ts';

export interface EmulatorOptions extends Supervision {
  /** From `prepareEmulator`. */
  readonly python: string;
  readonly port?: number;
  /** Where its state is kept between starts; nothing is kept when it is left out. */
  readonly dataDir?: string;
  /** From `startEngine`; ECS tasks run nothing without it. */
  readonly engineSocket?: string;
  readonly logFile?: string;
  /** Gets the output of every Lambda. */
  readonly lambdaLog?: string;
  /** What Kafka Connect workers write to: what concerns a connector is put into CloudWatch Logs. */
  readonly connectLogs?: readonly string[];
  /** Where it unpacks the code of Lambdas. */
  readonly temporaryFolder?: string;
}

export interface Emulator {
  readonly url: string;
  readonly process: ProcessIdentity;
  stop(): Promise<void>;
}

/** It writes its state when it is told to end. */
export const emulatorStop: readonly StopStep[] = [
  { signal: 'SIGTERM', waitMs: 20_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
];

/** It starts in half a second. On a loaded machine it may get no processor for a while, but not for a minute. */
const quietMs = 60_000;

/** Starts the AWS emulator. Throws `LocalStackFailed`. */
export const startEmulator = async (options: EmulatorOptions): Promise<Emulator> => {
  const port = options.port ?? (await findFreePort());
  const url = `http://${loopback}:${port}`;
  const temporary = options.temporaryFolder ?? mkdtempSync(join(tmpdir(), 'millrace-emulator-'));
  mkdirSync(temporary, { recursive: true });
  // Its Lambda worker is a CommonJS `.js`; below the project, Node would take the project's "type": "module" for it.
  writeFileSync(join(temporary, 'package.json'), '{ "type": "commonjs" }\n');
  const started = await startDetached({
    ...options,
    command: options.python,
    args: [join(import.meta.dirname, 'emulator', 'launch.py')],
    cwd: projectRoot,
    logFile: options.logFile ?? join(temporary, 'emulator.log'),
    env: {
      // It hands its own environment to the Lambdas.
      ...(options.env ?? process.env),
      GATEWAY_PORT: String(port),
      BIND_HOST: loopback,
      MINISTACK_HOST: 'localhost',
      LAMBDA_EXECUTOR: 'local',
      // Unbounded otherwise: two cores bear ten Lambdas at once.
      LAMBDA_ACCOUNT_CONCURRENCY: '10',
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
      // Never the machine's own Docker.
      DOCKER_HOST: `unix://${options.engineSocket ?? join(temporary, 'no-engine.sock')}`,
      // Longer than the 30 s that a stopping task has.
      MINISTACK_DOCKER_TIMEOUT: '40',
      PERSIST_STATE: options.dataDir === undefined ? '0' : '1',
      STATE_DIR: options.dataDir ?? join(temporary, 'state'),
      TMPDIR: temporary,
      PYTHONUNBUFFERED: '1',
      // Its own wrapper around a Node Lambda calls url.parse, which Node would say at every cold start.
      NODE_OPTIONS: '--disable-warning=DEP0169',
      ...(options.lambdaLog === undefined ? {} : { MILLRACE_LAMBDA_LOG: options.lambdaLog }),
      ...(options.connectLogs === undefined
        ? {}
        : { MILLRACE_CONNECT_LOGS: options.connectLogs.join(delimiter) }),
    },
  });
  await waitUntilReady('The AWS emulator', started, quietMs, async () => {
    try {
      const response = await fetch(`${url}/_ministack/health`, { signal: AbortSignal.timeout(2_000) });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    }
  });
  return {
    url,
    process: started.identity,
    stop: async () => {
      await stopProcess(started.identity, emulatorStop);
      if (options.temporaryFolder === undefined) rmSync(temporary, { recursive: true, force: true });
    },
  };
};
