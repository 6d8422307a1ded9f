import { activityAnswerSchema, clientActivityAnswerSchema } from './activity-contracts.ts';
import {
  alertChannelAnswerSchema,
  alertChannelListSchema,
  alertDeliveryAnswerSchema,
  alertDeliveryListSchema,
  alertMuteAnswerSchema,
  alertMuteListSchema,
  alertRouteAnswerSchema,
  alertRouteListSchema,
  savedAlertChannelAnswerSchema,
} from './alert-contracts.ts';
import { snapshotModesAnswerSchema } from './capture-contracts.ts';
import { clientAnswerSchema, clientListSchema, clientQuotasAnswerSchema } from './client-contracts.ts';
import {
  connectHealthSchema,
  connectorAnswerSchema,
  connectorConfigSchema,
  connectorListSchema,
  connectorTasksSchema,
  connectorValidationSchema,
  deletedConnectorSchema,
} from './connector-contracts.ts';
import { consumerSettingsAnswerSchema } from './consumer-contracts.ts';
import {
  databaseAnswerSchema,
  databaseListSchema,
  databaseTestSchema,
  discoveredTablesSchema,
  updatedDatabaseSchema,
} from './database-contracts.ts';
import {
  deadLetterAnswerSchema,
  deadLetterCausesSchema,
  deadLetterListSchema,
  deadLetterSettingsAnswerSchema,
  requestedDeadLettersSchema,
} from './dead-letter-contracts.ts';
import {
  fleetAnswerSchema,
  historyAnswerSchema,
  hopAnswerSchema,
  incidentAnswerSchema,
  incidentsAnswerSchema,
  whyAnswerSchema,
} from './health-contracts.ts';
import { deletionAnswerSchema, validationAnswerSchema } from './lifecycle-contracts.ts';
import { logsAnswerSchema } from './log-contracts.ts';
import { metricsTargetsAnswerSchema, metricsTextSchema } from './metrics-contracts.ts';
import { replicationAnswerSchema, replicationListSchema } from './replication-contracts.ts';
import { schemaChangeAnswerSchema, schemaChangeListSchema } from './schema-change-contracts.ts';
import { schemaPolicyAnswerSchema } from './schema-policy-contracts.ts';
import { problemDetailsSchema, problemSchema } from './shared-contracts.ts';
import { sourceSafetySchema } from './source-contracts.ts';
import {
  copyAnswerSchema,
  statusAnswerSchema,
  tableCopySchema,
  tableStatusSchema,
} from './status-contracts.ts';
import {
  meAnswerSchema,
  newTokenAnswerSchema,
  tokenAnswerSchema,
  tokenListSchema,
  versionsAnswerSchema,
} from './token-contracts.ts';

/** Schemas that docs/openapi.json names; all others are written out where they are used. */
export const namedAnswers = {
  Client: clientAnswerSchema,
  ClientList: clientListSchema,
  ClientQuotas: clientQuotasAnswerSchema,
  Token: tokenAnswerSchema,
  NewToken: newTokenAnswerSchema,
  TokenList: tokenListSchema,
  Me: meAnswerSchema,
  Versions: versionsAnswerSchema,
  Database: databaseAnswerSchema,
  DatabaseList: databaseListSchema,
  UpdatedDatabase: updatedDatabaseSchema,
  DatabaseTest: databaseTestSchema,
  DiscoveredTables: discoveredTablesSchema,
  Replication: replicationAnswerSchema,
  ReplicationList: replicationListSchema,
  SchemaPolicy: schemaPolicyAnswerSchema,
  Validation: validationAnswerSchema,
  SnapshotModes: snapshotModesAnswerSchema,
  Status: statusAnswerSchema,
  CopyProgress: copyAnswerSchema,
  TableCopy: tableCopySchema,
  TableStatus: tableStatusSchema,
  Activity: activityAnswerSchema,
  ClientActivity: clientActivityAnswerSchema,
  Why: whyAnswerSchema,
  HealthHistory: historyAnswerSchema,
  Incident: incidentAnswerSchema,
  Incidents: incidentsAnswerSchema,
  ConnectHealth: connectHealthSchema,
  Connector: connectorAnswerSchema,
  ConnectorList: connectorListSchema,
  ConnectorTasks: connectorTasksSchema,
  ConnectorConfig: connectorConfigSchema,
  ConnectorValidation: connectorValidationSchema,
  DeletedConnector: deletedConnectorSchema,
  Fleet: fleetAnswerSchema,
  AlertChannel: alertChannelAnswerSchema,
  SavedAlertChannel: savedAlertChannelAnswerSchema,
  AlertChannelList: alertChannelListSchema,
  AlertRoute: alertRouteAnswerSchema,
  AlertRouteList: alertRouteListSchema,
  AlertMute: alertMuteAnswerSchema,
  AlertMuteList: alertMuteListSchema,
  AlertDelivery: alertDeliveryAnswerSchema,
  AlertDeliveryList: alertDeliveryListSchema,
  Hop: hopAnswerSchema,
  Logs: logsAnswerSchema,
  Metrics: metricsTextSchema,
  MetricsTargets: metricsTargetsAnswerSchema,
  SchemaChange: schemaChangeAnswerSchema,
  SchemaChangeList: schemaChangeListSchema,
  DeadLetter: deadLetterAnswerSchema,
  DeadLetterList: deadLetterListSchema,
  DeadLetterCauses: deadLetterCausesSchema,
  SourceSafety: sourceSafetySchema,
  ConsumerSettings: consumerSettingsAnswerSchema,
  DeadLetterSettings: deadLetterSettingsAnswerSchema,
  RequestedDeadLetters: requestedDeadLettersSchema,
  Deletion: deletionAnswerSchema,
  Problem: problemSchema,
  ProblemDetails: problemDetailsSchema,
} as const;
