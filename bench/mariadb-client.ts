import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { DemoDatabase } from '../demo/demo-database.ts';
import { requireProgram } from './peer-program.ts';

/** Throws `PrerequisiteMissing` with the line that installs it. */
export const requireMariadbClient = (): Promise<string> =>
  requireProgram({
    command: 'mariadb',
    peerOf: 'the copy to MariaDB',
    installLine:
      'Debian, Ubuntu: sudo apt-get install -y mariadb-client. Fedora: sudo dnf install -y mariadb. macOS: brew install mariadb.',
  });

/**
 * `mariadb-dump` of one table's rows: INSERTs of many rows in one transaction, without checks of unique and foreign keys.
 * The table is not locked while it is loaded, which speeds up nothing in InnoDB.
 */
export const dumpTable = (database: DemoDatabase, table: string, file: string): Promise<void> =>
  withFile(file, 'w', (output) =>
    run('mariadb-dump', database, [...dumpOptions, database.database, table], ['ignore', output, 'inherit']),
  );

const dumpOptions = [
  '--no-create-info',
  '--no-autocommit',
  '--extended-insert',
  '--skip-add-locks',
  '--single-transaction',
] as const;

/** `mariadb < dump`, as an operator would type it. */
export const loadDump = (database: DemoDatabase, file: string): Promise<void> =>
  withFile(file, 'r', (input) =>
    run('mariadb', database, ['--batch', database.database], [input, 'ignore', 'inherit']),
  );

const withFile = async (
  file: string,
  mode: 'r' | 'w',
  use: (descriptor: number) => Promise<void>,
): Promise<void> => {
  const descriptor = openSync(file, mode);
  try {
    await use(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

const run = async (
  command: 'mariadb' | 'mariadb-dump',
  { host, port, user, password }: DemoDatabase,
  args: readonly string[],
  stdio: readonly ('ignore' | 'inherit' | number)[],
): Promise<void> => {
  const child = spawn(
    command,
    // The user's own configuration is not part of the measurement; Millrace connects without TLS, too.
    [
      '--no-defaults',
      '--protocol=tcp',
      '--skip-ssl',
      `--host=${host}`,
      `--port=${port}`,
      `--user=${user}`,
      ...args,
    ],
    { stdio: [...stdio], env: { ...process.env, MYSQL_PWD: password } },
  );
  const [code] = await once(child, 'close');
  if (code !== 0) throw new MillraceError('LocalStackFailed', `${command} ended with code ${code}.`);
};
