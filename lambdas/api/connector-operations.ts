import type { z } from 'zod';
import { maskConfig } from '#core/capture/mask-config.ts';
import type { ClientId } from '#core/contracts/identifiers.ts';
import { isCaptured, type Replication } from '#core/contracts/replication.ts';
import { MillraceError, toMillraceError } from '#core/errors/millrace-error.ts';
import type { ConnectorStatus, ConnectPort } from '#core/ports/services.ts';
import {
  connectHealthSchema,
  connectorAnswerSchema,
  connectorConfigSchema,
  connectorListSchema,
  connectorPathSchema,
  connectorTaskPathSchema,
  connectorTasksSchema,
  connectorValidationSchema,
  deletedConnectorSchema,
  listConnectorsQuerySchema,
} from './connector-contracts.ts';
import { defineOperation, type Operation } from './operation.ts';
import { readPage, wholeList } from './paging.ts';
import type { ApiPorts } from './ports.ts';
import { recordAction } from './record-action.ts';

type ConnectorAnswer = z.input<typeof connectorAnswerSchema>;

const connectErrors = ['NotFound', 'ConnectUnavailable'] as const;

/** What Kafka Connect has, as the replications of a client own it. Configurations are made and changed by replications only. */
export const connectorOperations: readonly Operation[] = [
  defineOperation({
    id: 'getConnectHealth',
    method: 'GET',
    path: '/connect',
    summary: 'Whether Kafka Connect answers, and which of its connectors belong to no replication.',
    status: 200,
    answer: connectHealthSchema,
    run: async ({ principal }, { connect, store }) => {
      try {
        const statuses = await connect.listStatuses();
        if (principal.clientId !== undefined) return { healthy: true, message: null, unowned: null };
        const owned = new Set((await store.listAllReplications()).map(({ connectorName }) => connectorName));
        return {
          healthy: true,
          message: null,
          unowned: [...statuses.keys()].filter((name) => !owned.has(name)).sort(),
        };
      } catch (cause) {
        const error = toMillraceError(cause);
        if (error.code !== 'ConnectUnavailable') throw error;
        return { healthy: false, message: error.message, unowned: null };
      }
    },
  }),

  defineOperation({
    id: 'listConnectors',
    method: 'GET',
    path: '/connectors',
    summary: 'The connectors of the replications of the client, with their states.',
    query: listConnectorsQuerySchema,
    status: 200,
    answer: connectorListSchema,
    errors: ['ConnectUnavailable'],
    run: async ({ clientId, query }, { store, connect }) => {
      const keyOf = ({ connectorName }: Replication): string => connectorName;
      const statuses = await connect.listStatuses();
      const { items, nextCursor } = await readPage(query, {
        read: wholeList(
          async () =>
            (await store.listReplications(clientId)).toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
          keyOf,
        ),
        keyOf,
        keep: ({ connectorName }) => {
          const status = statuses.get(connectorName);
          return (
            query.state === undefined ||
            status?.state === query.state ||
            status?.tasks.some(({ state }) => state === query.state) === true
          );
        },
      });
      return {
        connectors: items.map((replication) =>
          toAnswer(replication, statuses.get(replication.connectorName)),
        ),
        next_cursor: nextCursor,
      };
    },
  }),

  defineOperation({
    id: 'getConnector',
    method: 'GET',
    path: '/connectors/{connector}',
    summary: 'The state of a connector and its tasks, with the traces of what has failed.',
    params: connectorPathSchema,
    status: 200,
    answer: connectorAnswerSchema,
    errors: connectErrors,
    run: async ({ clientId, params }, ports) => {
      const replication = await ownerOf(clientId, params.connector, ports);
      return toAnswer(replication, await ports.connect.getStatus(replication.connectorName));
    },
  }),

  defineOperation({
    id: 'getConnectorConfig',
    method: 'GET',
    path: '/connectors/{connector}/config',
    summary: 'The configuration of a connector, without secrets. It is changed through its replication.',
    params: connectorPathSchema,
    status: 200,
    answer: connectorConfigSchema,
    errors: connectErrors,
    run: async ({ clientId, params }, ports) => {
      const { connectorName } = await ownerOf(clientId, params.connector, ports);
      return { name: connectorName, config: maskConfig(await configOf(connectorName, ports)) };
    },
  }),

  defineOperation({
    id: 'listConnectorTasks',
    method: 'GET',
    path: '/connectors/{connector}/tasks',
    summary: 'The tasks of a connector.',
    params: connectorPathSchema,
    status: 200,
    answer: connectorTasksSchema,
    errors: connectErrors,
    run: async ({ clientId, params }, ports) => {
      const { connectorName } = await ownerOf(clientId, params.connector, ports);
      return { name: connectorName, tasks: toTasks(await statusOf(connectorName, ports)) };
    },
  }),

  defineOperation({
    id: 'validateConnector',
    method: 'POST',
    path: '/connectors/{connector}/validate',
    summary: "Kafka Connect's own check of the configuration that a connector has. Nothing is changed.",
    params: connectorPathSchema,
    status: 200,
    answer: connectorValidationSchema,
    errors: connectErrors,
    run: async ({ clientId, params }, ports) => {
      const { connectorName } = await ownerOf(clientId, params.connector, ports);
      const problems = await ports.connect.validateConfig(await configOf(connectorName, ports));
      return {
        name: connectorName,
        ready: problems.length === 0,
        problems: [...problems],
      };
    },
  }),

  defineOperation({
    id: 'pauseConnector',
    method: 'POST',
    path: '/connectors/{connector}/pause',
    summary:
      'Pause a connector that is not meant to run. One that is meant to is paused by stopping its replication.',
    params: connectorPathSchema,
    status: 202,
    answer: connectorAnswerSchema,
    errors: [...connectErrors, 'Conflict'],
    run: async ({ clientId, actor, params }, ports) => {
      const replication = await ownerOf(clientId, params.connector, ports);
      const { replicationId, status } = replication;
      if (isMeantToRun(replication))
        throw new MillraceError(
          'Conflict',
          `Replication ${replicationId} is ${status}, and the health check would resume its connector within a minute. Stop ` +
            `the replication: POST /replications/${replicationId}/stop.`,
          { facts: { replicationId, status } },
        );
      return act(replication, 'paused', actor, ports, (connect, name) => connect.pause(name));
    },
  }),

  defineOperation({
    id: 'resumeConnector',
    method: 'POST',
    path: '/connectors/{connector}/resume',
    summary:
      'Resume a connector whose replication is meant to capture. A health check does it within a minute, too.',
    params: connectorPathSchema,
    status: 202,
    answer: connectorAnswerSchema,
    errors: [...connectErrors, 'Conflict'],
    run: async ({ clientId, actor, params }, ports) => {
      const replication = await ownerOf(clientId, params.connector, ports);
      const { replicationId, status } = replication;
      if (!isMeantToRun(replication))
        throw new MillraceError(
          'Conflict',
          `Replication ${replicationId} is ${status}, and its connector is not to run. Start the replication: ` +
            `POST /replications/${replicationId}/start.`,
          { facts: { replicationId, status } },
        );
      return act(replication, 'resumed', actor, ports, (connect, name) => connect.resume(name));
    },
  }),

  defineOperation({
    id: 'restartConnector',
    method: 'POST',
    path: '/connectors/{connector}/restart',
    summary:
      'Restart a connector with all its tasks, which read their secrets again. It goes on where it stopped.',
    params: connectorPathSchema,
    status: 202,
    answer: connectorAnswerSchema,
    errors: connectErrors,
    run: async ({ clientId, actor, params }, ports) =>
      act(await ownerOf(clientId, params.connector, ports), 'restarted', actor, ports, (connect, name) =>
        connect.restart(name),
      ),
  }),

  defineOperation({
    id: 'restartConnectorTask',
    method: 'POST',
    path: '/connectors/{connector}/tasks/{task}/restart',
    summary: 'Restart one task of a connector.',
    params: connectorTaskPathSchema,
    status: 202,
    answer: connectorAnswerSchema,
    errors: connectErrors,
    run: async ({ clientId, actor, params }, ports) => {
      const replication = await ownerOf(clientId, params.connector, ports);
      const { tasks } = await statusOf(replication.connectorName, ports);
      if (!tasks.some(({ id }) => id === params.task))
        throw new MillraceError('NotFound', `Connector ${params.connector} has no task ${params.task}.`);
      return act(replication, `task ${params.task} restarted`, actor, ports, (connect, name) =>
        connect.restartTask(name, params.task),
      );
    },
  }),

  defineOperation({
    id: 'deleteConnector',
    method: 'DELETE',
    path: '/connectors/{connector}',
    summary:
      'Delete a connector that belongs to no replication. That of a replication goes when the replication is deleted.',
    params: connectorPathSchema,
    status: 200,
    answer: deletedConnectorSchema,
    errors: [...connectErrors, 'Conflict'],
    run: async ({ actor, params: { connector } }, ports) => {
      const { store, connect } = ports;
      const owner = (await store.listAllReplications()).find(
        ({ connectorName }) => connectorName === connector,
      );
      if (owner !== undefined)
        throw new MillraceError(
          'Conflict',
          `Connector ${connector} belongs to replication ${owner.replicationId} of client ${owner.clientId}. Delete the ` +
            `replication (DELETE /replications/${owner.replicationId}), which deletes its connector.`,
          { facts: { replicationId: owner.replicationId } },
        );
      if ((await connect.getStatus(connector)) === undefined) throw noConnector(connector);
      await connect.deleteConnector(connector);
      const message = `Connector ${connector}, which belonged to no replication, was deleted.`;
      await recordAction(undefined, { action: 'connector-deleted', message, by: actor }, ports);
      return { name: connector };
    },
  }),
];

/** Says the same of a connector of another client and of one that is not there. */
const noConnector = (name: string): MillraceError =>
  new MillraceError('NotFound', `There is no connector ${name}.`);

const ownerOf = async (
  clientId: ClientId,
  name: string,
  { store }: Pick<ApiPorts, 'store'>,
): Promise<Replication> => {
  const owner = (await store.listReplications(clientId)).find(({ connectorName }) => connectorName === name);
  if (owner === undefined) throw noConnector(name);
  return owner;
};

const statusOf = async (name: string, { connect }: Pick<ApiPorts, 'connect'>): Promise<ConnectorStatus> => {
  const status = await connect.getStatus(name);
  if (status === undefined) throw notCreated(name);
  return status;
};

const configOf = async (
  name: string,
  { connect }: Pick<ApiPorts, 'connect'>,
): Promise<Readonly<Record<string, string>>> => {
  const config = await connect.getConfig(name);
  if (config === undefined) throw notCreated(name);
  return config;
};

const notCreated = (name: string): MillraceError =>
  new MillraceError(
    'NotFound',
    `Kafka Connect has no connector ${name}. A start of its replication creates it.`,
  );

const isMeantToRun = (replication: Replication): boolean =>
  isCaptured(replication) || replication.status === 'starting';

const act = async (
  replication: Replication,
  what: string,
  by: string,
  { connect, store, clock, logFor }: ApiPorts,
  call: (connect: ConnectPort, name: string) => Promise<void>,
): Promise<ConnectorAnswer> => {
  const { connectorName, replicationId } = replication;
  await statusOf(connectorName, { connect });
  await call(connect, connectorName);
  const message = `Connector ${connectorName}: ${what}.`;
  await store.addActivity(replication, {
    at: clock.now().toISOString(),
    actor: 'user',
    action: `connector-${what.replaceAll(/ \d+ | /g, '-')}`,
    message,
    by,
  });
  logFor(connectorName, replicationId).info(message);
  return toAnswer(replication, await connect.getStatus(connectorName));
};

const toTasks = (status: ConnectorStatus | undefined): ConnectorAnswer['tasks'] =>
  (status?.tasks ?? []).map(({ id, state, trace }) => ({ task: id, state, trace: trace ?? null }));

const toAnswer = (
  { connectorName, replicationId }: Replication,
  status: ConnectorStatus | undefined,
): ConnectorAnswer => ({
  name: connectorName,
  replication_id: replicationId,
  state: status?.state ?? null,
  trace: status?.trace ?? null,
  tasks: toTasks(status),
});
