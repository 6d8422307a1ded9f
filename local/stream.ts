import { join } from 'node:path';
import { accepts, loopback } from './ports.ts';
import { type ProcessIdentity, type Supervision, startDetached, waitUntilReady } from './processes.ts';
import { projectRoot } from './state-folder.ts';
import type { StreamSettings } from './stream/main.ts';

export interface StreamOptions extends Supervision {
  readonly port: number;
  readonly emulatorUrl: string;
  readonly codeFolder: string;
  readonly logFile: string;
}

/** The function that this program serves, as infra/ names it. */
const functionName = 'millrace-local-stream-logs';

/** It starts in a fifth of a second. On a loaded machine it may get no processor for a while, but not for a minute. */
const quietMs = 60_000;

/** Starts what serves the stream of logs, which the emulator cannot. Throws `LocalStackFailed`. */
export const startStream = async (options: StreamOptions): Promise<ProcessIdentity> => {
  const { port, emulatorUrl, codeFolder } = options;
  const settings: StreamSettings = { port, functionName, codeFolder, emulatorUrl };
  const started = await startDetached({
    ...options,
    command: process.execPath,
    args: [join(import.meta.dirname, 'stream', 'main.ts'), JSON.stringify(settings)],
    cwd: projectRoot,
  });
  await waitUntilReady('The stream of logs', started, quietMs, () => accepts({ host: loopback, port }));
  return started.identity;
};
