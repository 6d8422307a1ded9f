import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdirSync, openSync, rmSync, type WriteStream } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { identifyProcess, type ProcessIdentity } from '../processes.ts';
import { replaceFile } from '../replace-file.ts';
import type { LocalImage } from './images.ts';
import { createLogStream, type LogStream } from './log-stream.ts';
import type { RestartDelays } from './restart-delay.ts';

/** What docker-py sends to `POST /containers/create`, as far as a process can heed it. */
export const createBodySchema = z.looseObject({
  Image: z.string(),
  Entrypoint: z.array(z.string()).nullish(),
  Cmd: z.array(z.string()).nullish(),
  Env: z.array(z.string()).nullish(),
  Labels: z.record(z.string(), z.string()).nullish(),
});
export type CreateBody = z.infer<typeof createBodySchema>;

export type ContainerStatus = 'created' | 'running' | 'exited';

export interface Container {
  readonly id: string;
  readonly name: string;
  readonly body: CreateBody;
  readonly command: readonly string[];
  readonly createdAt: string;
  readonly logs: LogStream;
  readonly status: ContainerStatus;
  readonly startedAt: string | undefined;
  readonly finishedAt: string | undefined;
  readonly exitCode: number | undefined;
  readonly pid: number;
  start(): void;
  /** Sends the signal to the process and everything that it started. */
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL after `graceMs`. Resolves when the process has ended. */
  stop(graceMs: number): Promise<void>;
  /** Resolves with the exit code when the process has ended. */
  ended(): Promise<number>;
}

export interface ContainerHost {
  /** Environment variables that every process gets; a task's own win. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logsFolder: string;
  /** One file per live process, for the one that has to end them when the shim was killed. */
  readonly recordsFolder: string;
  readonly delays: RestartDelays;
}

/** The shell's convention for a process that a signal ended. */
const signalExitCode = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];
/** The shell's convention for a command that does not exist. */
const commandNotFound = 127;

const familyLabel = 'com.amazonaws.ecs.task-definition-family';
const taskArnLabel = 'com.amazonaws.ecs.task-arn';

export const createContainer = (
  host: ContainerHost,
  image: LocalImage,
  body: CreateBody,
  name: string | undefined,
): Container => {
  const id = randomBytes(32).toString('hex');
  const containerName = name ?? id.slice(0, 12);
  const command = [...(body.Entrypoint ?? []), ...(body.Cmd?.length ? body.Cmd : image.command)];
  const environment = environmentOf(host.environment, body);
  const delayKey = delayKeyOf(body);

  let status: ContainerStatus = 'created';
  let startedAt: string | undefined;
  let finishedAt: string | undefined;
  let exitCode: number | undefined;
  let child: ChildProcess | undefined;
  let startTimer: NodeJS.Timeout | undefined;
  const over = Promise.withResolvers<number>();
  const record = join(host.recordsFolder, `${containerName.replaceAll(/[^\w.-]/g, '_')}.json`);
  const logPath = join(host.logsFolder, `${containerName.replaceAll(/[^\w.-]/g, '_')}.log`);
  let logFile: WriteStream | undefined;
  const logs = createLogStream((payload) => void logFile?.write(payload));

  /** At once, so that it exists when the container's start is answered; a container that is never started has none. */
  const openLog = (): void => {
    mkdirSync(host.logsFolder, { recursive: true });
    logFile = createWriteStream(logPath, { fd: openSync(logPath, 'a') });
  };

  const end = (code: number, ranMs: number): void => {
    if (status === 'exited') return;
    status = 'exited';
    exitCode = code;
    finishedAt = new Date().toISOString();
    host.delays.recordEnd(delayKey, { exitCode: code, ranMs, now: Date.now() });
    rmSync(record, { force: true });
    logs.close();
    // A caller that waits for the end may read the log file at once.
    if (logFile === undefined) over.resolve(code);
    else logFile.end(() => over.resolve(code));
  };

  const launch = (): void => {
    const launchedAt = Date.now();
    const [file = '', ...args] = command;
    const launched = spawn(file, args, {
      cwd: image.cwd,
      env: environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = launched;
    launched.stdout.on('data', (chunk: Buffer) => logs.append('stdout', chunk));
    launched.stderr.on('data', (chunk: Buffer) => logs.append('stderr', chunk));
    launched.once('error', (error) => {
      logs.append('stderr', Buffer.from(`${error.message}\n`));
      end(commandNotFound, 0);
    });
    // `close` comes after the last output, which `exit` does not wait for.
    launched.once('close', (code, signal) =>
      end(signal === null ? (code ?? 1) : signalExitCode(signal), Date.now() - launchedAt),
    );
    if (launched.pid !== undefined) recordProcess(record, identifyProcess(launched.pid));
  };

  const signal = (name_: NodeJS.Signals): void => {
    if (status !== 'running') return;
    if (child?.pid === undefined) {
      // Still waiting for its delayed start: there is no process to ask.
      clearTimeout(startTimer);
      end(signalExitCode(name_), 0);
      return;
    }
    try {
      process.kill(-child.pid, name_);
    } catch {
      // ESRCH: it has just ended.
    }
  };

  const ended = (): Promise<number> => over.promise;

  return {
    id,
    name: containerName,
    body,
    command,
    createdAt: new Date().toISOString(),
    logs,
    get status() {
      return status;
    },
    get startedAt() {
      return startedAt;
    },
    get finishedAt() {
      return finishedAt;
    },
    get exitCode() {
      return exitCode;
    },
    get pid() {
      return child?.pid ?? 0;
    },
    start: () => {
      if (status !== 'created') return;
      openLog();
      status = 'running';
      startedAt = new Date().toISOString();
      const delayMs = host.delays.delayMs(delayKey, Date.now());
      if (delayMs === 0) {
        launch();
      } else {
        logs.append('stderr', Buffer.from(`Start delayed by ${delayMs} ms, because the last one failed.\n`));
        startTimer = setTimeout(launch, delayMs);
      }
    },
    signal,
    stop: async (graceMs) => {
      if (status !== 'running') return;
      const done = ended();
      const kill = setTimeout(() => signal('SIGKILL'), graceMs);
      signal('SIGTERM');
      await done;
      clearTimeout(kill);
    },
    ended,
  };
};

const environmentOf = (
  base: Readonly<Record<string, string>>,
  body: CreateBody,
): Readonly<Record<string, string>> => {
  const own = Object.fromEntries(
    (body.Env ?? []).map((entry) => {
      const end = entry.indexOf('=');
      // The emulator believes that it talks to containers; ours are on this very host.
      return [entry.slice(0, end), entry.slice(end + 1).replaceAll('host.docker.internal', '127.0.0.1')];
    }),
  );
  // The emulator does not pass the region on, and on Fargate it is always there: arn:aws:ecs:REGION:...
  const region = body.Labels?.[taskArnLabel]?.split(':')[3];
  return {
    ...base,
    ...(region === undefined ? {} : { AWS_REGION: region, AWS_DEFAULT_REGION: region }),
    ...own,
  };
};

/**
 * Two starts with the same key are the same work begun again. Every launch has an id, credentials and endpoints of its
 * own, so these do not count.
 */
const delayKeyOf = (body: CreateBody): string =>
  JSON.stringify([
    body.Image,
    body.Labels?.[familyLabel],
    (body.Env ?? [])
      .filter((entry) => !/^(AWS_|ECS_|MILLRACE_LAUNCH_ID=|MILLRACE_GENERATION=)/.test(entry))
      .sort(),
  ]);

const recordProcess = (file: string, identity: ProcessIdentity | undefined): void => {
  if (identity !== undefined) replaceFile(file, JSON.stringify(identity));
};
