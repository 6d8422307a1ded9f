import { z } from 'zod';
import { healthRecordSchema } from '#core/contracts/health-record.ts';
import type { ReplicationId } from '#core/contracts/identifiers.ts';
import { announcementStaleAfterMs, metricsTargetSchema } from '#core/contracts/metrics-target.ts';
import type { MetricsStore } from '#core/ports/state-store.ts';
import { type DynamoTable, type Item, parseItem } from './dynamo-table.ts';
import {
  healCountsKey,
  healthKey,
  type Key,
  metricsTargetKey,
  metricsTargetsPartition,
} from './store-keys.ts';

/** An action as the name of an attribute, which has no hyphens, and back. */
export const toAttribute = (action: string): string =>
  action.replace(/-(\w)/g, (_dash, letter: string) => letter.toUpperCase());
const toAction = (attribute: string): string =>
  attribute.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const healCountsSchema = z.record(z.string(), z.number().int().nonnegative());

export const createMetricsStore = (table: DynamoTable): MetricsStore => {
  const readEach = async <T>(
    replicationIds: readonly ReplicationId[],
    keyOf: (replicationId: ReplicationId) => Key,
    parse: (item: Item) => T,
  ): Promise<ReadonlyMap<ReplicationId, T>> => {
    const items = (await table.getAll(replicationIds.map(keyOf))).filter((item) => item !== undefined);
    const byPartition = new Map(items.map((item) => [String(item.pk), item]));
    return new Map(
      replicationIds.flatMap((replicationId) => {
        const item = byPartition.get(keyOf(replicationId).pk);
        return item === undefined ? [] : [[replicationId, parse(item)] as const];
      }),
    );
  };

  return {
    listHealthRecords: (replicationIds) =>
      readEach(replicationIds, healthKey, (item) => parseItem(healthRecordSchema, item)),

    listHealCounts: (replicationIds) =>
      readEach(replicationIds, healCountsKey, (item) =>
        Object.fromEntries(
          Object.entries(parseItem(healCountsSchema, item)).map(([name, count]) => [toAction(name), count]),
        ),
      ),

    putMetricsTarget: async (target) => {
      const expiresAt = Math.floor((Date.parse(target.announcedAt) + announcementStaleAfterMs) / 1000);
      await table.put({ ...metricsTargetKey(target), ...target, expiresAt });
    },

    removeMetricsTarget: async (target) => {
      await table.removeAll([metricsTargetKey(target)]);
    },

    listMetricsTargets: async () => {
      const items = await table.query({ pk: metricsTargetsPartition });
      return items.map((item) => parseItem(metricsTargetSchema, item));
    },
  };
};
