import { type ClientId, type ReplicationId, type TableRef, tableKey } from '#core/contracts/identifiers.ts';
import { type Incident, incidentMoment } from '#core/contracts/incident.ts';
import type { MetricsTarget } from '#core/contracts/metrics-target.ts';
import { stateVersionItem } from '#core/contracts/state-version.ts';
import type { TokenId } from '#core/contracts/token.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ActivityScope, ReplicationKey } from '#core/ports/state-store.ts';

/**
 * The single table. `pk` and `sk` are strings; the index `byKind` has `gsiPk` and `gsiSk`, projects everything and holds
 * only the items that have them; the index `keysByKind` has the same keys and projects nothing else; `expiresAt` is the TTL
 * attribute, in seconds since 1970.
 *
 * | item | pk | sk |
 * | --- | --- | --- |
 * | sequence | SEQUENCE | its name |
 * | the installation's UUID | INSTALLATION | INSTALLATION |
 * | version of what is in the table | STATE | VERSION |
 * | where a scheduled check goes on | CHECK#check | number of the run |
 * | client | CLIENTS | client id |
 * | token by its text | TOKEN#sha256 | TOKEN |
 * | token by its number | TOKENS | token id |
 * | request with an Idempotency-Key | REQUEST#sha256 | REQUEST |
 * | calls of the API by a client in a minute | CALLS#client id | minute |
 * | database | CLIENT#id | DATABASE#id |
 * | replication (gsiPk REPLICATION) | CLIENT#id | REPLICATION#id |
 * | deletion | CLIENT#id | DELETION#replication id |
 * | connector name | CONNECTOR#name | CONNECTOR |
 * | lease, consumer, source's log, heal attempt | REPLICATION#id | LEASE, CONSUMER, SOURCE_LOG, HEAL#... |
 * | slot of a pooled consumer | REPLICATION#id | SLOT |
 * | pool task, lease of those who launch them | POOL_TASKS, POOL_LEASE | its id, POOL_LEASE |
 * | the same slot, for the pool task that holds it | POOL_SLOTS#pool task, or POOL_SLOTS while it waits | launch |
 * | how often each heal was begun | REPLICATION#id | HEALS |
 * | where a task shows its metrics | METRICS_TARGETS | replication id#role#task |
 * | activity (gsiPk ACTIVITY#client id) | REPLICATION#id, of the client itself CLIENT#id | ACTIVITY#... |
 * | health, health of a minute | REPLICATION#id | HEALTH, HISTORY#minute |
 * | open incidents, incident (gsiPk INCIDENT#client id) | REPLICATION#id | INCIDENTS, INCIDENT#opened#... |
 * | channel, route, mute of alerts | ALERT_CHANNELS, ALERT_ROUTES, ALERT_MUTES | its number |
 * | delivery of an alert (gsiPk ALERT_DELIVERY) | ALERT_DELIVERY#id | ALERT_DELIVERY |
 * | delivery that has not ended | ALERTS_WAITING | its id |
 * | table progress, table's shape | REPLICATION#id | TABLE#table, SHAPE#table |
 * | change of a table that a person decides on | REPLICATION#id | CHANGE#its id |
 * | chunk | REPLICATION#id#TABLE#table | plan id#number |
 */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export const byKindIndex = 'byKind';
/** For those who then read the items themselves: listing 1,000 replications reads some 100 KB, however many tables they have. */
export const keysByKindIndex = 'keysByKind';
export const replicationKind = 'REPLICATION';

/** Numbers as text whose order is that of the numbers. Ten digits hold every 32-bit count. */
const padded = (id: number): string => String(id).padStart(10, '0');

export const sequenceKey = (name: string): Key => ({ pk: 'SEQUENCE', sk: name });
/** Its row at every target says whose the tables are, so it must outlive everything else. */
export const installationKey: Key = { pk: 'INSTALLATION', sk: 'INSTALLATION' };
export const stateVersionKey: Key = { pk: stateVersionItem.pk, sk: stateVersionItem.sk };
export const checkKey = (check: string, run: number): Key => ({ pk: `CHECK#${check}`, sk: padded(run) });
export const clientKey = (clientId: ClientId): Key => ({ pk: 'CLIENTS', sk: padded(clientId) });
export const tokenKey = (sha256Hex: string): Key => ({ pk: `TOKEN#${sha256Hex}`, sk: 'TOKEN' });
export const tokenListPartition = 'TOKENS';
export const tokenEntryKey = (tokenId: TokenId): Key => ({ pk: tokenListPartition, sk: padded(tokenId) });

export const callsKey = (clientId: ClientId, minute: number): Key => ({
  pk: `CALLS#${clientId}`,
  sk: padded(minute),
});
export const requestKey = (sha256Hex: string): Key => ({ pk: `REQUEST#${sha256Hex}`, sk: 'REQUEST' });

const databasePrefix = 'DATABASE#';
const replicationPrefix = 'REPLICATION#';
const tablePrefix = 'TABLE#';
const shapePrefix = 'SHAPE#';
const changePrefix = 'CHANGE#';
const healPrefix = 'HEAL#';
const activityPrefix = 'ACTIVITY#';
const historyPrefix = 'HISTORY#';
const incidentPrefix = 'INCIDENT#';

const clientPartition = (clientId: ClientId): string => `CLIENT#${clientId}`;
const replicationPartition = (replicationId: ReplicationId): string => `REPLICATION#${replicationId}`;

export const databaseKey = (clientId: ClientId, databaseId: number): Key => ({
  pk: clientPartition(clientId),
  sk: `${databasePrefix}${padded(databaseId)}`,
});
export const databasesOf = (clientId: ClientId): Key => ({
  pk: clientPartition(clientId),
  sk: databasePrefix,
});

export const replicationKey = (clientId: ClientId, replicationId: ReplicationId): Key => ({
  pk: clientPartition(clientId),
  sk: `${replicationPrefix}${padded(replicationId)}`,
});
/** Throws `Internal` for the key of something else. */
export const parseReplicationKey = ({ pk, sk }: Key): ReplicationKey => {
  const [, clientId] = /^CLIENT#(\d+)$/.exec(pk) ?? [];
  const [, replicationId] = /^REPLICATION#(\d+)$/.exec(sk) ?? [];
  if (clientId === undefined || replicationId === undefined)
    throw new MillraceError('Internal', `The key ${pk} / ${sk} is not that of a replication.`);
  return { clientId: Number(clientId), replicationId: Number(replicationId) };
};
export const replicationsOf = (clientId: ClientId): Key => ({
  pk: clientPartition(clientId),
  sk: replicationPrefix,
});
export const replicationIndexKey = (replicationId: ReplicationId) => ({
  gsiPk: replicationKind,
  gsiSk: padded(replicationId),
});

/** After that of every replication. */
export const lastReplicationIndexKey = '~';

export const deletionKey = (clientId: ClientId, replicationId: ReplicationId): Key => ({
  pk: clientPartition(clientId),
  sk: `DELETION#${padded(replicationId)}`,
});

export const connectorKey = (connectorName: string): Key => ({
  pk: `CONNECTOR#${connectorName}`,
  sk: 'CONNECTOR',
});

export const leaseKey = (replicationId: ReplicationId): Key => ({
  pk: replicationPartition(replicationId),
  sk: 'LEASE',
});
export const consumerKey = (replicationId: ReplicationId): Key => ({
  pk: replicationPartition(replicationId),
  sk: 'CONSUMER',
});

export const slotKey = (replicationId: ReplicationId): Key => ({
  pk: replicationPartition(replicationId),
  sk: 'SLOT',
});
/** A partition for each pool task, so that it reads its own ones only, and one for those that wait. */
export const slotsPartition = (holder: string | undefined): string =>
  holder === undefined ? 'POOL_SLOTS' : `POOL_SLOTS#${holder}`;
export const slotEntryKey = (holder: string | undefined, launchId: string): Key => ({
  pk: slotsPartition(holder),
  sk: launchId,
});
export const poolTasksPartition = 'POOL_TASKS';
export const poolTaskKey = (poolTaskId: string): Key => ({ pk: poolTasksPartition, sk: poolTaskId });
export const poolLeaseKey: Key = { pk: 'POOL_LEASE', sk: 'POOL_LEASE' };

export const sourceLogKey = (replicationId: ReplicationId): Key => ({
  pk: replicationPartition(replicationId),
  sk: 'SOURCE_LOG',
});

export const healthKey = (replicationId: ReplicationId): Key => ({
  pk: replicationPartition(replicationId),
  sk: 'HEALTH',
});

/** `2026-03-01T12:00`: a check that is repeated, or comes twice in a minute, writes the same point. */
const minuteOf = (at: string): string => at.slice(0, 16);

export const healthPointKey = (replicationId: ReplicationId, at: string): Key => ({
  pk: replicationPartition(replicationId),
  sk: `${historyPrefix}${minuteOf(at)}`,
});
export const healthPointsSince = healthPointKey;
export const healthPointsOf = (replicationId: ReplicationId): Key => ({
  pk: replicationPartition(replicationId),
  sk: historyPrefix,
});
/** After every point's key, for a range. */
export const lastHealthPointKey = `${historyPrefix}~`;

export const openIncidentsKey = (replicationId: ReplicationId): Key => ({
  pk: replicationPartition(replicationId),
  sk: 'INCIDENTS',
});
export const incidentKey = (incident: Pick<Incident, 'replicationId' | 'openedAt' | 'condition'>): Key =>
  incidentKeyAt(incident.replicationId, incidentMoment(incident));
/** `moment`: an `incidentMoment`. */
export const incidentKeyAt = (replicationId: ReplicationId, moment: string): Key => ({
  pk: replicationPartition(replicationId),
  sk: `${incidentPrefix}${moment}`,
});
export const incidentIndexKey = (clientId: ClientId, incident: Incident) => ({
  gsiPk: incidentKind(clientId),
  gsiSk: incidentMoment(incident),
});
export const incidentKind = (clientId: ClientId): string => `${incidentPrefix}${clientId}`;
export const incidentsOf = (replicationId: ReplicationId): Key => ({
  pk: replicationPartition(replicationId),
  sk: incidentPrefix,
});

export const alertChannels = 'ALERT_CHANNELS';
export const alertRoutes = 'ALERT_ROUTES';
export const alertMutes = 'ALERT_MUTES';
export const alertRuleKey = (
  list: typeof alertChannels | typeof alertRoutes | typeof alertMutes,
  id: number,
): Key => ({ pk: list, sk: padded(id) });

export const deliveryKind = 'ALERT_DELIVERY';
export const deliveryKey = (deliveryId: string): Key => ({
  pk: `${deliveryKind}#${deliveryId}`,
  sk: deliveryKind,
});
/** In the order in which they were made. */
export const deliveryMoment = (createdAt: string, deliveryId: string): string => `${createdAt}#${deliveryId}`;
export const waitingDeliveries = 'ALERTS_WAITING';
export const waitingDeliveryKey = (deliveryId: string): Key => ({ pk: waitingDeliveries, sk: deliveryId });

/** `unique` keeps apart what happened in the same millisecond. */
export const healKey = (replicationId: ReplicationId, at: string, unique: string): Key => ({
  pk: replicationPartition(replicationId),
  sk: `${healPrefix}${at}#${unique}`,
});
export const healsSince = (replicationId: ReplicationId, since: string): Key => ({
  pk: replicationPartition(replicationId),
  sk: `${healPrefix}${since}`,
});
export const healsOf = (replicationId: ReplicationId): Key => ({
  pk: replicationPartition(replicationId),
  sk: healPrefix,
});
export const healCountsKey = (replicationId: ReplicationId): Key => ({
  pk: replicationPartition(replicationId),
  sk: 'HEALS',
});

/** One partition for all, so that one query lists them. */
export const metricsTargetsPartition = 'METRICS_TARGETS';
export const metricsTargetKey = ({
  replicationId,
  role,
  taskId,
}: Pick<MetricsTarget, 'replicationId' | 'role' | 'taskId'>): Key => ({
  pk: metricsTargetsPartition,
  sk: `${padded(replicationId)}#${role}#${taskId}`,
});

/** After every heal attempt's key, for a range: `~` sorts after digits and `#`. */
export const lastHealKey = `${healPrefix}~`;

/** `moment`: when it was, and what keeps apart what happened in the same millisecond. */
export const activityKey = ({ clientId, replicationId }: ActivityScope, moment: string): Key => ({
  pk: replicationId === undefined ? clientPartition(clientId) : replicationPartition(replicationId),
  sk: `${activityPrefix}${moment}`,
});
export const activityIndexKey = (clientId: ClientId, moment: string) => ({
  gsiPk: activityKind(clientId),
  gsiSk: moment,
});
export const activityKind = (clientId: ClientId): string => `${activityPrefix}${clientId}`;
export const activitiesOf = (replicationId: ReplicationId): Key => ({
  pk: replicationPartition(replicationId),
  sk: activityPrefix,
});

/** A table's part of a sort key. Names can be long in bytes; DynamoDB's sort keys end at 1,024 bytes, escaped names at 381. */
export const progressKey = (replicationId: ReplicationId, source: TableRef): Key => ({
  pk: replicationPartition(replicationId),
  sk: `${tablePrefix}${tableKey(source)}`,
});
export const progressesOf = (replicationId: ReplicationId): Key => ({
  pk: replicationPartition(replicationId),
  sk: tablePrefix,
});

export const shapeKey = (replicationId: ReplicationId, source: TableRef): Key => ({
  pk: replicationPartition(replicationId),
  sk: `${shapePrefix}${tableKey(source)}`,
});
export const shapesOf = (replicationId: ReplicationId): Key => ({
  pk: replicationPartition(replicationId),
  sk: shapePrefix,
});

export const schemaChangeKey = (replicationId: ReplicationId, changeId: string): Key => ({
  pk: replicationPartition(replicationId),
  sk: `${changePrefix}${changeId}`,
});
export const schemaChangesOf = (replicationId: ReplicationId): Key => schemaChangeKey(replicationId, '');

export const chunkPartition = (replicationId: ReplicationId, source: TableRef): string =>
  `${replicationPartition(replicationId)}#${tablePrefix}${tableKey(source)}`;
export const chunkPrefix = (planId: string): string => `${planId}#`;
export const chunkKey = (
  replicationId: ReplicationId,
  source: TableRef,
  planId: string,
  chunkNumber: number,
): Key => ({
  pk: chunkPartition(replicationId, source),
  sk: `${chunkPrefix(planId)}${padded(chunkNumber)}`,
});
