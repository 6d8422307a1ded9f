import { z } from 'zod';
import { forEachBounded } from '#core/concurrency/for-each-bounded.ts';
import type { HealthPoint } from '#core/contracts/health-record.ts';
import { type Incident, incidentMoment } from '#core/contracts/incident.ts';
import { runbookSectionOf } from '#core/health/fault.ts';
import type { IncidentPage, IncidentRange } from '#core/ports/state-store.ts';
import { explain } from '#core/status/explain.ts';
import { pathIdSchema } from './contracts.ts';
import {
  historyAnswerSchema,
  historyQuerySchema,
  incidentsAnswerSchema,
  incidentsQuerySchema,
  whyAnswerSchema,
} from './health-contracts.ts';
import { defineOperation, type Operation } from './operation.ts';
import { decodeCursor, encodeCursor, unknownCursor } from './paging.ts';
import { gatherStatus } from './replication-status.ts';

const replicationPath = z.strictObject({ replication_id: pathIdSchema });

/** Neither asks a database, so one that hangs holds up neither. */
export const healthOperations: readonly Operation[] = [
  defineOperation({
    id: 'explainReplication',
    method: 'GET',
    path: '/replications/{replication_id}/why',
    summary: 'Why it is healthy or not: the cause, where it is, since when, and what to do.',
    params: replicationPath,
    status: 200,
    answer: whyAnswerSchema,
    errors: ['NotFound'],
    run: async ({ clientId, params }, ports) => {
      const replication = await ports.store.getReplication(clientId, params.replication_id);
      const { status, sourceLog, now } = await gatherStatus(replication, ports);
      const why = explain(replication, status, sourceLog, now);
      return {
        replication_id: replication.replicationId,
        overall: why.overall,
        sentence: why.sentence,
        condition: why.condition ?? null,
        hop: why.hop ?? null,
        since: why.since,
        evidence: Object.entries(why.figures).map(([name, value]) => ({ name, value })),
        doing: why.doing,
        advice: why.advice ?? null,
        call: why.call ?? null,
        runbook: why.runbook ?? null,
        others: why.others.map(({ condition, hop, message, since }) => ({
          condition,
          hop,
          message,
          since: since ?? now.toISOString(),
        })),
        looked_ago_ms: why.lookedAgoMs === undefined ? null : Math.max(0, why.lookedAgoMs),
        timestamp: now.toISOString(),
      };
    },
  }),

  defineOperation({
    id: 'listHealthHistory',
    method: 'GET',
    path: '/replications/{replication_id}/history',
    summary: 'Its health, lag and applied changes, minute by minute, for up to 24 hours.',
    params: replicationPath,
    query: historyQuerySchema,
    status: 200,
    answer: historyAnswerSchema,
    errors: ['NotFound'],
    run: async ({ clientId, params, query }, { store, clock }) => {
      const { replicationId } = await store.getReplication(clientId, params.replication_id);
      const since = new Date(clock.now().getTime() - query.minutes * 60_000);
      const points = await store.listHealth(replicationId, since);
      return { replication_id: replicationId, points: points.map(toPointAnswer) };
    },
  }),

  defineOperation({
    id: 'listIncidents',
    method: 'GET',
    path: '/incidents',
    summary: 'What is the matter with the replications of the client, or was within the last 90 days.',
    query: incidentsQuerySchema,
    status: 200,
    answer: incidentsAnswerSchema,
    run: async ({ clientId, query }, { store }) => {
      const range = toRange(query);
      if (query.state === 'all') return toIncidentsAnswer(await store.listClientIncidents(clientId, range));
      const replications = await store.listReplications(clientId);
      const open = await forEachBounded(replications, parallelReads, ({ replicationId }) =>
        store.getOpenIncidents(replicationId),
      );
      return toIncidentsAnswer(pageOf(open.flat(), range));
    },
  }),

  defineOperation({
    id: 'listReplicationIncidents',
    method: 'GET',
    path: '/replications/{replication_id}/incidents',
    summary: 'What is the matter with a replication, or was within the last 90 days.',
    params: replicationPath,
    query: incidentsQuerySchema,
    status: 200,
    answer: incidentsAnswerSchema,
    errors: ['NotFound'],
    run: async ({ clientId, params, query }, { store }) => {
      const { replicationId } = await store.getReplication(clientId, params.replication_id);
      const range = toRange(query);
      return toIncidentsAnswer(
        query.state === 'all'
          ? await store.listIncidents(replicationId, range)
          : pageOf(await store.getOpenIncidents(replicationId), range),
      );
    },
  }),
];

const parallelReads = 20;

/** An `incidentMoment`. */
const momentPattern = /^\d{4}-\d\d-\d\dT[\d:.]+Z#\d{10}#[a-z-]+$/;

const toRange = ({ limit, cursor }: z.output<typeof incidentsQuerySchema>): IncidentRange => {
  if (cursor === undefined) return { limit };
  const from = decodeCursor(cursor);
  if (momentPattern.test(from)) return { limit, from };
  throw unknownCursor();
};

/** A page of a list that is read as a whole. */
const pageOf = (incidents: readonly Incident[], { limit, from }: IncidentRange): IncidentPage => {
  const rest = incidents
    .map((incident) => ({ incident, moment: incidentMoment(incident) }))
    .filter(({ moment }) => from === undefined || moment <= from)
    .toSorted((a, b) => (a.moment < b.moment ? 1 : -1));
  const next = rest[limit];
  return {
    incidents: rest.slice(0, limit).map(({ incident }) => incident),
    ...(next === undefined ? {} : { next: next.moment }),
  };
};

const toIncidentsAnswer = ({ incidents, next }: IncidentPage): z.input<typeof incidentsAnswerSchema> => ({
  incidents: incidents.map(toIncidentAnswer),
  next_cursor: next === undefined ? null : encodeCursor(next),
});

const toIncidentAnswer = (
  incident: Incident,
): z.input<typeof incidentsAnswerSchema>['incidents'][number] => ({
  incident_id: incident.incidentId,
  replication_id: incident.replicationId,
  condition: incident.condition,
  hop: incident.hop,
  state: incident.closedAt === undefined ? 'open' : 'closed',
  message: incident.message,
  since: incident.since,
  opened_at: incident.openedAt,
  updated_at: incident.updatedAt,
  closed_at: incident.closedAt ?? null,
  ending: incident.ending ?? null,
  shared_cause: incident.sharedCause ?? null,
  runbook: runbookSectionOf(incident.condition),
});

const toPointAnswer = (point: HealthPoint): z.input<typeof historyAnswerSchema>['points'][number] => ({
  at: point.at,
  overall: point.overall,
  hop: point.hop ?? null,
  condition: point.condition ?? null,
  capture_lag_ms: point.captureLagMs ?? null,
  capture_lag_bytes: point.captureLagBytes ?? null,
  apply_lag_ms: point.applyLagMs ?? null,
  apply_lag_events: point.applyLagEvents ?? null,
  source_retained_bytes: point.retainedBytes ?? null,
  applied_events: point.appliedEvents ?? null,
});
