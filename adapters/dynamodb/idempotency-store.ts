import { z } from 'zod';
import { type IdempotencyStore, requestRetentionHours } from '#core/ports/idempotency-store.ts';
import { type DynamoTable, matching, parseItem } from './dynamo-table.ts';
import { requestKey } from './store-keys.ts';

const itemSchema = z.strictObject({
  bodyHash: z.string(),
  claimId: z.string(),
  claimedUntil: z.number(),
  answer: z.string().optional(),
});

/** A claim that ends or is released between two looks is claimed at the next one. */
const claimRounds = 5;

export const createIdempotencyStore = (table: DynamoTable): IdempotencyStore => ({
  claimRequest: async ({ requestHash, claimId, bodyHash }, ttlMs, now) => {
    const nowMs = now.getTime();
    for (let round = 0; ; round += 1) {
      const claimed = await table.put(
        {
          ...requestKey(requestHash),
          bodyHash,
          claimId,
          claimedUntil: nowMs + ttlMs,
          expiresAt: Math.floor(nowMs / 1_000) + requestRetentionHours * 3_600,
        },
        {
          // DynamoDB removes expired items within days, so an old one may still be there.
          expression:
            'attribute_not_exists(#pk) OR #expiresAt <= :seconds OR ' +
            '(attribute_not_exists(#answer) AND #claimedUntil <= :now)',
          values: { ':now': nowMs, ':seconds': Math.floor(nowMs / 1_000) },
        },
      );
      if (claimed) return { state: 'claimed' };
      const item = await table.get(requestKey(requestHash));
      if (item === undefined && round < claimRounds) continue;
      const known = parseItem(itemSchema, item ?? {});
      return known.answer === undefined
        ? { state: 'running', bodyHash: known.bodyHash }
        : { state: 'done', bodyHash: known.bodyHash, answer: known.answer };
    }
  },

  finishRequest: async ({ requestHash, claimId }, answer) => {
    await table.update(requestKey(requestHash), { set: { answer } }, matching({ claimId }));
  },

  releaseRequest: async ({ requestHash, claimId }) => {
    await table.remove(requestKey(requestHash), matching({ claimId }));
  },
});
