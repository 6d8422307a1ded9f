import type { Role } from '#core/contracts/token.ts';

/**
 * Who may call a route.
 *
 * - `role`: the least role of the token.
 * - `scope`: `client` works on what one client owns, so a token of all clients says which one (`client_id` in the query);
 *   `all` concerns more than one client, so a client's token is refused; `token` shows each token what it may see.
 */
export interface Access {
  readonly role: Role;
  readonly scope: 'client' | 'all' | 'token';
}

const view = { role: 'viewer', scope: 'client' } as const;
const operate = { role: 'operator', scope: 'client' } as const;

/** Every route by its operation's id. One that is not here does not compile, so none is open by mistake. */
export const routeAccess = {
  getMe: { role: 'viewer', scope: 'token' },
  getVersions: { role: 'viewer', scope: 'token' },
  getFleet: { role: 'viewer', scope: 'token' },

  createClient: { role: 'admin', scope: 'all' },
  listClients: { role: 'viewer', scope: 'token' },
  getClient: { role: 'viewer', scope: 'token' },
  updateClient: { role: 'admin', scope: 'all' },
  getClientQuotas: { role: 'viewer', scope: 'token' },
  setClientQuotas: { role: 'admin', scope: 'all' },
  deleteClient: { role: 'admin', scope: 'all' },
  createClientToken: { role: 'admin', scope: 'token' },

  createToken: { role: 'admin', scope: 'token' },
  listTokens: { role: 'admin', scope: 'token' },
  getToken: { role: 'admin', scope: 'token' },
  revokeToken: { role: 'admin', scope: 'token' },

  registerDatabase: operate,
  listDatabases: view,
  getDatabase: view,
  updateDatabase: operate,
  deleteDatabase: operate,
  testDatabase: operate,
  discoverTables: view,

  listSnapshotModes: { role: 'viewer', scope: 'token' },
  createReplication: operate,
  listReplications: view,
  getReplication: view,
  updateReplication: operate,
  validateReplication: operate,
  startReplication: operate,
  stopReplication: operate,
  pauseReplication: operate,
  resumeReplication: operate,
  restartReplication: operate,
  getSchemaPolicy: view,
  setSchemaPolicy: operate,
  listSchemaChanges: view,
  getSchemaChange: view,
  rehearseSchemaChange: operate,
  approveSchemaChange: operate,
  rejectSchemaChange: operate,
  addTables: operate,
  removeTable: operate,
  resyncTable: operate,
  listDeadLetters: view,
  listDeadLetterCauses: view,
  getDeadLetter: view,
  updateDeadLetterSettings: operate,
  updateConsumerSettings: operate,
  replayDeadLetters: operate,
  discardDeadLetters: operate,
  deleteReplication: operate,
  getDeletion: view,
  getStatus: view,
  getCopyProgress: view,
  listActivity: view,
  listClientActivity: view,
  listInstallationActivity: { role: 'viewer', scope: 'all' },
  explainReplication: view,
  getSourceSafety: view,
  listHealthHistory: view,
  readLogs: view,
  readMetrics: { role: 'viewer', scope: 'token' },
  listMetricsTargets: { role: 'viewer', scope: 'token' },
  listIncidents: view,
  listReplicationIncidents: view,
  getIncident: view,

  createAlertChannel: { role: 'operator', scope: 'token' },
  listAlertChannels: { role: 'viewer', scope: 'token' },
  getAlertChannel: { role: 'viewer', scope: 'token' },
  updateAlertChannel: { role: 'operator', scope: 'token' },
  deleteAlertChannel: { role: 'operator', scope: 'token' },
  testAlertChannel: { role: 'operator', scope: 'token' },
  testAlertTopic: { role: 'operator', scope: 'all' },
  createAlertRoute: { role: 'operator', scope: 'token' },
  listAlertRoutes: { role: 'viewer', scope: 'token' },
  getAlertRoute: { role: 'viewer', scope: 'token' },
  updateAlertRoute: { role: 'operator', scope: 'token' },
  deleteAlertRoute: { role: 'operator', scope: 'token' },
  createAlertMute: { role: 'operator', scope: 'token' },
  listAlertMutes: { role: 'viewer', scope: 'token' },
  deleteAlertMute: { role: 'operator', scope: 'token' },
  listAlertDeliveries: { role: 'viewer', scope: 'token' },

  getConnectHealth: { role: 'viewer', scope: 'token' },
  listConnectors: view,
  getConnector: view,
  getConnectorConfig: view,
  listConnectorTasks: view,
  validateConnector: operate,
  pauseConnector: operate,
  resumeConnector: operate,
  restartConnector: operate,
  restartConnectorTask: operate,
  deleteConnector: { role: 'admin', scope: 'all' },
} as const satisfies Readonly<Record<string, Access>>;

export type OperationId = keyof typeof routeAccess;
