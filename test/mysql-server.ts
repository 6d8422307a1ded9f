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

/** Why no MySQL server can be fetched on this machine, or undefined when one can. */
export const findMissing = async (): Promise<string | undefined> => {
  if (process.platform !== 'linux') return 'packages of Debian run on Linux only';
  for (const command of ['apt-get', 'apt-cache', 'dpkg-deb']) {
    const isThere = await run(command, ['--version']).then(
      () => true,
      () => false,
    );
    if (!isThere) return `${command} is not there (it comes with Debian and Ubuntu)`;
  }
  return existsSync(keyring) ? undefined : `${keyring} is not there: apt-get install debian-archive-keyring`;
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
    ...(userInfo().uid === 0 ? ['APT::Sandbox::User=root'] : []),
  ].flatMap((option) => ['-o', option]);

/** The archive that this machine's apt takes Debian from. */
const findArchive = async (): Promise<string> => {
  const { stdout } = await run('apt-get', ['indextargets', '--format', '$(REPO_URI) $(RELEASE)']);
  const archive = stdout
    .split('\n')
    .map((line) => line.split(' '))
    .find(([uri = '', release = '']) => uri !== '' && !/security|updates|backports/.test(release))?.[0];
  if (archive === undefined) throw new Error('apt knows no archive of Debian: run apt-get update first.');
  return archive;
};

/**
 * Unpacks MySQL's server and every library that it needs from Debian's unstable distribution, since no stable one has it.
 * About 60 MB, once. Returns the folder.
 */
const fetchServer = async (say: (line: string) => void): Promise<string> => {
  const root = path.join(cacheFolder, 'root');
  if (existsSync(root)) return root;
  const folder = path.join(cacheFolder, 'apt');
  const unpacking = path.join(cacheFolder, 'unpacking');
  for (const stale of [folder, unpacking]) rmSync(stale, { recursive: true, force: true });
  for (const part of ['lists/partial', 'cache/archives/partial'])
    mkdirSync(path.join(folder, part), { recursive: true });
  mkdirSync(unpacking, { recursive: true });
  writeFileSync(path.join(folder, 'status'), '');
  writeFileSync(
    path.join(folder, 'sources.list'),
    `deb [signed-by=${keyring}] ${await findArchive()} sid main\n`,
  );
  const apt = (...args: readonly string[]) =>
    run('apt-get', [...aptOptions(folder), '-qq', '-y', ...args], { maxBuffer: outputMaxBytes });
  say('Reading the list of Debian packages');
  await apt('update');
  say(`Downloading ${packageName} and its libraries`);
  await apt('install', '--download-only', packageName);
  const archives = path.join(folder, 'cache', 'archives');
  for (const file of readdirSync(archives).filter((name) => name.endsWith('.deb'))) {
    await run('dpkg-deb', ['-x', path.join(archives, file), unpacking]);
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(unpacking, root);
  return root;
};

export interface MysqlTestServer {
  /** For MILLRACE_TEST_MYSQL_URL. */
  readonly url: string;
  readonly version: string;
  stop(): Promise<void>;
}

/** Starts a MySQL server on 127.0.0.1, with a data directory that goes with it. */
export const startMysql = async (say: (line: string) => void): Promise<MysqlTestServer> => {
  const root = await fetchServer(say);
  const libraries = path.join(root, 'usr', 'lib', 'x86_64-linux-gnu');
  const libraryFolder = existsSync(libraries)
    ? libraries
    : path.join(root, 'usr', 'lib', 'aarch64-linux-gnu');
  const loader = readdirSync(libraryFolder).find((name) => name.startsWith('ld-linux-'));
  if (loader === undefined) throw new Error(`${libraryFolder} has no loader of programs.`);
  // The libraries are newer than those of the machine, so their own loader has to start the server.
  const command = path.join(libraryFolder, loader);
  const server = ['--library-path', libraryFolder, path.join(root, 'usr', 'sbin', 'mysqld')];
  const dataDir = path.join(tmpdir(), `millrace-mysql-${process.pid}`);
  const options = [
    '--no-defaults',
    `--basedir=${path.join(root, 'usr')}`,
    `--datadir=${dataDir}`,
    `--lc-messages-dir=${path.join(root, 'usr', 'share', 'mysql')}`,
    `--character-sets-dir=${path.join(root, 'usr', 'share', 'mysql', 'charsets')}`,
    ...(userInfo().uid === 0 ? ['--user=root'] : []),
  ];
  say('Making the system tables');
  await run(command, [...server, ...options, '--initialize-insecure'], { maxBuffer: outputMaxBytes });

  const port = await findFreePort();
  const logFile = `${dataDir}.log`;
  const accounts = `${dataDir}.sql`;
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
    ],
    cwd: dataDir,
    logFile,
  });
  let version = '';
  const stop = async (): Promise<void> => {
    await stopProcess(started.identity, [
      { signal: 'SIGTERM', waitMs: 30_000 },
      { signal: 'SIGKILL', waitMs: 5_000 },
    ]);
    for (const name of [dataDir, accounts, logFile]) rmSync(name, { recursive: true, force: true });
  };
  await waitUntilReady('MySQL', started, quietMs, async () => {
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
  return {
    url: `mysql://root:${password}@${loopback}:${port}`,
    version,
    stop,
  };
};
