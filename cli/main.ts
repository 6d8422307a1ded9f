import { constants } from 'node:os';
import { exitCodes } from './cli-error.ts';
import { run } from './program.ts';
import { processShell } from './shell.ts';

/** The first Ctrl-C ends the command, which says so. A second one does not wait for that. */
const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    if (interrupted.signal.aborted) process.exit(exitCodes.interrupted);
    interrupted.abort(new Error('interrupted'));
  });
}

/** Nobody reads any more, as after `| head`: there is nothing left to do, and that is no failure. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(128 + constants.signals.SIGPIPE);
});

process.exitCode = await run(process.argv.slice(2), processShell(interrupted.signal));
