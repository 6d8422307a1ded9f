import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { JavaParts } from './downloads.ts';
import { findFreePorts, loopback } from './ports.ts';
import {
  type DetachedProcess,
  type ProcessIdentity,
  type Supervision,
  startDetached,
  stopProcess,
  waitUntilReady,
} from './processes.ts';
import { projectRoot } from './state-folder.ts';

const run = promisify(execFile);

export interface ServerHandle {
  readonly process: ProcessIdentity;
  readonly logFile: string;
  /** Returns when the process has ended; a temporary data folder is removed. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

export interface KafkaOptions extends Supervision {
  /** From `prepareDownloads`. */
  readonly java: JavaParts;
  /** Kept between starts; a temporary one is made when left out, and removed by `stop`. */
  readonly dataDir?: string;
  /** The ports of the broker and of the controller; free ones are taken when left out. */
  readonly ports?: readonly [number, number];
  readonly logFile?: string;
}

export interface KafkaServer extends ServerHandle {
  /** `host:port` */
  readonly brokers: string;
}

export interface ConnectOptions extends Supervision {
  readonly java: JavaParts;
  readonly brokers: string;
  readonly port?: number;
  /** Where it shows its metrics; nowhere when left out. */
  readonly metricsPort?: number;
  readonly logFile?: string;
  /** With AWS_REGION, AWS_ENDPOINT_URL and credentials, when connectors refer to secrets. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface ConnectServer extends ServerHandle {
  readonly url: string;
}

/** Twenty times what a whole start takes on an idle machine of two cores: a starved one may be silent for long. */
const quietMs = 90_000;

/**
 * A broker of one node is a development tool, so its log needs no more than what a few tests produce at once; the
 * heap holds indexes and request buffers only, the data is in the page cache.
 */
const brokerFlags = ['-Xms128m', '-Xmx512m'];
/** Debezium needs 250 MB idle and up to 1 GB under load. */
const connectFlags = ['-Xms256m', '-Xmx1g'];

/**
 * Starts one Kafka node, broker and controller in one process, and formats its storage on the first start.
 * Topics are never created by the way: anyone who needs one creates it, as in production. Throws `LocalStackFailed`.
 */
export const startKafka = async (options: KafkaOptions): Promise<KafkaServer> => {
  const temporary = join(tmpdir(), `millrace-kafka-${randomUUID()}`);
  const dataDir = options.dataDir ?? temporary;
  const [port, controllerPort] = options.ports ?? ((await findFreePorts(2)) as [number, number]);
  const logFile = options.logFile ?? `${dataDir}.log`;
  const env = options.env ?? process.env;
  mkdirSync(dataDir, { recursive: true });
  const settingsFile = join(dataDir, 'server.properties');
  writeFileSync(settingsFile, brokerSettings(join(dataDir, 'log'), port, controllerPort));
  if (!existsSync(join(dataDir, 'log', 'meta.properties'))) {
    await formatStorage(options.java, settingsFile, env);
  }

  const logStart = existsSync(logFile) ? statSync(logFile).size : 0;
  const started = await startJava(options, brokerFlags, ['kafka.Kafka', settingsFile], logFile, env);
  const server = {
    brokers: `${loopback}:${port}`,
    ...handleOf(started, logFile, [
      ...(options.dataDir === undefined ? [temporary] : []),
      ...(options.dataDir === undefined && options.logFile === undefined ? [logFile] : []),
    ]),
  };
  // A broker opens its port before it takes requests; this line comes when it does.
  await waitUntilReady('Kafka', started, quietMs, async () =>
    readFileSync(logFile, 'utf8').slice(logStart).includes('Kafka Server started'),
  );
  return server;
};

/** Starts one Connect worker with the plug-ins of connect-container. Throws `LocalStackFailed`. */
export const startConnect = async (options: ConnectOptions): Promise<ConnectServer> => {
  const port = options.port ?? (await findFreePorts(1))[0];
  const logFile = options.logFile ?? join(tmpdir(), `millrace-connect-${randomUUID()}.log`);
  const url = `http://${loopback}:${port}`;
  const started = await startJava(
    options,
    [...connectFlags, ...metricsFlags(options)],
    [
      'org.apache.kafka.connect.cli.ConnectDistributed',
      join(projectRoot, 'connect-container', 'worker.properties'),
    ],
    logFile,
    {
      ...(options.env ?? process.env),
      CONNECT_BOOTSTRAP_SERVERS: options.brokers,
      CONNECT_SECURITY_PROTOCOL: 'PLAINTEXT',
      CONNECT_LISTENERS: url,
      CONNECT_ADVERTISED_HOST: loopback,
      CONNECT_REPLICATION_FACTOR: '1',
      CONNECT_GROUP: 'millrace-connect',
    },
  );
  const server = { url, ...handleOf(started, logFile, options.logFile === undefined ? [logFile] : []) };
  // `/` answers before the worker has joined its group, `/connectors` only after.
  await waitUntilReady('Kafka Connect', started, quietMs, async () => {
    try {
      const response = await fetch(`${url}/connectors`, { signal: AbortSignal.timeout(2_000) });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    }
  });
  return server;
};

const metricsFlags = ({ java, metricsPort }: ConnectOptions): readonly string[] => {
  const agent = join(java.connectHome, 'agents', 'jmx_prometheus_javaagent.jar');
  const settings = join(projectRoot, 'connect-container', 'jmx-exporter.yml');
  return metricsPort === undefined ? [] : [`-javaagent:${agent}=${loopback}:${metricsPort}:${settings}`];
};

const brokerSettings = (logDir: string, port: number, controllerPort: number): string =>
  Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@${loopback}:${controllerPort}`,
    listeners: `PLAINTEXT://${loopback}:${port},CONTROLLER://${loopback}:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://${loopback}:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': logDir,
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 5,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    // The only member of a group need not wait for others.
    'group.initial.rebalance.delay.ms': 0,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

const formatStorage = async (
  java: JavaParts,
  settingsFile: string,
  env: NodeJS.ProcessEnv,
): Promise<void> => {
  // A Kafka uuid is 16 bytes in URL-safe base 64; a leading hyphen would be read as an option.
  const clusterId = `M${randomBytes(16).toString('base64url').slice(1)}`;
  try {
    await run(
      java.command,
      [
        ...commonFlags,
        ...['-cp', join(java.connectHome, 'libs', '*'), 'kafka.tools.StorageTool'],
        ...['format', '--cluster-id', clusterId, '--config', settingsFile],
      ],
      { env },
    );
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MillraceError('LocalStackFailed', `Kafka's storage could not be formatted: ${reason}`, {
      cause,
    });
  }
};

const commonFlags = [
  `-Dlog4j2.configurationFile=${join(projectRoot, 'connect-container', 'log4j2.xml')}`,
  // Debezium's threads then carry the name of their connector into its log lines.
  '-Dlog4j2.isThreadContextMapInheritable=true',
  '-Djava.awt.headless=true',
];

const startJava = (
  options: KafkaOptions | ConnectOptions,
  flags: readonly string[],
  command: readonly string[],
  logFile: string,
  env: NodeJS.ProcessEnv,
): Promise<DetachedProcess> =>
  startDetached({
    ...options,
    command: options.java.command,
    args: [...flags, ...commonFlags, '-cp', join(options.java.connectHome, 'libs', '*'), ...command],
    // worker.properties names the plug-ins' folder relative to the working directory.
    cwd: options.java.connectHome,
    env,
    logFile,
  });

const handleOf = (started: DetachedProcess, logFile: string, temporary: readonly string[]): ServerHandle => ({
  process: started.identity,
  logFile,
  stop: async () => {
    await stopProcess(started.identity);
    for (const path of temporary) rmSync(path, { recursive: true, force: true });
  },
  kill: () => stopProcess(started.identity, [{ signal: 'SIGKILL', waitMs: 5_000 }]),
});
