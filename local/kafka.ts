import { execFile } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { JavaParts } from './downloads.ts';
import { findFreePorts, loopback } from './ports.ts';
import {
  type DetachedProcess,
  type ProcessIdentity,
  readFrom,
  type Supervision,
  startDetached,
  stopProcess,
  waitUntilReady,
} from './processes.ts';
import { connectGroup, kafkaUsers, type Security, superUsers } from './secure.ts';
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
  /** The cluster that it is a node of; it is one by itself when left out. */
  readonly cluster?: KafkaCluster;
  readonly logFile?: string;
  /** The file to which it writes its classes when it ends: see `archiveClasses`. */
  readonly archive?: string;
}

/** Several nodes, each broker and controller in one. Every partition has a copy on three of them, as on MSK. */
export interface KafkaCluster {
  /** The same for all nodes, forever. */
  readonly id: string;
  readonly nodes: readonly KafkaNode[];
  /** Which of `nodes` this one is. */
  readonly index: number;
  /** TLS everywhere, SCRAM for clients, and rights; everything in the clear, and allowed, when left out. */
  readonly security?: Security;
}

export interface KafkaNode {
  /** For clients. */
  readonly port: number;
  /** For other brokers. */
  readonly peerPort: number;
  readonly controllerPort: number;
}

export interface KafkaServer extends ServerHandle {
  /** `host:port` */
  readonly brokers: string;
}

export interface ConnectOptions extends Supervision {
  readonly java: JavaParts;
  readonly brokers: string;
  readonly port?: number;
  /** How it reaches Kafka: with the user `connect`; in the clear when left out. */
  readonly security?: Security;
  /** The secret with that user, in the Secrets Manager of its environment. */
  readonly kafkaSecret?: string;
  /** Copies of its internal topics; 1 when left out. */
  readonly replicationFactor?: number;
  /** For the worker's settings; one of its own when left out, which `stop` removes. */
  readonly temporaryFolder?: string;
  /** Where it shows its metrics; nowhere when left out. */
  readonly metricsPort?: number;
  readonly logFile?: string;
  /** As that of a broker. */
  readonly archive?: string;
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
/** One of several, which share what the tests produce. */
const nodeFlags = ['-Xms96m', '-Xmx384m'];
/** Debezium needs 250 MB idle and up to 1 GB under load. */
const connectFlags = ['-Xms256m', '-Xmx1g'];

/**
 * Starts one Kafka node, broker and controller in one process, and formats its storage on the first start.
 * Topics are never created by the way: anyone who needs one creates it, as in production. Throws `LocalStackFailed`.
 */
export const startKafka = async (options: KafkaOptions): Promise<KafkaServer> => {
  const temporary = join(tmpdir(), `millrace-kafka-${randomUUID()}`);
  const dataDir = options.dataDir ?? temporary;
  const { cluster } = options;
  const node = cluster?.nodes[cluster.index];
  const [port, controllerPort] =
    node === undefined
      ? (options.ports ?? ((await findFreePorts(2)) as [number, number]))
      : [node.port, node.controllerPort];
  const logFile = options.logFile ?? `${dataDir}.log`;
  const env = options.env ?? process.env;
  mkdirSync(dataDir, { recursive: true });
  const settingsFile = join(dataDir, 'server.properties');
  const logDir = join(dataDir, 'log');
  writeFileSync(
    settingsFile,
    propertiesOf(
      cluster === undefined ? brokerSettings(logDir, port, controllerPort) : nodeSettings(logDir, cluster),
    ),
  );
  if (!existsSync(join(logDir, 'meta.properties'))) {
    if (cluster === undefined) await copyStorage(options.java, logDir, env);
    else await formatStorage(options.java, settingsFile, env, cluster);
  }

  const logStart = existsSync(logFile) ? statSync(logFile).size : 0;
  const flags = [
    ...(cluster === undefined ? brokerFlags : nodeFlags),
    ...classFlags(options.java, 'kafka', options.archive),
  ];
  const started = await startJava(options, flags, ['kafka.Kafka', settingsFile], logFile, env);
  const server = {
    brokers: `${loopback}:${port}`,
    ...handleOf(started, logFile, [
      ...(options.dataDir === undefined ? [temporary] : []),
      ...(options.dataDir === undefined && options.logFile === undefined ? [logFile] : []),
    ]),
  };
  // A broker opens its port before it takes requests; this line comes when it does.
  await waitUntilReady('Kafka', started, quietMs, async () =>
    readFrom(logFile, logStart).includes('Kafka Server started'),
  );
  return server;
};

/** Starts one Connect worker with the plug-ins of connect-container. Throws `LocalStackFailed`. */
export const startConnect = async (options: ConnectOptions): Promise<ConnectServer> => {
  const port = options.port ?? (await findFreePorts(1))[0];
  const logFile = options.logFile ?? join(tmpdir(), `millrace-connect-${randomUUID()}.log`);
  const url = `http://${loopback}:${port}`;
  const { security, kafkaSecret } = options;
  // The script of the image, which writes the worker's settings there.
  const temporary = options.temporaryFolder ?? mkdtempSync(join(tmpdir(), 'millrace-connect-'));
  mkdirSync(temporary, { recursive: true });
  const started = await startDetached({
    ...options,
    command: 'sh',
    args: [
      join(projectRoot, 'connect-container', 'start-worker.sh'),
      ...[...connectFlags, ...metricsFlags(options), ...commonFlags],
      ...classFlags(options.java, 'connect', options.archive),
      ...[
        '-cp',
        join(options.java.connectHome, 'libs', '*'),
        'org.apache.kafka.connect.cli.ConnectDistributed',
      ],
    ],
    // worker.properties names the plug-ins' folder relative to the working directory.
    cwd: options.java.connectHome,
    env: {
      ...(options.env ?? process.env),
      JAVA: options.java.command,
      TMPDIR: temporary,
      CONNECT_BOOTSTRAP_SERVERS: options.brokers,
      CONNECT_SECURITY_PROTOCOL: security === undefined ? 'PLAINTEXT' : 'SASL_SSL',
      ...(security !== undefined && {
        CONNECT_SASL_MECHANISM: 'SCRAM-SHA-512',
        CONNECT_KAFKA_SECRET: kafkaSecret ?? '',
        CONNECT_SSL_CA: security.caPem,
      }),
      CONNECT_LISTENERS: url,
      CONNECT_ADVERTISED_HOST: loopback,
      CONNECT_REPLICATION_FACTOR: String(options.replicationFactor ?? 1),
      CONNECT_GROUP: connectGroup,
    },
    logFile,
  });
  const server = {
    url,
    ...handleOf(started, logFile, [
      ...(options.temporaryFolder === undefined ? [temporary] : []),
      ...(options.logFile === undefined ? [logFile] : []),
    ]),
  };
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

type ArchivedProgram = 'kafka' | 'connect';

/** Where the classes of a program are kept, next to what it runs from. */
export const classArchive = (
  { connectHome }: Pick<JavaParts, 'connectHome'>,
  program: ArchivedProgram,
): string => join(`${connectHome}-classes`, `${program}.jsa`);

/** Java leaves an archive alone that another Java, or one with other jars, has written. */
const classFlags = (java: JavaParts, program: ArchivedProgram, written?: string): readonly string[] => {
  if (written !== undefined) return [`-XX:ArchiveClassesAtExit=${written}`];
  const archive = classArchive(java, program);
  return existsSync(archive) ? [`-XX:SharedArchiveFile=${archive}`] : [];
};

/** A busy machine writes an archive, of 50 MB, in half a minute. */
const archivePatienceMs = 300_000;

/** Ends a program that was started with `draft` as its archive, which gets its name when it is whole. */
const endWithArchive = async (process: ProcessIdentity, draft: string, archive: string): Promise<void> => {
  try {
    await stopProcess(process, [{ signal: 'SIGTERM', waitMs: archivePatienceMs }]);
  } catch (error) {
    await stopProcess(process, [{ signal: 'SIGKILL', waitMs: 5_000 }]);
    throw error;
  }
  copyFileSync(draft, archive);
};

/**
 * Starts Kafka and Connect once, so that each leaves an archive of the classes that it has loaded (Java's class data sharing): every
 * later start takes half of the processor time. Throws where this Java writes none.
 */
export const archiveClasses = async (java: JavaParts, signal: AbortSignal | undefined): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-classes-'));
  const draftOf = (program: ArchivedProgram): string => join(folder, `${program}.jsa`);
  const shared = { java, ...(signal !== undefined && { signal }) };
  try {
    const kafka = await startKafka({
      ...shared,
      dataDir: join(folder, 'kafka'),
      archive: draftOf('kafka'),
    });
    try {
      const connect = await startConnect({
        ...shared,
        brokers: kafka.brokers,
        logFile: join(folder, 'connect.log'),
        temporaryFolder: join(folder, 'connect'),
        archive: draftOf('connect'),
      });
      await endWithArchive(connect.process, draftOf('connect'), classArchive(java, 'connect'));
    } finally {
      await endWithArchive(kafka.process, draftOf('kafka'), classArchive(java, 'kafka'));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const metricsFlags = ({ java, metricsPort }: ConnectOptions): readonly string[] => {
  const agent = join(java.connectHome, 'agents', 'jmx_prometheus_javaagent.jar');
  const settings = join(projectRoot, 'connect-container', 'jmx-exporter.yml');
  return metricsPort === undefined ? [] : [`-javaagent:${agent}=${loopback}:${metricsPort}:${settings}`];
};

type Properties = Readonly<Record<string, string | number | boolean>>;

const propertiesOf = (settings: Properties): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

const brokerSettings = (logDir: string, port: number, controllerPort: number): Properties => ({
  'process.roles': 'broker,controller',
  'node.id': 1,
  'controller.quorum.voters': `1@${loopback}:${controllerPort}`,
  listeners: `PLAINTEXT://${loopback}:${port},CONTROLLER://${loopback}:${controllerPort}`,
  'advertised.listeners': `PLAINTEXT://${loopback}:${port}`,
  'controller.listener.names': 'CONTROLLER',
  'log.dirs': logDir,
  ...sharedSettings,
  ...copies(1, 1),
});

const sharedSettings: Properties = {
  'auto.create.topics.enable': false,
  'offsets.topic.num.partitions': 5,
  // Members need not wait for others.
  'group.initial.rebalance.delay.ms': 0,
};

/** `factor` copies of every partition; a write is accepted once `inSync` of them have it. */
const copies = (factor: number, inSync: number): Properties => ({
  'default.replication.factor': factor,
  'min.insync.replicas': inSync,
  'offsets.topic.replication.factor': factor,
  'transaction.state.log.replication.factor': factor,
  'transaction.state.log.min.isr': inSync,
  'share.coordinator.state.topic.replication.factor': factor,
  'share.coordinator.state.topic.min.isr': inSync,
});

const nodeSettings = (logDir: string, { nodes, index, security }: KafkaCluster): Properties => {
  const node = nodes[index];
  if (node === undefined) throw new MillraceError('Internal', `The Kafka cluster has no node ${index}.`);
  const { port, peerPort, controllerPort } = node;
  return {
    'process.roles': 'broker,controller',
    'node.id': index + 1,
    'controller.quorum.voters': nodes
      .map((other, at) => `${at + 1}@${loopback}:${other.controllerPort}`)
      .join(','),
    listeners: `CLIENT://${loopback}:${port},PEER://${loopback}:${peerPort},CONTROLLER://${loopback}:${controllerPort}`,
    'advertised.listeners': `CLIENT://${loopback}:${port},PEER://${loopback}:${peerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PEER',
    'log.dirs': logDir,
    ...sharedSettings,
    ...(nodes.length < 3 ? copies(1, 1) : copies(3, 2)),
    'unclean.leader.election.enable': false,
    ...(security === undefined
      ? { 'listener.security.protocol.map': 'CLIENT:PLAINTEXT,PEER:PLAINTEXT,CONTROLLER:PLAINTEXT' }
      : secureSettings(security)),
  };
};

/** Clients by SCRAM over TLS; brokers and controllers among each other by their certificate. */
const secureSettings = ({ brokerFile, caFile }: Security): Properties => ({
  'listener.security.protocol.map': 'CLIENT:SASL_SSL,PEER:SSL,CONTROLLER:SSL',
  'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
  // The users are Kafka's own; a broker asks for this line although it logs in nowhere by it.
  'listener.name.client.scram-sha-512.sasl.jaas.config':
    'org.apache.kafka.common.security.scram.ScramLoginModule required;',
  'ssl.keystore.type': 'PEM',
  'ssl.keystore.location': brokerFile,
  'ssl.truststore.type': 'PEM',
  'ssl.truststore.location': caFile,
  'listener.name.client.ssl.client.auth': 'none',
  'listener.name.peer.ssl.client.auth': 'required',
  'listener.name.controller.ssl.client.auth': 'required',
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'allow.everyone.if.no.acl.found': false,
  'super.users': superUsers,
});

/** A Kafka uuid is 16 bytes in URL-safe base 64; a leading hyphen would be read as an option. */
export const makeClusterId = (): string => `M${randomBytes(16).toString('base64url').slice(1)}`;

/** A program of its own formats storage, in a second or two of a processor. Brokers that are alone may all have the same, made once. */
const copyStorage = async (java: JavaParts, logDir: string, env: NodeJS.ProcessEnv): Promise<void> => {
  const settings = (folder: string): string => propertiesOf(brokerSettings(folder, 1, 2));
  const hash = createHash('sha256').update(settings('')).digest('hex').slice(0, 12);
  const template = join(java.connectHome, `storage-${hash}`);
  if (!existsSync(template)) {
    // Several processes may make one at the same time; the first that is complete is taken.
    const draft = `${template}.${randomUUID()}`;
    const settingsFile = `${draft}.properties`;
    try {
      writeFileSync(settingsFile, settings(draft));
      await formatStorage(java, settingsFile, env, undefined);
      if (!existsSync(template)) renameSync(draft, template);
    } catch (error) {
      if (!existsSync(template)) throw error;
    } finally {
      for (const path of [settingsFile, draft]) rmSync(path, { recursive: true, force: true });
    }
  }
  cpSync(template, logDir, { recursive: true });
};

const formatStorage = async (
  java: JavaParts,
  settingsFile: string,
  env: NodeJS.ProcessEnv,
  cluster: KafkaCluster | undefined,
): Promise<void> => {
  const users = cluster?.security === undefined ? [] : kafkaUsers(cluster.security);
  try {
    await run(
      java.command,
      [
        ...commonFlags,
        ...['-cp', join(java.connectHome, 'libs', '*'), 'kafka.tools.StorageTool'],
        ...['format', '--cluster-id', cluster?.id ?? makeClusterId(), '--config', settingsFile],
        ...users.flatMap(({ username, password }) => [
          '--add-scram',
          `SCRAM-SHA-512=[name=${username},password=${password}]`,
        ]),
      ],
      { env },
    );
  } catch (cause) {
    // Without the message of the cause, which has the whole command.
    const reason = (cause as { readonly stderr?: string }).stderr?.trim() ?? 'it cannot be run';
    throw new MillraceError('LocalStackFailed', `Kafka's storage could not be formatted: ${reason}`);
  }
};

const commonFlags = [
  `-Dlog4j2.configurationFile=${join(projectRoot, 'connect-container', 'log4j2.xml')}`,
  // Debezium's threads then carry the name of their connector into its log lines.
  '-Dlog4j2.isThreadContextMapInheritable=true',
  '-Djava.awt.headless=true',
];

const startJava = (
  options: KafkaOptions,
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
