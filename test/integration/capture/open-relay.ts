import { randomUUID } from 'node:crypto';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { createKafkaAdmin } from '#adapters/kafka/kafka-admin.ts';
import { openRowRelay } from '#adapters/kafka/row-relay.ts';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { ensureRowRelay, relayTopics } from '#core/copy/row-relay.ts';
import { engineOf } from '#core/databases/registry.ts';
import type { RowRelay } from '#core/ports/row-relay.ts';
import type { ConnectPort } from '#core/ports/services.ts';
import { silentLog } from './capture-stack.ts';

/** What a copy through Kafka reads a server by, with the server's password in the connector's configuration instead of a reference. */
export const openRelay = async (
  name: string,
  server: ConnectionSettings,
  { connect, brokers }: { readonly connect: ConnectPort; readonly brokers: string },
): Promise<RowRelay> => {
  const settings = { brokers: [brokers], security: 'plaintext', clientId: 'millrace-test' } as const;
  const admin = createKafkaAdmin(settings, silentLog);
  const { kind, host, port, databaseName, username, password, tlsMode } = server;
  const replication = {
    connectorName: `${name}_connector`,
    topicPrefix: name,
    snapshotMode: 'initial',
  } as Replication;
  await ensureRowRelay(
    engineOf(kind).source.capture,
    replication,
    {
      ...{ databaseId: 1, clientId: 1, name, kind, host, port, databaseName, username, tlsMode },
      ...{ secretArn: 'unused', createdAt: '2026-01-01T00:00:00.000Z' },
    },
    { brokers, security: 'plaintext' },
    {
      kafka: admin,
      connect: {
        ...connect,
        putConnector: (connectorName, config) =>
          connect.putConnector(connectorName, {
            ...config,
            'database.user': username,
            'database.password': password,
          }),
      },
    },
  );
  const relay = openRowRelay({
    settings,
    topics: relayTopics(name),
    partitions: [0, 1],
    groupId: `copy-${randomUUID()}`,
    admin,
    clock: systemClock,
    log: silentLog,
    silenceMs: 60_000,
  });
  return {
    read: (statement, signal) => relay.read(statement, signal),
    close: async () => {
      await relay.close();
      await admin.close();
    },
  };
};
