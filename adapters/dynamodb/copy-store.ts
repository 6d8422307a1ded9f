import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Chunk, chunkSchema, tableProgressSchema } from '#core/contracts/copy.ts';
import { type ReplicationId, type TableRef, tableLabel } from '#core/contracts/identifiers.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { CopyStore, ExpectedPlan } from '#core/ports/state-store.ts';
import {
  absent,
  type Condition,
  type DynamoTable,
  type Item,
  matching,
  parseItem,
  present,
} from './dynamo-table.ts';
import {
  chunkKey,
  chunkPartition,
  chunkPrefix,
  type Key,
  progressesOf,
  progressKey,
  shapeKey,
} from './store-keys.ts';

/** Which set of chunks is the table's plan. Chunks of any other id are left-overs. */
const planItemSchema = z.strictObject({ ...tableProgressSchema.unwrap().shape, planId: z.string() });

const chunkItemSchema = z.strictObject({
  ...chunkSchema.unwrap().shape,
  rows: z.number().int().optional(),
  bytes: z.number().int().optional(),
  durationMs: z.number().optional(),
  finishedAt: z.string().optional(),
});

/** A table is planned by one execution at a time; others are repetitions of the same step. */
const planRounds = 5;

const withoutPlanId = (item: Item) => {
  const { planId: _planId, ...progress } = item;
  return parseItem(tableProgressSchema, progress);
};

const planCondition = ({ generation, states }: ExpectedPlan): Condition => ({
  expression: `#generation = :generation AND #state IN (${states.map((_state, index) => `:state${index}`).join(', ')})`,
  values: {
    ':generation': generation,
    ...Object.fromEntries(states.map((state, index) => [`:state${index}`, state])),
  },
});

/** Pipes record their chunks side by side: another may have recorded a slower one meanwhile. */
const slowerThanBefore = (planId: string, durationMs: number): Condition => ({
  expression:
    '#planId = :planId AND (attribute_not_exists(#slowestChunkMs) OR #slowestChunkMs < :slowestChunkMs)',
  values: { ':planId': planId, ':slowestChunkMs': durationMs },
});

export const createCopyStore = (table: DynamoTable): CopyStore => {
  const planOf = async (replicationId: ReplicationId, source: TableRef) => {
    const item = await table.get(progressKey(replicationId, source));
    return item === undefined ? undefined : parseItem(planItemSchema, item);
  };

  const removeChunks = async (replicationId: ReplicationId, source: TableRef, planId: string) => {
    const items = await table.query({
      pk: chunkPartition(replicationId, source),
      prefix: chunkPrefix(planId),
    });
    await table.removeAll(items.map(({ pk, sk }): Key => ({ pk: String(pk), sk: String(sk) })));
  };

  return {
    putTablePlan: async (replicationId, progress, chunks) => {
      const { source, generation } = progress;
      const planId = randomUUID();
      await table.putAll(
        chunks.map((chunk) => ({
          ...chunkKey(replicationId, source, planId, chunk.chunkNumber),
          ...chunk,
        })),
      );
      for (let round = 0; round < planRounds; round += 1) {
        const current = await planOf(replicationId, source);
        // A write whose answer was lost was repeated by the SDK and refused: the plan is this one already.
        if (current?.planId === planId) return;
        const isSplit = current !== undefined && current.state !== 'skipped' && current.chunks > 0;
        const isNewer = current !== undefined && current.generation > generation;
        const isSame =
          current?.generation === generation && current.mappingRevision === progress.mappingRevision;
        if (isNewer || (isSplit && isSame)) {
          await removeChunks(replicationId, source, planId);
          return;
        }
        const visible = await table.put(
          { ...progressKey(replicationId, source), ...progress, planId },
          current === undefined ? absent : matching({ planId: current.planId, state: current.state }),
        );
        if (!visible) continue;
        // Only the replaced plan's chunks: those of any other id may be of a planner that is about to replace this one.
        if (current !== undefined) await removeChunks(replicationId, source, current.planId);
        return;
      }
      throw new MillraceError(
        'StoreUnavailable',
        `The plan of table ${tableLabel(source)} is being changed by others.`,
      );
    },

    removeTablePlan: async (replicationId, source) => {
      const items = await table.query({ pk: chunkPartition(replicationId, source) });
      await table.removeAll([
        ...items.map(({ pk, sk }): Key => ({ pk: String(pk), sk: String(sk) })),
        progressKey(replicationId, source),
        shapeKey(replicationId, source),
      ]);
    },

    listTableProgress: async (replicationId) => {
      const { pk, sk } = progressesOf(replicationId);
      const items = await table.query({ pk, prefix: sk });
      return items.map(withoutPlanId);
    },

    getTableProgress: async (replicationId, source) => {
      const item = await table.get(progressKey(replicationId, source));
      return item === undefined ? undefined : withoutPlanId(item);
    },

    listUnfinishedChunks: async (replicationId, source, generation) => {
      const plan = await planOf(replicationId, source);
      if (plan === undefined || plan.generation !== generation) return [];
      const items = await table.query({
        pk: chunkPartition(replicationId, source),
        prefix: chunkPrefix(plan.planId),
        filter: { expression: 'attribute_not_exists(#finishedAt)' },
      });
      return items.map((item): Chunk => parseItem(chunkSchema, item));
    },

    recordFinishedChunk: async (replicationId, source, generation, finished) => {
      const { chunkNumber, ...facts } = finished;
      const superseded = () =>
        new MillraceError(
          'Superseded',
          `The plan of start ${generation} for table ${tableLabel(source)} was replaced.`,
          { facts: { replicationId, generation, table: tableLabel(source) } },
        );
      const plan = await planOf(replicationId, source);
      if (plan === undefined || plan.generation !== generation) throw superseded();
      const key = chunkKey(replicationId, source, plan.planId, chunkNumber);
      const [failed] = await table.transact([
        {
          update: progressKey(replicationId, source),
          change: { add: { chunksDone: 1, rowsCopied: facts.rows, bytesCopied: facts.bytes } },
          condition: matching({ planId: plan.planId }),
        },
        {
          update: key,
          change: { set: facts },
          condition: { expression: `${present.expression} AND attribute_not_exists(#finishedAt)` },
        },
      ]);
      if (failed === undefined) {
        if (facts.durationMs > (plan.slowestChunkMs ?? -1))
          await table.update(
            progressKey(replicationId, source),
            { set: { slowestChunk: chunkNumber, slowestChunkMs: facts.durationMs } },
            slowerThanBefore(plan.planId, facts.durationMs),
          );
        return;
      }
      if (failed === 0) throw superseded();
      const stored = await table.get(key);
      if (stored === undefined)
        throw new MillraceError(
          'Internal',
          `Table ${tableLabel(source)} has no chunk ${chunkNumber} in its plan of start ${generation}.`,
        );
      // It is recorded already: parse it, so that a malformed item does not pass for a finished chunk.
      parseItem(chunkItemSchema, stored);
    },

    setTableState: async (replicationId, source, change, expected) => {
      const written = await table.update(
        progressKey(replicationId, source),
        // Fields that are not given stay as they are.
        { set: Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) },
        expected === undefined ? present : planCondition(expected),
      );
      if (written !== undefined) return;
      if (expected !== undefined && (await planOf(replicationId, source)) !== undefined)
        throw new MillraceError(
          'Superseded',
          `Table ${tableLabel(source)} of replication ${replicationId} was not changed to ${change.state}: it was planned again, ` +
            'or its state has moved on.',
          { facts: { replicationId, table: tableLabel(source), generation: expected.generation } },
        );
      throw new MillraceError(
        'NotFound',
        `Table ${tableLabel(source)} of replication ${replicationId} has no copy plan.`,
      );
    },

    setTableCounts: async (replicationId, source, counts) => {
      await table.update(progressKey(replicationId, source), { set: { ...counts } }, present);
    },
  };
};
