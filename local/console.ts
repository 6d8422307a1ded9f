import { join } from 'node:path';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { runLogged } from './commands.ts';
import type { ConsoleSettings } from './console/main.ts';
import { createSignInCode } from './console/sign-in-links.ts';
import { loopback } from './ports.ts';
import { type ProcessIdentity, type Supervision, startDetached, waitUntilReady } from './processes.ts';
import { readPlan, runningPart } from './stack-state.ts';
import { projectRoot, type StateFolder } from './state-folder.ts';

export interface ConsoleOptions extends Supervision {
  readonly port: number;
  readonly folder: StateFolder;
  readonly logFile: string;
}

export const consoleAssets = join(projectRoot, 'dist', 'console');

/** It starts in a fifth of a second. On a loaded machine it may get no processor for a while, but not for a minute. */
const quietMs = 60_000;

/** Builds the console's page and starts its server. Throws `LocalStackFailed`. */
export const startConsole = async (options: ConsoleOptions): Promise<ProcessIdentity> => {
  const { folder, port } = options;
  await runLogged('npm', ['run', '--silent', 'build:console'], join(folder.logs, 'console-build.log'), {
    cwd: projectRoot,
    env: process.env,
    signal: options.signal,
  });
  const settings: ConsoleSettings = { root: folder.root, assets: consoleAssets, port };
  const started = await startDetached({
    ...options,
    command: process.execPath,
    args: [join(import.meta.dirname, 'console', 'main.ts'), JSON.stringify(settings)],
    cwd: projectRoot,
  });
  await waitUntilReady("The console's server", started, quietMs, async () => {
    try {
      const response = await fetch(`http://${loopback}:${port}/`, { signal: AbortSignal.timeout(2_000) });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    }
  });
  return started.identity;
};

/** Where the console is; undefined while it does not run. */
export const consoleUrl = (folder: StateFolder): string | undefined => {
  const port = readPlan(folder)?.ports.console;
  return port === undefined || runningPart(folder, 'console') === undefined
    ? undefined
    : `http://${loopback}:${port}`;
};

/** An address that signs in as the admin of the local stack, once; undefined while the console does not run. */
export const consoleSignInLink = (folder: StateFolder): string | undefined => {
  const url = consoleUrl(folder);
  return url === undefined ? undefined : `${url}/sign-in?code=${createSignInCode(folder, systemClock.now())}`;
};
