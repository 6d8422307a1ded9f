import { z } from 'zod';
import { incidentMoment, incidentRetentionDays, incidentSchema } from '#core/contracts/incident.ts';
import type { IncidentPage, IncidentStore } from '#core/ports/state-store.ts';
import { type Condition, type DynamoTable, type Item, matching, parseItem } from './dynamo-table.ts';
import {
  incidentIndexKey,
  incidentKey,
  incidentKeyAt,
  incidentKind,
  incidentsOf,
  openIncidentsKey,
} from './store-keys.ts';

const openSchema = z.strictObject({
  incidents: z.array(incidentSchema).readonly(),
  /** Missing in what an older release has written. */
  version: z.int().positive().optional(),
});

const neverWritten: Condition = { expression: 'attribute_not_exists(#version)' };

const secondsPerDay = 24 * 60 * 60;

/** Of one more item than the page has: it is where the next page begins. */
const toPage = (items: readonly Item[], limit: number): IncidentPage => {
  const incidents = items.map((item) => parseItem(incidentSchema, item));
  const next = incidents[limit];
  return {
    incidents: incidents.slice(0, limit),
    ...(next === undefined ? {} : { next: incidentMoment(next) }),
  };
};

export const createIncidentStore = (table: DynamoTable): IncidentStore => ({
  getOpenIncidents: async (replicationId) => {
    const item = await table.get(openIncidentsKey(replicationId));
    if (item === undefined) return { incidents: [], version: 0 };
    const { incidents, version = 0 } = parseItem(openSchema, item);
    return { incidents, version };
  },

  putIncidents: async ({ clientId, replicationId }, { open, closed, version }) => {
    const failed = await table.transact([
      {
        put: { ...openIncidentsKey(replicationId), incidents: open, version: version + 1 },
        condition: version === 0 ? neverWritten : matching({ version }),
      },
      ...[...open, ...closed].map((incident) => ({
        put: {
          ...incidentKey(incident),
          ...incidentIndexKey(clientId, incident),
          ...incident,
          // An open one is written again each minute. What is left of a replication that is gone expires, too.
          expiresAt:
            Math.floor(Date.parse(incident.closedAt ?? incident.updatedAt) / 1000) +
            incidentRetentionDays * secondsPerDay,
        },
      })),
    ]);
    return failed.length === 0 ? version + 1 : undefined;
  },

  findIncident: async (incident) => {
    const item = await table.get(incidentKey(incident));
    return item === undefined ? undefined : parseItem(incidentSchema, item);
  },

  listIncidents: async (replicationId, { limit, from }) => {
    const { pk, sk } = incidentsOf(replicationId);
    const items = await table.query({
      pk,
      ...(from === undefined ? { prefix: sk } : { between: [sk, incidentKeyAt(replicationId, from).sk] }),
      newestFirst: true,
      limit: limit + 1,
    });
    return toPage(items, limit);
  },

  listClientIncidents: async (clientId, { limit, from }) => {
    const items = await table.queryKind(incidentKind(clientId), {
      newestFirst: true,
      limit: limit + 1,
      ...(from === undefined ? {} : { upTo: from }),
    });
    return toPage(items, limit);
  },
});
