import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import mysql from 'mysql2/promise';
import { findFreePort } from '../local/ports.ts';
import { startDetached, stopProcess, waitUntilReady } from '../local/processes.ts';

const run = promisify(execFile);
const outputMaxBytes = 64 * 1024 * 1024;

const cacheFolder = path.resolve(import.meta.dirname, '..', '.millrace', 'cache', 'mysql');
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const packageName = 'mysql-server-core';
const loopback = '127.0.0.1';
const password = 'secret';
/** A first start makes no data; 60 s are what a busy machine takes ten times over. */
const quietMs = 60_000;

/** Where Debian is taken from when this machine's apt takes another system, as Ubuntu's does. */
const publicArchive = 'http://deb.debian.org/debian';

/** What this machine needs to fetch packages of Debian and does not have; undefined when it has everything. */
const findMissing = async (): Promise<string | undefined> => {
  for (const command of ['apt-get', 'apt-cache', 'dpkg-deb']) {
    const isThere = await run(command, ['--version']).then(
      () => true,
      () => false,
    );
    if (!isThere) return `${command} is not there (it comes with Debian and Ubuntu)`;
  }
  return existsSync(keyring)
    ? undefined
    : `${keyring}, by which Debian's packages are checked, is not there: apt-get install debian-archive-keyring`;
};

/** A configuration of apt of its own, so that the machine's packages and lists stay as they are. */
const aptOptions = (folder: string): readonly string[] =>
  [
    `Dir::State=${folder}`,
    `Dir::State::status=${folder}/status`,
    `Dir::State::lists=${folder}/lists`,
    `Dir::Cache=${folder}/cache`,
    `Dir::Etc::sourcelist=${folder}/sources.list`,
    'Dir::Etc::sourceparts=/dev/null',
    'Dir::Etc::preferences=/dev/null',
    'APT::Install-Recommends=false',
    // Otherwise a list that cannot be read is a warning.
    'APT::Update::Error-Mode=any',
    'Acquire::Retries=1',
    ...(userInfo().uid === 0 ? ['APT::Sandbox::User=root'] : []),
  ].flatMap((option) => ['-o', option]);

/**
 * The archive of Debian in the output of `apt-get indextargets`, a line for each as `ORIGIN RELEASE URI`. Undefined when there
 * is none, as on Ubuntu, whose own archive does not have Debian's distributions.
 */
export const chooseArchive = (targets: string): string | undefined =>
  targets
    .split('\n')
    .map((line) => line.split(' '))
    .find(
      ([origin, release = '', uri = '']) =>
        origin === 'Debian' && uri !== '' && !/security|updates|backports/.test(release),
    )?.[2];

const findArchive = async (): Promise<string> => {
  const { stdout } = await run('apt-get', ['indextargets', '--format', '$(ORIGIN) $(RELEASE) $(REPO_URI)']);
  return chooseArchive(stdout) ?? publicArchive;
};

export interface FetchOptions {
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
  /** Where the server is kept. */
  readonly cache?: string;
  readonly archive?: string;
}

/** The folder with the server, or why there is none on this machine. */
export type FetchedServer = { readonly root: string } | { readonly missing: string };

/**
 * Unpacks MySQL's server and every library that it needs from Debian's unstable distribution, since no stable one has it.
 * About 60 MB, once.
 */
export const fetchServer = async ({
  say,
  signal,
  cache = cacheFolder,
  archive,
}: FetchOptions): Promise<FetchedServer> => {
  if (process.platform !== 'linux') return { missing: 'packages of Debian run on Linux only' };
  const root = path.join(cache, 'root');
  if (existsSync(root)) return { root };
  const missing = await findMissing();
  if (missing !== undefined) return { missing };
  const folder = path.join(cache, 'apt');
  const unpacking = path.join(cache, 'unpacking');
  for (const stale of [folder, unpacking]) rmSync(stale, { recursive: true, force: true });
  for (const part of ['lists/partial', 'cache/archives/partial'])
    mkdirSync(path.join(folder, part), { recursive: true });
  mkdirSync(unpacking, { recursive: true });
  writeFileSync(path.join(folder, 'status'), '');
  const uri = archive ?? (await findArchive());
  writeFileSync(path.join(folder, 'sources.list'), `deb [signed-by=${keyring}] ${uri} sid main\n`);
  const apt = (...args: readonly string[]) =>
    run('apt-get', [...aptOptions(folder), '-qq', '-y', ...args], { maxBuffer: outputMaxBytes, signal });
  try {
    say('Reading the list of Debian packages');
    await apt('update');
    say(`Downloading ${packageName} and its libraries`);
    await apt('install', '--download-only', packageName);
  } catch (error) {
    signal?.throwIfAborted();
    return { missing: `apt could not download ${packageName} from ${uri}: ${reasonOf(error)}` };
  }
  const archives = path.join(folder, 'cache', 'archives');
  for (const file of readdirSync(archives).filter((name) => name.endsWith('.deb'))) {
    await run('dpkg-deb', ['-x', path.join(archives, file), unpacking]);
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(unpacking, root);
  return { root };
};

/** The first error that apt gives. */
const reasonOf = (error: unknown): string => {
  const { stderr } = error as { readonly stderr?: string };
  const [line] = stderr?.split('\n').filter((text) => text.startsWith('E: ')) ?? [];
  return line?.slice('E: '.length).trim() ?? String(error);
};

export interface MysqlTestServer {
  /** For MILLRACE_TEST_MYSQL_URL. */
  readonly url: string;
  readonly version: string;
  /** SIGKILL, as a crash. The data stays. */
  kill(): Promise<void>;
  /** The data goes, unless its folder was given. */
  stop(): Promise<void>;
}

export interface MysqlOptions extends Pick<FetchOptions, 'say' | 'signal'> {
  /** Kept between starts; a temporary one is made when left out. */
  readonly dataDir?: string;
  /** Tells the servers apart that one process has at the same time in temporary folders. */
  readonly number?: number;
  /** A free one is taken when left out. */
  readonly port?: number;
  /** System variables. They win over ours. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * Starts the server of `fetchServer` on 127.0.0.1, with a data directory that goes with it. Throws the signal's reason when it
 * is aborted, and nothing is left then.
 */
export const startMysql = async (
  root: string,
  { say, signal, ...given }: MysqlOptions,
): Promise<MysqlTestServer> => {
  const libraries = path.join(root, 'usr', 'lib', 'x86_64-linux-gnu');
  const libraryFolder = existsSync(libraries)
    ? libraries
    : path.join(root, 'usr', 'lib', 'aarch64-linux-gnu');
  const loader = readdirSync(libraryFolder).find((name) => name.startsWith('ld-linux-'));
  if (loader === undefined) throw new Error(`${libraryFolder} has no loader of programs.`);
  // The libraries are newer than those of the machine, so their own loader has to start the server.
  const command = path.join(libraryFolder, loader);
  const server = ['--library-path', libraryFolder, path.join(root, 'usr', 'sbin', 'mysqld')];
  const dataDir = given.dataDir ?? path.join(tmpdir(), `millrace-mysql-${process.pid}-${given.number ?? 1}`);
  const options = [
    '--no-defaults',
    `--basedir=${path.join(root, 'usr')}`,
    `--datadir=${dataDir}`,
    `--lc-messages-dir=${path.join(root, 'usr', 'share', 'mysql')}`,
    `--character-sets-dir=${path.join(root, 'usr', 'share', 'mysql', 'charsets')}`,
    ...(userInfo().uid === 0 ? ['--user=root'] : []),
  ];
  const port = given.port ?? (await findFreePort());
  const logFile = `${dataDir}.log`;
  const accounts = `${dataDir}.sql`;
  const removeFiles = (): void => {
    for (const name of [dataDir, accounts, logFile])
      rmSync(name, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  };
  if (given.dataDir === undefined || !existsSync(dataDir)) {
    say('Making the system tables');
    try {
      await run(command, [...server, ...options, '--initialize-insecure'], {
        maxBuffer: outputMaxBytes,
        signal,
        killSignal: 'SIGKILL',
      });
    } catch (error) {
      removeFiles();
      signal?.throwIfAborted();
      throw error;
    }
  }
  writeFileSync(
    accounts,
    `CREATE USER IF NOT EXISTS 'root'@'%' IDENTIFIED BY '${password}';\n` +
      `GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;\n` +
      `ALTER USER 'root'@'localhost' IDENTIFIED BY '${password}';\n`,
  );
  const started = await startDetached({
    command,
    args: [
      ...server,
      ...options,
      `--bind-address=${loopback}`,
      `--port=${port}`,
      `--socket=${path.join(tmpdir(), `millrace-mysql-${port}.sock`)}`,
      '--mysqlx=OFF',
      `--pid-file=${path.join(dataDir, 'server.pid')}`,
      `--init-file=${accounts}`,
      '--server-id=1',
      '--local-infile=ON',
      '--secure-file-priv=',
      '--skip-name-resolve=ON',
      '--innodb-buffer-pool-size=128M',
      ...Object.entries(given.settings ?? {}).map(([name, value]) => `--${name}=${value}`),
    ],
    cwd: dataDir,
    logFile,
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    removeFiles();
    throw error;
  });
  let version = '';
  const stop = async (): Promise<void> => {
    await stopProcess(started.identity, [
      { signal: 'SIGTERM', waitMs: 30_000 },
      { signal: 'SIGKILL', waitMs: 5_000 },
    ]);
    if (given.dataDir === undefined) removeFiles();
  };
  const isReady = waitUntilReady('MySQL', started, quietMs, async () => {
    try {
      const client = await mysql.createConnection({ host: loopback, port, user: 'root', password });
      try {
        const [rows] = await client.query<mysql.RowDataPacket[]>('SELECT VERSION() AS version');
        version = String(rows[0]?.version);
        return true;
      } finally {
        await client.end();
      }
    } catch {
      return false;
    }
  });
  await isReady.catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    url: `mysql://root:${password}@${loopback}:${port}`,
    version,
    kill: () => stopProcess(started.identity, [{ signal: 'SIGKILL', waitMs: 5_000 }]),
    stop,
  };
};
