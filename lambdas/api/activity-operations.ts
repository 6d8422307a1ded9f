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
import { decodeCursor, encodeCursor, readFiltered, unknownCursor } from './paging.ts';
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
      const page = await readActivity(query, (range) => store.listActivity(replicationId, range));
      return { replication_id: replicationId, ...page };
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
    run: ({ clientId, query }, { store }) =>
      readActivity(query, (range) => store.listClientActivity(clientId, range)),
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
    run: ({ query }, { store }) =>
      readActivity(query, (range) => store.listClientActivity(installationActivity, range)),
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

/** One page of what a query asks for. */
const readActivity = async (
  query: z.output<typeof activityQuerySchema>,
  list: (range: ActivityRange) => Promise<ActivityPage>,
): Promise<ActivityAnswer> => {
  const { actor, action, by, since, until } = query;
  const { items, next } = await readFiltered<ActivityPage['activity'][number]>(toRange(query), {
    read: async (range) => {
      const page = await list(range);
      return { items: page.activity, next: page.next };
    },
    keep: (item) =>
      (actor === undefined || item.actor === actor) &&
      (action === undefined || item.action === action) &&
      (by === undefined || item.by === by) &&
      (until === undefined || item.at <= until),
    ...(since !== undefined && { isPast: ({ at }) => at < since }),
  });
  return toAnswer({ activity: items, ...(next !== undefined && { next }) });
};

/** Comes after every moment of its instant. */
const afterAnyId = '~';

const toRange = ({ limit, cursor, until }: z.output<typeof activityQuerySchema>): ActivityRange => {
  if (cursor === undefined)
    return until === undefined ? { limit } : { limit, from: `${until}#${afterAnyId}` };
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
