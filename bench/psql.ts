import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import type { ClientConfig } from 'pg';
import { MillraceError } from '#core/errors/millrace-error.ts';

/** Throws `PrerequisiteMissing` with the line that installs it. */
export const requirePsql = async (): Promise<string> => {
  try {
    return (await promisify(execFile)('psql', ['--version'])).stdout.trim();
  } catch (cause) {
    throw new MillraceError(
      'PrerequisiteMissing',
      'psql, the peer of the copy benchmark, is not installed. Debian, Ubuntu: sudo apt-get install -y postgresql-client. ' +
        'Fedora: sudo dnf install -y postgresql. macOS: brew install libpq. Or leave that benchmark out: --only apply,latency',
      { cause },
    );
  }
};

/** `psql -c "COPY ... TO STDOUT" | psql -c "COPY ... FROM STDIN"`, as an operator would type it: one pipe, text format. */
export const pipeTable = async (
  source: { readonly config: ClientConfig; readonly table: string },
  target: { readonly config: ClientConfig; readonly table: string },
): Promise<void> => {
  const read = startPsql(source.config, `COPY ${source.table} TO STDOUT`, ['ignore', 'pipe', 'inherit']);
  const write = startPsql(target.config, `COPY ${target.table} FROM STDIN`, [
    read.stdout,
    'ignore',
    'inherit',
  ]);
  // The writer holds the pipe now; the reader has to see its end when the writer ends.
  read.stdout?.destroy();
  const codes = await Promise.all([once(read, 'close'), once(write, 'close')]);
  if (codes.some(([code]) => code !== 0))
    throw new MillraceError('LocalStackFailed', `psql could not copy ${source.table}.`);
};

const startPsql = (
  config: ClientConfig,
  statement: string,
  stdio: NonNullable<Parameters<typeof spawn>[2]>['stdio'],
): ReturnType<typeof spawn> =>
  spawn('psql', ['--no-psqlrc', '--quiet', '--set', 'ON_ERROR_STOP=1', '--command', statement], {
    stdio,
    env: {
      ...process.env,
      PGHOST: config.host,
      PGPORT: String(config.port),
      PGUSER: config.user,
      PGPASSWORD: String(config.password),
      PGDATABASE: config.database,
    },
  });
