import { constants } from 'node:os';
import { run } from './program.ts';
import { processShell } from './shell.ts';

const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(name, () => interrupted.abort(new Error('interrupted')));
}

/** Nobody reads any more, as after `| head`: there is nothing left to do, and that is no failure. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(128 + constants.signals.SIGPIPE);
});

process.exitCode = await run(process.argv.slice(2), processShell(interrupted.signal));
