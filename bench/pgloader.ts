import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DemoDatabase } from '../demo/demo-database.ts';
import { runLogged } from '../local/commands.ts';
import { requireProgram } from './peer-program.ts';

/** Throws `PrerequisiteMissing` with the line that installs it. */
export const requirePgloader = (): Promise<string> =>
  requireProgram({
    command: 'pgloader',
    peerOf: 'the copy from MariaDB',
    installLine:
      'Debian, Ubuntu: sudo apt-get install -y pgloader. Fedora: sudo dnf install -y pgloader. macOS: brew install pgloader.',
  });

export interface PgloaderTables {
  readonly source: { readonly database: DemoDatabase; readonly table: string };
  readonly target: { readonly database: DemoDatabase; readonly table: string };
}

/**
 * Rows only, into the table that is there: the target's primary key is all that pgloader has to keep, as it is for Millrace.
 * Four workers, as it chooses itself on most machines, of which one reads and one writes at a time and the others prepare
 * batches; batches of 25,000 rows, and as many read ahead, since its heap is limited.
 */
const pgloaderSettings = [
  'data only',
  'workers = 4',
  'concurrency = 1',
  'batch rows = 25000',
  'prefetch rows = 25000',
] as const;

/** What pgloader is told to do, in its own language. Its names of tables are patterns; ours are plain words. */
export const pgloaderCommand = ({ source, target }: PgloaderTables): string =>
  [
    'LOAD DATABASE',
    `  FROM ${url('mysql', source.database)}`,
    `  INTO ${url('postgresql', target.database)}`,
    `  WITH ${pgloaderSettings.join(', ')}`,
    // Instants are read as MariaDB shows them in UTC, which the server runs in.
    "  SET PostgreSQL PARAMETERS timezone to 'UTC'",
    `  INCLUDING ONLY TABLE NAMES MATCHING '${source.table}'`,
    `  ALTER SCHEMA '${source.database.database}' RENAME TO 'public'`,
    `  ALTER TABLE NAMES MATCHING '${source.table}' RENAME TO '${target.table}'`,
    ';',
    '',
  ].join('\n');

const url = (scheme: string, { user, password, host, port, database }: DemoDatabase): string =>
  `${scheme}://${user}:${password}@${host}:${port}/${database}`;

/** Loads one table. Throws `LocalStackFailed` with the end of the log. */
export const loadByPgloader = async (
  tables: PgloaderTables,
  logFile: string,
  signal: AbortSignal,
): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-pgloader-'));
  try {
    const file = join(folder, 'bench.load');
    writeFileSync(file, pgloaderCommand(tables), { mode: 0o600 });
    await runLogged('pgloader', ['--root-dir', folder, '--on-error-stop', file], logFile, { signal });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
