import { z } from 'zod';
import { installationActivity } from '#core/contracts/activity.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { ActivityPage, ActivityRange } from '#core/ports/state-store.ts';
import {
  activityAnswerSchema,
  activityQuerySchema,
  clientActivityAnswerSchema,
} from './activity-contracts.ts';
import { defineOperation, type Operation } from './operation.ts';
import { decodeCursor, encodeCursor, unknownCursor } from './paging.ts';
import type { ApiPorts } from './ports.ts';
import { pathIdSchema } from './shared-contracts.ts';

type ActivityAnswer = z.input<typeof clientActivityAnswerSchema>;

export const activityOperations: readonly Operation[] = [
  defineOperation({
    id: 'listActivity',
    method: 'GET',
    path: '/replications/{replication_id}/activity',
    summary:
      'What happened to a replication in the last 90 days: who started, stopped or changed it, failures and heals. Also of one ' +
      'that is deleted.',
    params: z.strictObject({ replication_id: pathIdSchema }),
    query: activityQuerySchema,
    status: 200,
    answer: activityAnswerSchema,
    errors: ['NotFound'],
    run: async ({ clientId, params, query }, { store }) => {
      const replicationId = await requireKnown(clientId, params.replication_id, store);
      const page = await store.listActivity(replicationId, toRange(query));
      return { replication_id: replicationId, ...toAnswer(page) };
    },
  }),

  defineOperation({
    id: 'listClientActivity',
    method: 'GET',
    path: '/activity',
    summary: 'What happened to all replications and databases of the client in the last 90 days.',
    query: activityQuerySchema,
    status: 200,
    answer: clientActivityAnswerSchema,
    run: async ({ clientId, query }, { store }) =>
      toAnswer(await store.listClientActivity(clientId, toRange(query))),
  }),

  defineOperation({
    id: 'listInstallationActivity',
    method: 'GET',
    path: '/activity/installation',
    summary:
      'What was done in the last 90 days that is of no one client: clients created and deleted, tokens and alert rules of all clients, ' +
      'connectors of nobody deleted.',
    query: activityQuerySchema,
    status: 200,
    answer: clientActivityAnswerSchema,
    run: async ({ query }, { store }) =>
      toAnswer(await store.listClientActivity(installationActivity, toRange(query))),
  }),
];

/** A deleted replication is known by its deletion. Throws `NotFound`. */
const requireKnown = async (
  clientId: number,
  replicationId: number,
  store: ApiPorts['store'],
): Promise<number> => {
  try {
    return (await store.getReplication(clientId, replicationId)).replicationId;
  } catch (error) {
    const isGone = error instanceof MillraceError && error.code === 'NotFound';
    if (isGone && (await store.getDeletion(clientId, replicationId)) !== undefined) return replicationId;
    throw error;
  }
};

/** An instant, and what keeps apart what happened in the same millisecond. */
const momentPattern = /^\d{4}-\d\d-\d\dT[\d:.]+Z#[\w-]+$/;

const toRange = ({ limit, cursor }: z.output<typeof activityQuerySchema>): ActivityRange => {
  if (cursor === undefined) return { limit };
  const from = decodeCursor(cursor);
  if (momentPattern.test(from)) return { limit, from };
  throw unknownCursor();
};

const toAnswer = ({ activity, next }: ActivityPage): ActivityAnswer => ({
  activity: activity.map(({ replicationId, by, reason, before, after, ...rest }) => ({
    ...rest,
    replication_id: replicationId ?? null,
    by: by ?? null,
    reason: reason ?? null,
    before: before ?? null,
    after: after ?? null,
  })),
  next_cursor: next === undefined ? null : encodeCursor(next),
});
