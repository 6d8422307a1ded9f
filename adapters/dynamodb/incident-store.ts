import { z } from 'zod';
import { incidentRetentionDays, incidentSchema } from '#core/contracts/incident.ts';
import type { IncidentStore } from '#core/ports/state-store.ts';
import { type DynamoTable, parseItem } from './dynamo-table.ts';
import { incidentKey, incidentsOf, openIncidentsKey } from './store-keys.ts';

const openSchema = z.strictObject({ incidents: z.array(incidentSchema).readonly() });

const secondsPerDay = 24 * 60 * 60;

export const createIncidentStore = (table: DynamoTable): IncidentStore => ({
  getOpenIncidents: async (replicationId) => {
    const item = await table.get(openIncidentsKey(replicationId));
    return item === undefined ? [] : parseItem(openSchema, item).incidents;
  },

  putIncidents: async (replicationId, open, closed) => {
    await table.putAll([
      { ...openIncidentsKey(replicationId), incidents: open },
      ...[...open, ...closed].map((incident) => ({
        ...incidentKey(incident),
        ...incident,
        ...(incident.closedAt !== undefined && {
          expiresAt: Math.floor(Date.parse(incident.closedAt) / 1000) + incidentRetentionDays * secondsPerDay,
        }),
      })),
    ]);
  },

  listIncidents: async (replicationId, limit) => {
    const { pk, sk } = incidentsOf(replicationId);
    const items = await table.query({ pk, prefix: sk, newestFirst: true, limit });
    return items.map((item) => parseItem(incidentSchema, item));
  },
});
