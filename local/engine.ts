import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LocalImages } from './ecs-shim/images.ts';
import type { ShimSettings } from './ecs-shim/main.ts';
import { accepts } from './ports.ts';
import {
  type ProcessIdentity,
  type StopStep,
  type Supervision,
  stackMarker,
  startDetached,
  waitUntilReady,
} from './processes.ts';
import { projectRoot } from './state-folder.ts';

export interface EngineOptions extends Supervision {
  /** The unix socket that it listens on. */
  readonly socket: string;
  readonly images: LocalImages;
  readonly logFile: string;
  /** One log per ECS task. */
  readonly logsFolder: string;
  /** One record per live ECS task. */
  readonly recordsFolder: string;
}

/** Its tasks have 5 s to drain before it kills them. */
export const engineStop: readonly StopStep[] = [
  { signal: 'SIGTERM', waitMs: 20_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
];

/** Node starts in a tenth of a second. On a loaded machine it may get no processor for a while, but not for a minute. */
const quietMs = 60_000;

/** What of the engine's own environment a task sees: as much as a container would, and how to find it again. */
const taskVariables = ['PATH', 'HOME', 'LANG', 'TMPDIR', stackMarker];

/** Starts the Docker engine that runs ECS tasks as local processes. Throws `LocalStackFailed`. */
export const startEngine = async (options: EngineOptions): Promise<ProcessIdentity> => {
  const env = options.env ?? process.env;
  const settings: ShimSettings = {
    socket: options.socket,
    images: options.images,
    environment: Object.fromEntries(
      taskVariables.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
    ),
    logsFolder: options.logsFolder,
    recordsFolder: options.recordsFolder,
  };
  mkdirSync(dirname(options.socket), { recursive: true });
  const started = await startDetached({
    ...options,
    command: process.execPath,
    args: [join(import.meta.dirname, 'ecs-shim', 'main.ts'), JSON.stringify(settings)],
    cwd: projectRoot,
  });
  await waitUntilReady('The ECS task engine', started, quietMs, () => accepts({ path: options.socket }));
  return started.identity;
};
