import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JavaParts } from './downloads.ts';
import { type DetachedProcess, type Supervision, startDetached, stopProcess } from './processes.ts';
import { projectRoot } from './state-folder.ts';

export interface MirrorOptions extends Supervision {
  readonly java: Pick<JavaParts, 'command'>;
  /** From `prepareMirror`. */
  readonly mirrorHome: string;
  /** `host:port`, in the clear. */
  readonly from: string;
  readonly to: string;
  /** A regular expression of the topics' names. */
  readonly topics: string;
  readonly logFile: string;
}

export interface Mirror {
  readonly logFile: string;
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

const mirrorFlags = ['-Xms64m', '-Xmx384m', '-Djava.awt.headless=true'];

/**
 * MirrorMaker 2 as a process of its own. Topics keep their names (IdentityReplicationPolicy), as Amazon MSK Replicator keeps them when it
 * is told to; it adds new ones within seconds. It does not wait until anything is mirrored.
 */
export const startMirror = async (options: MirrorOptions): Promise<Mirror> => {
  const folder = join(tmpdir(), `millrace-mirror-${randomUUID()}`);
  mkdirSync(folder, { recursive: true });
  const settingsFile = join(folder, 'mirror.properties');
  writeFileSync(settingsFile, settingsOf(options));
  const started: DetachedProcess = await startDetached({
    ...options,
    command: options.java.command,
    args: [
      ...mirrorFlags,
      `-Dlog4j2.configurationFile=${join(projectRoot, 'connect-container', 'log4j2.xml')}`,
      ...['-cp', join(options.mirrorHome, 'libs', '*')],
      ...['org.apache.kafka.connect.mirror.MirrorMaker', settingsFile],
    ],
    cwd: folder,
    env: options.env ?? process.env,
  });
  const removed = (): void => rmSync(folder, { recursive: true, force: true });
  return {
    logFile: options.logFile,
    stop: async () => {
      await stopProcess(started.identity);
      removed();
    },
    kill: async () => {
      await stopProcess(started.identity, [{ signal: 'SIGKILL', waitMs: 5_000 }]);
      removed();
    },
  };
};

const settingsOf = ({ from, to, topics }: Pick<MirrorOptions, 'from' | 'to' | 'topics'>): string =>
  [
    'clusters=first,second',
    `first.bootstrap.servers=${from}`,
    `second.bootstrap.servers=${to}`,
    'first->second.enabled=true',
    'second->first.enabled=false',
    `first->second.topics=${topics}`,
    'replication.policy.class=org.apache.kafka.connect.mirror.IdentityReplicationPolicy',
    'refresh.topics.interval.seconds=1',
    'sync.topic.acls.enabled=false',
    'emit.heartbeats.enabled=false',
    ...['replication', 'checkpoints.topic.replication', 'offset-syncs.topic.replication'].map(
      (what) => `${what}.factor=1`,
    ),
    ...['config', 'offset', 'status'].map((what) => `${what}.storage.replication.factor=1`),
    // As large as an event may be: core/capture/connector-config.ts.
    'second.producer.max.request.size=68157440',
    'second.producer.buffer.memory=75497472',
    'first.consumer.fetch.max.bytes=75497472',
    '',
  ].join('\n');
