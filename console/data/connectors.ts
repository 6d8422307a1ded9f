import { queryOptions } from '@tanstack/react-query';
import { api, unwrap } from '../api/client.ts';
import { idlePollMs, ofClient, unlessRefused } from './queries.ts';

const connectorPollMs = 5_000;

const ofConnector = (clientId: number, connector: string) => ({
  path: { connector },
  query: ofClient(clientId),
});

export const connectorQuery = (clientId: number, connector: string) =>
  queryOptions({
    queryKey: ['connector', clientId, connector],
    queryFn: () =>
      unwrap(api.GET('/v1/connectors/{connector}', { params: ofConnector(clientId, connector) })),
    refetchInterval: ({ state }) => unlessRefused(state.error, connectorPollMs),
  });

export const connectorConfigQuery = (clientId: number, connector: string) =>
  queryOptions({
    queryKey: ['connector configuration', clientId, connector],
    queryFn: async () =>
      (
        await unwrap(
          api.GET('/v1/connectors/{connector}/config', { params: ofConnector(clientId, connector) }),
        )
      ).config,
    refetchInterval: ({ state }) => unlessRefused(state.error, idlePollMs),
  });

/** `restart` with the number of a task restarts that one only. */
export type ConnectorAction = 'pause' | 'resume' | 'restart' | { readonly restartTask: number };

/** Throws `ApiProblem`. */
export const runConnectorAction = (
  clientId: number,
  connector: string,
  action: ConnectorAction,
): Promise<unknown> => {
  const params = ofConnector(clientId, connector);
  switch (action) {
    case 'pause':
      return unwrap(api.POST('/v1/connectors/{connector}/pause', { params }));
    case 'resume':
      return unwrap(api.POST('/v1/connectors/{connector}/resume', { params }));
    case 'restart':
      return unwrap(api.POST('/v1/connectors/{connector}/restart', { params }));
    default:
      return unwrap(
        api.POST('/v1/connectors/{connector}/tasks/{task}/restart', {
          params: { ...params, path: { connector, task: String(action.restartTask) } },
        }),
      );
  }
};

export const connectorLine = (connector: string, action: ConnectorAction): string =>
  typeof action === 'string'
    ? `millrace connectors ${action} ${connector}`
    : `millrace connectors restart ${connector} --task ${action.restartTask}`;
