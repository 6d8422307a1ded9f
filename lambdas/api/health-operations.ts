import { z } from 'zod';
import { parseIncidentId } from '#core/alerts/follow-incidents.ts';
import { findMute } from '#core/alerts/match-rules.ts';
import { forEachBounded } from '#core/concurrency/for-each-bounded.ts';
import type { AlertMute } from '#core/contracts/alerting.ts';
import type { ClientId } from '#core/contracts/identifiers.ts';
import { type Incident, incidentMoment, severitySchema } from '#core/contracts/incident.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { runbookSectionOf } from '#core/health/fault.ts';
import type { IncidentPage, IncidentRange } from '#core/ports/state-store.ts';
import { explain, remedyOf } from '#core/status/explain.ts';
import type { HealthCheck } from '#core/status/health-checks.ts';
import { type HistoryStep, rollUpHistory } from '#core/status/roll-up-history.ts';
import {
  historyAnswerSchema,
  historyQuerySchema,
  incidentAnswerSchema,
  incidentsAnswerSchema,
  incidentsQuerySchema,
  whyAnswerSchema,
} from './health-contracts.ts';
import { defineOperation, type Operation } from './operation.ts';
import { decodeCursor, encodeCursor, readFiltered, unknownCursor } from './paging.ts';
import type { ApiPorts } from './ports.ts';
import { gatherStatus } from './replication-status.ts';
import { pathIdSchema } from './shared-contracts.ts';

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
        tries_again_at: why.triesAgainAt ?? null,
        advice: why.advice ?? null,
        call: why.call ?? null,
        runbook: why.runbook ?? null,
        checks: status.checks.map((check) => toCheckAnswer(check, replication, now)),
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
    summary: 'Its health, lag and applied changes, minute by minute or in longer steps, for up to 7 days.',
    params: replicationPath,
    query: historyQuerySchema,
    status: 200,
    answer: historyAnswerSchema,
    errors: ['NotFound'],
    run: async ({ clientId, params, query }, { store, clock }) => {
      const { replicationId } = await store.getReplication(clientId, params.replication_id);
      const since = new Date(clock.now().getTime() - query.minutes * 60_000);
      const points = await store.listHealth(replicationId, since);
      return {
        replication_id: replicationId,
        step_minutes: query.step_minutes,
        points: rollUpHistory(points, query.step_minutes).map(toPointAnswer),
      };
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
    run: async ({ clientId, query }, ports) => {
      const { store } = ports;
      const range = toRange(query);
      const isAsked = filterOf(query);
      const toAnswer = await incidentsAnswers(clientId, ports);
      if (query.state === 'all')
        return toAnswer(
          await readIncidents(range, isAsked, (part) => store.listClientIncidents(clientId, part)),
        );
      const replications = await store.listReplications(clientId);
      const open = await forEachBounded(replications, parallelReads, ({ replicationId }) =>
        store.getOpenIncidents(replicationId),
      );
      return toAnswer(pageOf(open.flatMap(({ incidents }) => incidents).filter(isAsked), range));
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
    run: async ({ clientId, params, query }, ports) => {
      const { store } = ports;
      const { replicationId } = await store.getReplication(clientId, params.replication_id);
      const range = toRange(query);
      const isAsked = filterOf(query);
      const toAnswer = await incidentsAnswers(clientId, ports);
      return toAnswer(
        query.state === 'all'
          ? await readIncidents(range, isAsked, (part) => store.listIncidents(replicationId, part))
          : pageOf((await store.getOpenIncidents(replicationId)).incidents.filter(isAsked), range),
      );
    },
  }),

  defineOperation({
    id: 'getIncident',
    method: 'GET',
    path: '/incidents/{incident_id}',
    summary: 'Get an incident, open or closed.',
    params: z.strictObject({ incident_id: z.string().max(200) }),
    status: 200,
    answer: incidentAnswerSchema,
    errors: ['NotFound'],
    run: async ({ clientId, params }, ports) => {
      const key = parseIncidentId(params.incident_id);
      const missing = new MillraceError('NotFound', `There is no incident ${params.incident_id}.`);
      if (key === undefined) throw missing;
      await ports.store.getReplication(clientId, key.replicationId);
      const incident = await ports.store.findIncident(key);
      if (incident === undefined) throw missing;
      return (await incidentAnswers(clientId, ports))(incident);
    },
  }),
];

const toCheckAnswer = (
  { check, hop, title, state, unknown, faults, looksFor }: HealthCheck,
  replication: Replication,
  now: Date,
): z.input<typeof whyAnswerSchema>['checks'][number] => ({
  ...{ check, hop, title, state },
  unknown: unknown ?? null,
  faults: faults.map((fault) => {
    const { doing, advice, call, runbook } = remedyOf(fault, replication);
    return {
      condition: fault.condition,
      hop: fault.hop,
      message: fault.message,
      since: fault.since ?? now.toISOString(),
      ...{ doing, advice, runbook },
      tries_again_at: fault.triesAgainAt ?? null,
      call: call ?? null,
    };
  }),
  looks_for: looksFor.map((condition) => ({ condition, runbook: runbookSectionOf(condition) })),
});

const parallelReads = 20;

/** An `incidentMoment`. */
const momentPattern = /^\d{4}-\d\d-\d\dT[\d:.]+Z#\d{10}#[a-z-]+$/;

const toRange = ({ limit, cursor }: z.output<typeof incidentsQuerySchema>): IncidentRange => {
  if (cursor === undefined) return { limit };
  const from = decodeCursor(cursor);
  if (momentPattern.test(from)) return { limit, from };
  throw unknownCursor();
};

const severities = severitySchema.options;

const filterOf = ({
  min_severity: least = 'info',
  condition,
}: z.output<typeof incidentsQuerySchema>): ((incident: Incident) => boolean) => {
  const leastIndex = severities.indexOf(least);
  return (incident) =>
    severities.indexOf(incident.severity) >= leastIndex &&
    (condition === undefined || incident.condition === condition);
};

const readIncidents = async (
  range: IncidentRange,
  keep: (incident: Incident) => boolean,
  list: (range: IncidentRange) => Promise<IncidentPage>,
): Promise<IncidentPage> => {
  const { items, next } = await readFiltered(range, {
    read: async (part) => {
      const page = await list(part);
      return { items: page.incidents, next: page.next };
    },
    keep,
  });
  return { incidents: items, ...(next !== undefined && { next }) };
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

const incidentsAnswers = async (
  clientId: ClientId,
  ports: Pick<ApiPorts, 'store' | 'clock'>,
): Promise<(page: IncidentPage) => z.input<typeof incidentsAnswerSchema>> => {
  const toAnswer = await incidentAnswers(clientId, ports);
  return ({ incidents, next }) => ({
    incidents: incidents.map(toAnswer),
    next_cursor: next === undefined ? null : encodeCursor(next),
  });
};

/** Makes answers of incidents of a client, with the mutes of this moment. */
const incidentAnswers = async (
  clientId: ClientId,
  { store, clock }: Pick<ApiPorts, 'store' | 'clock'>,
): Promise<(incident: Incident) => z.input<typeof incidentAnswerSchema>> => {
  const mutes = await store.listMutes();
  const now = clock.now();
  return (incident) => toIncidentAnswer(incident, findMute(mutes, { ...incident, clientId }, now));
};

const toIncidentAnswer = (
  incident: Incident,
  mute: AlertMute | undefined,
): z.input<typeof incidentAnswerSchema> => ({
  incident_id: incident.incidentId,
  replication_id: incident.replicationId,
  condition: incident.condition,
  severity: incident.severity,
  hop: incident.hop,
  state: incident.closedAt === undefined ? 'open' : 'closed',
  message: incident.message,
  since: incident.since,
  opened_at: incident.openedAt,
  updated_at: incident.updatedAt,
  closed_at: incident.closedAt ?? null,
  ending: incident.ending ?? null,
  shared_cause: incident.sharedCause ?? null,
  told_at: incident.toldAt ?? null,
  mute:
    mute === undefined || incident.closedAt !== undefined
      ? null
      : { mute_id: mute.muteId, until: mute.until, reason: mute.reason, created_by: mute.createdBy },
  runbook: runbookSectionOf(incident.condition),
});

const toPointAnswer = (point: HistoryStep): z.input<typeof historyAnswerSchema>['points'][number] => ({
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
  inserted_rows: point.inserts ?? null,
  updated_rows: point.updates ?? null,
  deleted_rows: point.deletes ?? null,
  dead_letter_rows: point.deadLetterRows ?? null,
  minutes: point.minutes,
  faulty_minutes: point.faultyMinutes,
  capture_lag_p50_ms: point.captureLagP50Ms ?? null,
  capture_lag_p99_ms: point.captureLagP99Ms ?? null,
  apply_lag_p50_ms: point.applyLagP50Ms ?? null,
  apply_lag_p99_ms: point.applyLagP99Ms ?? null,
});
