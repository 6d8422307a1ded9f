import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import mysql from 'mysql2/promise';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { type MariadbParts, prepareMariadb } from './downloads.ts';
import { findFreePort, loopback } from './ports.ts';
import type { ServerTls } from './postgres.ts';
import { installLine } from './prerequisites.ts';
import {
  type ProcessIdentity,
  type StopStep,
  type Supervision,
  startDetached,
  stopProcess,
  waitUntilReady,
} from './processes.ts';
import type { ProgressReporter } from './progress.ts';
import type { StateFolder } from './state-folder.ts';

const run = promisify(execFile);

export interface MariadbOptions extends Supervision {
  /** A free one is taken when left out. */
  readonly port?: number;
  /** Kept between starts; a temporary one is made when left out, and removed by `stop`. */
  readonly dataDir?: string;
  /** System variables, as `{ binlog_format: 'ROW' }`. They win over ours. */
  readonly config?: Readonly<Record<string, string>>;
  /** What it shows, and whom its clients trust: it takes no connection in the clear then, and speaks no TLS without. */
  readonly tls?: ServerTls;
  /** Created unless it exists; `millrace` by default. */
  readonly database?: string;
  /** Next to the data by default. */
  readonly logFile?: string;
  /** Whose cache has the binaries. */
  readonly folder?: StateFolder;
  readonly reporter?: ProgressReporter;
}

/** A running MariaDB server; its administrator is the same for every local server. */
export interface MariadbServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Whom its clients trust; undefined when it speaks in the clear. */
  readonly caPem?: string;
  readonly process: ProcessIdentity;
  readonly logFile: string;
  /** Shutdown in order; open transactions are rolled back. Returns when the process has ended. */
  stop(): Promise<void>;
  /** SIGKILL, as a crash: the next start recovers from the redo log. */
  kill(): Promise<void>;
}

/** The administrator of every local server. Not a secret: the servers listen on this machine only. */
export const localMariadbUser = { user: 'millrace', password: 'millrace-local' } as const;

/** What a source of replication needs; a server id tells servers apart, and here each is alone. */
export const mariadbSourceSettings: Readonly<Record<string, string>> = {
  log_bin: 'binlog',
  server_id: '1',
  binlog_format: 'ROW',
  binlog_row_image: 'FULL',
  gtid_strict_mode: 'ON',
};

/** SIGTERM flushes what InnoDB holds in memory (64 MB here): a second or two, on a slow disk ten. */
export const mariadbStop: readonly StopStep[] = [
  { signal: 'SIGTERM', waitMs: 15_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
];

/**
 * Recovery after a crash replays at most the redo log (96 MB by default): seconds; a slow disk gets a minute. On two cores
 * that ran twenty processes more, a first start took more than a minute; three times that.
 */
const quietMs = 180_000;

/**
 * Starts one MariaDB server, with its data directory made on the first start. The binaries come from Maven Central;
 * where it has none that work on this machine, a server that is installed is taken.
 * Throws `PrerequisiteMissing` when there is neither, and `LocalStackFailed`.
 */
export const startMariadb = async (options: MariadbOptions = {}): Promise<MariadbServer> => {
  const binaries = await findBinaries(options);
  const temporary =
    options.dataDir === undefined ? join(tmpdir(), `millrace-mariadb-${randomUUID()}`) : undefined;
  const dataDir = resolve(temporary ?? options.dataDir ?? '');
  const logFile = options.logFile ?? `${dataDir}.log`;
  if (!existsSync(dataDir)) await createDataDirectory(binaries, dataDir);

  mkdirSync(temporaryFolder(dataDir), { recursive: true, mode: 0o700 });

  const port = options.port ?? (await findFreePort());
  const settings: Readonly<Record<string, string>> = {
    bind_address: loopback,
    port: String(port),
    // A socket's path is short by law (unix(7): 107 bytes) and the default one is shared by all servers.
    socket: join(tmpdir(), `millrace-mariadb-${port}.sock`),
    pid_file: join(dataDir, 'server.pid'),
    character_set_server: 'utf8mb4',
    collation_server: 'utf8mb4_general_ci',
    local_infile: 'ON',
    // Names of accounts are addresses, so that no look-up of a name delays a connection.
    skip_name_resolve: 'ON',
    innodb_buffer_pool_size: '64M',
    // With TLS and no certificate it makes a key at each start, which takes seconds of a processor.
    ...(options.tls === undefined ? { ssl: 'OFF' } : requireTls(dataDir, options.tls)),
    ...options.config,
  };
  const started = await startDetached({
    command: binaries.server,
    args: [
      ...serverArguments(binaries, dataDir),
      ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`),
    ],
    cwd: dataDir,
    ...options,
    logFile,
  });

  const database = options.database ?? 'millrace';
  const server: MariadbServer = {
    host: loopback,
    port,
    ...localMariadbUser,
    database,
    ...(options.tls !== undefined && { caPem: options.tls.caPem }),
    process: started.identity,
    logFile,
    stop: async () => {
      await stopProcess(started.identity, mariadbStop);
      if (temporary !== undefined) {
        for (const path of [dataDir, temporaryFolder(dataDir)])
          rmSync(path, { recursive: true, force: true });
        if (options.logFile === undefined) rmSync(logFile, { force: true });
      }
    },
    kill: () => stopProcess(started.identity, [{ signal: 'SIGKILL', waitMs: 5_000 }]),
  };
  await waitUntilReady('MariaDB', started, quietMs, () => makesDatabase(server));
  return server;
};

/** Puts the certificate next to the data, and returns the settings that go with it. */
const requireTls = (
  dataDir: string,
  { serverCertificate, serverKey }: ServerTls,
): Readonly<Record<string, string>> => {
  const [certificate, key] = [join(dataDir, 'server.pem'), join(dataDir, 'server.key')];
  writeFileSync(certificate, serverCertificate, { mode: 0o600 });
  writeFileSync(key, serverKey, { mode: 0o600 });
  return { ssl_cert: certificate, ssl_key: key, require_secure_transport: 'ON' };
};

/**
 * A server that starts deletes every temporary table that it finds in its tmpdir. In a folder that servers share, as the
 * system's own, those of the others go with them, and a server whose temporary table has gone crashes (seen with 11.4.5).
 */
const temporaryFolder = (dataDir: string): string => `${dataDir}.tmp`;

/** `--no-defaults` has to come first: the configuration of an installed server is not ours. */
const serverArguments = (binaries: MariadbParts, dataDir: string): readonly string[] => [
  '--no-defaults',
  `--datadir=${dataDir}`,
  `--tmpdir=${temporaryFolder(dataDir)}`,
  `--lc-messages-dir=${binaries.share}`,
  `--character-sets-dir=${join(binaries.share, 'charsets')}`,
  // MariaDB runs as root only when it is told to.
  ...(userInfo().uid === 0 ? ['--user=root'] : []),
];

/**
 * The statements that make the system tables, in the order in which mariadb-install-db gives them to the server; without the
 * help texts and the sys schema, whose megabytes nobody needs here.
 */
const systemTableFiles: readonly RegExp[] = [
  /^(?:mariadb|mysql)_system_tables\.sql$/,
  /^(?:mariadb|mysql)_performance_tables\.sql$/,
  /^(?:mariadb|mysql)_system_tables_data\.sql$/,
];

/**
 * Makes the system tables with one administrator and nobody else: the anonymous users that are made by default would be
 * taken for a user@localhost whose account is for any host, and refuse it.
 */
const createDataDirectory = async (binaries: MariadbParts, dataDir: string): Promise<void> => {
  // Made next to the final place and renamed, so that an interrupted start leaves no half-made data.
  const unfinished = `${dataDir}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  for (const path of [unfinished, temporaryFolder(unfinished)])
    mkdirSync(path, { recursive: true, mode: 0o700 });
  const files = readdirSync(binaries.share);
  const { user, password } = localMariadbUser;
  const statements = [
    'CREATE DATABASE mysql;\nUSE mysql;\n',
    ...systemTableFiles.map((pattern) => {
      const file = files.find((name) => pattern.test(name));
      return file === undefined ? '' : readFileSync(join(binaries.share, file), 'utf8');
    }),
    `USE mysql;\nDELETE FROM global_priv WHERE User <> 'mariadb.sys';\nFLUSH PRIVILEGES;\n`,
    `CREATE USER '${user}'@'%' IDENTIFIED BY '${password}';\n`,
    `GRANT ALL PRIVILEGES ON *.* TO '${user}'@'%' WITH GRANT OPTION;\n`,
  ].join('\n');
  try {
    await bootstrap(binaries, unfinished, statements);
    renameSync(unfinished, dataDir);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MillraceError(
      'LocalStackFailed',
      `MariaDB's data directory ${dataDir} was not made: ${reason}`,
      {
        cause,
      },
    );
  } finally {
    for (const path of [unfinished, temporaryFolder(unfinished)])
      rmSync(path, { recursive: true, force: true });
  }
};

/** A server that reads statements instead of serving, as mariadb-install-db runs it. */
const bootstrap = (binaries: MariadbParts, dataDir: string, statements: string): Promise<void> =>
  new Promise((done, reject) => {
    const child = spawn(
      binaries.server,
      [
        ...serverArguments(binaries, dataDir),
        '--bootstrap',
        '--skip-log-bin',
        '--innodb-buffer-pool-size=64M',
        // What is half-made is thrown away, so nothing has to survive a crash.
        '--innodb-flush-log-at-trx-commit=0',
        '--aria-checkpoint-interval=0',
        '--enforce-storage-engine=',
      ],
      { stdio: ['pipe', 'ignore', 'pipe'] },
    );
    let output = '';
    child.stderr.on('data', (text: Buffer) => {
      output = `${output}${text.toString()}`.slice(-2_000);
    });
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? done() : reject(new Error(`code ${code}: ${output.trim()}`)),
    );
    child.stdin.on('error', () => undefined); // It has ended; `close` says why.
    child.stdin.end(statements);
  });

const findBinaries = async (options: MariadbOptions): Promise<MariadbParts> => {
  const problems: string[] = [];
  const fetched = await prepareMariadb(options);
  const candidates = [...(fetched === undefined ? [] : [fetched]), ...installedServers()];
  for (const candidate of candidates) {
    try {
      await run(candidate.server, ['--no-defaults', '--version']);
      return candidate;
    } catch (error) {
      // A shared library that this machine lacks, as a rule.
      problems.push(error instanceof Error ? error.message.trim() : String(error));
    }
  }
  throw new MillraceError(
    'PrerequisiteMissing',
    [
      `No MariaDB server runs on this machine. Install one: ${installLine('mariadb')}`,
      ...problems.map((problem) => `  ${problem}`),
    ].join('\n'),
    { facts: { missing: ['mariadb'] } },
  );
};

/** Distributions put servers outside of the path of ordinary users. */
const serverFolders: readonly string[] = [
  '/usr/sbin',
  '/usr/libexec',
  '/usr/local/sbin',
  '/opt/homebrew/bin',
];

const installedServers = (): readonly MariadbParts[] =>
  [...(process.env.PATH ?? '').split(delimiter), ...serverFolders]
    .map((folder) => join(folder, 'mariadbd'))
    .filter(isExecutable)
    .flatMap((server) =>
      ['share/mysql', 'share/mariadb', 'share']
        .map((folder) => join(dirname(dirname(server)), folder))
        .filter((share) => existsSync(join(share, 'english', 'errmsg.sys')))
        .map((share) => ({ server, share })),
    );

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Whether the server answers; then it has the database, too. */
const makesDatabase = async (server: MariadbServer): Promise<boolean> => {
  const { host, port, user, password, caPem } = server;
  const connection = await mysql
    .createConnection({
      ...{ host, port, user, password, connectTimeout: 5_000 },
      ...(caPem !== undefined && { ssl: { ca: caPem } }),
    })
    .catch(() => undefined);
  if (connection === undefined) return false;
  try {
    await connection.query(`CREATE DATABASE IF NOT EXISTS ${mysql.escapeId(server.database, true)}`);
    return true;
  } catch {
    return false;
  } finally {
    connection.destroy();
  }
};
