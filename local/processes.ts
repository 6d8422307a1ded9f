import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { replaceFile } from './replace-file.ts';
import { watchStart } from './start-watch.ts';

/**
 * A process of one boot: a pid alone may have been given to someone else by the time it is killed.
 * `startedAt` is opaque text, comparable only for equality.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startedAt: string;
}

/** Steps of a shutdown: send the signal, wait as long, go on to the next step if the process still lives. */
export interface StopStep {
  readonly signal: NodeJS.Signals;
  readonly waitMs: number;
}

/** SIGTERM, 10 s (Kafka flushes its logs in 1-2 s on two busy cores), then SIGKILL. */
export const politeStop: readonly StopStep[] = [
  { signal: 'SIGTERM', waitMs: 10_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
];

/** A lookup in /proc costs about 0.1 ms, so 50 ms keep a wait cheap and a shutdown quick. */
const pollMs = 50;

/**
 * The environment variable by which every process of a stack is found again, also after its parent was killed and
 * nobody could record it. Its value is the stack's state folder.
 */
export const stackMarker = 'MILLRACE_LOCAL_STACK';

/** Undefined when there is no such process, or only its unreaped remains. */
export const identifyProcess = (pid: number): ProcessIdentity | undefined => {
  if (process.platform === 'linux') {
    const stat = readProcessFile(pid, 'stat');
    if (stat === undefined) return undefined;
    // proc(5): the command's name is in parentheses and may itself contain spaces and parentheses; after it come
    // field 3 (state) and, 19 fields on, field 22 (start time in clock ticks since the boot).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, startTicks] = [fields[0], fields[19]];
    return state === 'Z' || state === 'X' || startTicks === undefined
      ? undefined
      : { pid, startedAt: startTicks };
  }
  try {
    const [state = '', ...start] = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .trim()
      .split(/\s+/);
    return state.startsWith('Z') ? undefined : { pid, startedAt: start.join(' ') };
  } catch {
    return undefined; // ps exits with 1 when there is no such process.
  }
};

export const isRunning = (identity: ProcessIdentity): boolean =>
  identifyProcess(identity.pid)?.startedAt === identity.startedAt;

/**
 * Signals the process and the group that it leads. Returns false when there is nobody left to signal.
 * A dead leader's group may live on: its number can't be given to a new process until the last member has ended, so a
 * group whose leader's pid nobody else has is still the leader's.
 */
export const signalGroup = (identity: ProcessIdentity, signal: NodeJS.Signals | 0): boolean => {
  const present = identifyProcess(identity.pid);
  if (present !== undefined && present.startedAt !== identity.startedAt) return false;
  return sendSignal(-identity.pid, signal);
};

/** Ends the process and its group; returns when nothing of it is left. Does nothing when it has already ended. */
export const stopProcess = async (
  identity: ProcessIdentity,
  steps: readonly StopStep[] = politeStop,
): Promise<void> => {
  for (const { signal, waitMs } of steps) {
    // Only the leader gets the first signals: each of our parts ends its own children, in its own order.
    if (isRunning(identity)) sendSignal(identity.pid, signal);
    if (signal === 'SIGKILL') signalGroup(identity, 'SIGKILL');
    const deadline = Date.now() + waitMs;
    while (Date.now() < deadline) {
      if (!isRunning(identity)) {
        signalGroup(identity, 'SIGKILL');
        return;
      }
      await sleep(pollMs);
    }
  }
  throw new MillraceError('Internal', `Process ${identity.pid} did not end, not even by SIGKILL.`);
};

/** Pids of the processes, of any parent, that carry the marker of this state folder. Linux only; elsewhere none. */
export const findMarkedProcesses = (stateFolder: string): readonly ProcessIdentity[] => {
  if (process.platform !== 'linux') return [];
  const wanted = `${stackMarker}=${stateFolder}`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && readProcessFile(pid, 'environ')?.split('\0').includes(wanted))
    .map(identifyProcess)
    .filter((identity) => identity !== undefined);
};

/** What a starter of a server may want to say about its process. */
export interface Supervision {
  /** The server's environment; this process's own by default. */
  readonly env?: NodeJS.ProcessEnv;
  /** Gets the process's identity as soon as there is one, for the one that has to end it later. */
  readonly recordFile?: string;
  /** Nothing is started any more once it is aborted, and nothing is waited for. */
  readonly signal?: AbortSignal;
}

export interface DetachedOptions extends Supervision {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Both output streams are appended to it. */
  readonly logFile: string;
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
}

export interface DetachedProcess {
  readonly identity: ProcessIdentity;
  readonly logFile: string;
  readonly signal: AbortSignal | undefined;
  /** Undefined while it runs; a sentence about how it ended afterwards. */
  readonly ending: () => string | undefined;
}

/**
 * Starts a process that leads its own group, survives this one, and writes to a file.
 * Throws `LocalStackFailed` when the command cannot be started.
 */
export const startDetached = async (options: DetachedOptions): Promise<DetachedProcess> => {
  options.signal?.throwIfAborted();
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = openSync(options.logFile, 'a');
  let child: ChildProcess;
  try {
    child = spawn(options.command, [...options.args], {
      cwd: options.cwd,
      env: options.env ?? process.env,
      detached: true,
      stdio: ['ignore', log, log],
      ...options.user,
    });
  } finally {
    closeSync(log);
  }
  let ending: string | undefined;
  child.once('exit', (code, signal) => {
    ending = signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) =>
      reject(
        new MillraceError('LocalStackFailed', `${options.command} could not be started: ${cause.message}`, {
          cause,
        }),
      ),
    );
  });
  child.unref();
  const pid = child.pid ?? 0;
  // A process that has already ended is still recorded: its group may have members left.
  const identity = identifyProcess(pid) ?? { pid, startedAt: 'ended' };
  if (options.recordFile !== undefined) replaceFile(options.recordFile, JSON.stringify(identity));
  return { identity, logFile: options.logFile, signal: options.signal, ending: () => ending };
};

const logBytes = (logFile: string): number => statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;

/** User and system time of the process; 0 where the system has no /proc. Linux counts 100 ticks a second. */
const processorMs = (pid: number): number => {
  // The name in brackets may have blanks; utime and stime are the fields 14 and 15 (manual page proc(5)).
  const fields = readProcessFile(pid, 'stat')?.split(') ').at(-1)?.split(' ');
  return fields === undefined ? 0 : (Number(fields[11]) + Number(fields[12])) * 10;
};

/**
 * Calls `probe` until it returns true, every 100 ms at most. Otherwise the process is killed: `LocalStackFailed` with the end
 * of the log when it ends by itself or `watchStart` gives it up, and the signal's reason when that is aborted.
 */
export const waitUntilReady = async (
  name: string,
  started: DetachedProcess,
  quietMs: number,
  probe: () => Promise<boolean>,
): Promise<void> => {
  const { identity, logFile, signal } = started;
  const givenUp = watchStart({
    name,
    quietMs,
    look: () => ({ logBytes: logBytes(logFile), processorMs: processorMs(identity.pid) }),
    say: (line) => process.stderr.write(`${line}\n`),
    clock: systemClock,
  });
  try {
    while (!(await probe())) {
      signal?.throwIfAborted();
      const ending = started.ending() ?? givenUp();
      if (ending !== undefined) {
        throw new MillraceError(
          'LocalStackFailed',
          `${name} ${ending}. The end of its log ${logFile}:\n${lastLines(logFile, 15)}`,
          { facts: { part: name, logFile } },
        );
      }
      await sleep(100);
    }
  } catch (error) {
    await stopProcess(identity, [{ signal: 'SIGKILL', waitMs: 5_000 }]);
    throw error;
  }
};

/** More than the lines that are quoted have; a log of days can be larger than any string. */
const quotedBytes = 64 * 1024;

const lastLines = (file: string, count: number): string =>
  readFrom(file, Math.max(0, logBytes(file) - quotedBytes))
    .trimEnd()
    .split('\n')
    .slice(-count)
    .join('\n');

/** The text of a file from a byte on, at most 16 MiB of it. */
export const readFrom = (file: string, startByte: number): string => {
  const bytes = Buffer.alloc(Math.min(logBytes(file) - startByte, 16 * 1024 * 1024));
  const opened = openSync(file, 'r');
  try {
    return bytes.toString('utf8', 0, readSync(opened, bytes, 0, bytes.length, startByte));
  } finally {
    closeSync(opened);
  }
};

const sendSignal = (pid: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false; // ESRCH: it has just ended.
  }
};

const readProcessFile = (pid: number, name: 'stat' | 'environ'): string | undefined => {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return undefined; // It has ended, or belongs to another user.
  }
};
