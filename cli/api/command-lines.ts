import type { OperationName } from './call.ts';
import { routes } from './routes.ts';

/**
 * The command that does the same as a call of the API, by the call's operation. Parts in braces are parameters of its path.
 */
export const commandLines: Readonly<Record<OperationName, string>> = {
  createClient: 'millrace clients add',
  listClients: 'millrace clients ls',
  getClient: 'millrace clients ls',
  updateClient: 'millrace clients rename {client_id} NAME',
  getClientQuotas: 'millrace clients quotas {client_id}',
  setClientQuotas: 'millrace clients quotas {client_id}',
  deleteClient: 'millrace clients rm {client_id}',
  getMe: 'millrace doctor',
  getVersions: 'millrace doctor',
  createToken: 'millrace tokens create',
  listTokens: 'millrace tokens ls',
  createClientToken: 'millrace clients token {client_id}',
  getToken: 'millrace tokens ls',
  revokeToken: 'millrace tokens revoke {token_id}',
  registerDatabase: 'millrace databases add',
  listDatabases: 'millrace databases ls',
  getDatabase: 'millrace databases ls',
  updateDatabase: 'millrace databases update {database_id}',
  deleteDatabase: 'millrace databases rm {database_id}',
  testDatabase: 'millrace databases test {database_id}',
  discoverTables: 'millrace discover {database_id}',
  listSnapshotModes: 'millrace snapshot-modes',
  createReplication: 'millrace create',
  listReplications: 'millrace ls',
  getFleet: 'millrace ls',
  getReplication: 'millrace status {replication_id}',
  updateReplication: 'millrace apply -f replications/',
  getSchemaPolicy: 'millrace ddl policy {replication_id}',
  setSchemaPolicy: 'millrace ddl policy {replication_id}',
  listSchemaChanges: 'millrace ddl ls {replication_id}',
  getSchemaChange: 'millrace ddl show {replication_id} {change_id}',
  rehearseSchemaChange: 'millrace ddl show {replication_id} {change_id} --rehearse',
  approveSchemaChange: 'millrace ddl approve {replication_id} {change_id}',
  rejectSchemaChange: 'millrace ddl reject {replication_id} {change_id} --reason TEXT',
  deleteReplication: 'millrace delete {replication_id}',
  validateReplication: 'millrace check {replication_id}',
  startReplication: 'millrace start {replication_id}',
  stopReplication: 'millrace stop {replication_id}',
  pauseReplication: 'millrace pause {replication_id}',
  resumeReplication: 'millrace resume {replication_id}',
  restartReplication: 'millrace restart {replication_id}',
  addTables: 'millrace add-tables {replication_id} TABLE',
  removeTable: 'millrace remove-tables {replication_id} {table}',
  resyncTable: 'millrace resync {replication_id} --table {table}',
  getDeletion: 'millrace delete {replication_id}',
  getStatus: 'millrace status {replication_id}',
  getCopyProgress: 'millrace tables {replication_id}',
  listActivity: 'millrace activity {replication_id}',
  listClientActivity: 'millrace activity',
  listInstallationActivity: 'millrace activity --installation',
  getSourceSafety: 'millrace source {replication_id}',
  explainReplication: 'millrace why {replication_id}',
  listHealthHistory: 'millrace history {replication_id}',
  listDeadLetters: 'millrace dlq ls {replication_id} --events',
  updateConsumerSettings: 'millrace consumer {replication_id}',
  updateDeadLetterSettings: 'millrace dlq policy {replication_id}',
  listDeadLetterCauses: 'millrace dlq ls {replication_id}',
  getDeadLetter: 'millrace dlq show {replication_id} {dead_letter_id}',
  replayDeadLetters: 'millrace dlq replay {replication_id} --all',
  discardDeadLetters: 'millrace dlq discard {replication_id} --id ID --reason TEXT',
  readLogs: 'millrace logs {replication_id}',
  readMetrics: 'millrace metrics',
  listMetricsTargets: 'millrace metrics --targets',
  getConnectHealth: 'millrace connectors health',
  listConnectors: 'millrace connectors ls',
  getConnector: 'millrace connectors status {connector}',
  getConnectorConfig: 'millrace connectors config {connector}',
  listConnectorTasks: 'millrace connectors status {connector}',
  validateConnector: 'millrace connectors validate {connector}',
  pauseConnector: 'millrace connectors pause {connector}',
  resumeConnector: 'millrace connectors resume {connector}',
  restartConnector: 'millrace connectors restart {connector}',
  restartConnectorTask: 'millrace connectors restart {connector} --task {task}',
  deleteConnector: 'millrace connectors delete {connector}',
  listIncidents: 'millrace incidents ls',
  listReplicationIncidents: 'millrace incidents ls --replication {replication_id}',
  getIncident: 'millrace incidents show {incident_id}',
  createAlertChannel: 'millrace alerts add-channel',
  listAlertChannels: 'millrace alerts channels',
  getAlertChannel: 'millrace alerts channels',
  updateAlertChannel: 'millrace alerts update-channel {channel_id}',
  deleteAlertChannel: 'millrace alerts remove-channel {channel_id}',
  testAlertChannel: 'millrace alerts test {channel_id}',
  testAlertTopic: 'millrace alerts test --topic',
  createAlertRoute: 'millrace alerts add-route',
  listAlertRoutes: 'millrace alerts routes',
  getAlertRoute: 'millrace alerts routes',
  updateAlertRoute: 'millrace alerts update-route {route_id}',
  deleteAlertRoute: 'millrace alerts remove-route {route_id}',
  createAlertMute: 'millrace alerts mute --for 2h --reason TEXT',
  listAlertMutes: 'millrace alerts mutes',
  deleteAlertMute: 'millrace alerts unmute {mute_id}',
  listAlertDeliveries: 'millrace alerts deliveries',
};

/** Calls whose body makes them another command. */
const withBody: Readonly<Partial<Record<OperationName, readonly (readonly [body: RegExp, line: string])[]>>> =
  {
    updateDatabase: [[/"?password"?\s*:/, 'millrace databases rotate {database_id}']],
    startReplication: [[/"?force_resync"?\s*:\s*true/, 'millrace resync {replication_id}']],
  };

/** `POST /replications/7/start {"force_resync": true}`, within a text. The full stop of a sentence is no part of it. */
const callPattern = /\b(GET|POST|PUT|PATCH|DELETE) (\/[\w/{}.~%-]*[\w}])(?:\?\S*)?(?: (\{[^}]*\}))?/g;

/** The commands that do the same as the calls which a text names, in their order, each once. */
export const commandLinesOf = (text: string): readonly string[] => [
  ...new Set(
    [...text.matchAll(callPattern)].flatMap(([, method = '', path = '', body]) => {
      const line = commandLineOf(method, path, body ?? '');
      return line === undefined ? [] : [line];
    }),
  ),
];

const commandLineOf = (method: string, path: string, body: string): string | undefined => {
  for (const [name, route] of Object.entries(routes) as [OperationName, { method: string; path: string }][]) {
    const values = route.method === method ? matchPath(route.path.replace(/^\/v\d+/, ''), path) : undefined;
    if (values === undefined) continue;
    const line = withBody[name]?.find(([pattern]) => pattern.test(body))?.[1] ?? commandLines[name];
    return line.replaceAll(/\{(\w+)\}/g, (_placeholder, part: string) => values.get(part) ?? part);
  }
  return undefined;
};

/** The values of a route's parameters in a path; undefined when the path is of another route. */
const matchPath = (route: string, path: string): ReadonlyMap<string, string> | undefined => {
  const parts = route.split('/');
  const given = path.replace(/^\/v\d+(?=\/)/, '').split('/');
  if (parts.length !== given.length) return undefined;
  const values = new Map<string, string>();
  for (const [index, part] of parts.entries()) {
    const value = given[index] ?? '';
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined && part !== value) return undefined;
    if (name !== undefined) values.set(name, /^\{/.test(value) ? wordFor(name) : value);
  }
  return values;
};

/** For a parameter that the text leaves open: `DATABASE` for `database_id`. */
const wordFor = (parameter: string): string => parameter.replace(/_id$/, '').toUpperCase();
