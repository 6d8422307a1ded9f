import { z } from 'zod';
import { apiVersionPath } from '#core/contracts/api-version.ts';
import { allLogComponents, type LogPage, type LogPosition, readLogPage } from '#core/logs/read-log-page.ts';
import { invalidRequest } from './invalid-request.ts';
import { logsAnswerSchema, logsQuerySchema } from './log-contracts.ts';
import { defineOperation, type Operation } from './operation.ts';
import { decodeCursor, encodeCursor, unknownCursor } from './paging.ts';
import { pathIdSchema } from './shared-contracts.ts';

/** CloudWatch takes 10 requests a second in most regions; a follower makes four of each look. */
const lookEveryMs = 3_000;
/** What CloudWatch may take for one page: an answer with a part of the lines is better than none. */
const readBudgetMs = 15_000;
const defaultPeriodMs = 60 * 60_000;

/** lambdas/stream-logs streams what it answers. */
export const readLogsOperation: Operation = defineOperation({
  id: 'readLogs',
  method: 'GET',
  path: '/replications/{replication_id}/logs',
  summary:
    'What the consumer, the copy worker, the steps of a start, the healer and the connector of a replication have logged, in one ' +
    'list. With `wait_seconds` it waits for a line, so that a caller can follow.',
  params: z.strictObject({ replication_id: pathIdSchema }),
  query: logsQuerySchema,
  status: 200,
  answer: logsAnswerSchema,
  errors: ['NotFound', 'ServiceUnavailable', 'PermissionDenied'],
  run: async ({ clientId, params, query }, { store, logs, clock, logStreamUrl }) => {
    const { replicationId, connectorName, createdAt } = await store.getReplication(
      clientId,
      params.replication_id,
    );
    if (query.until !== undefined && query.wait_seconds > 0) throw untilWithWait();
    // An older replication may have had the same name.
    const createdMs = Date.parse(createdAt);
    const begunMs = clock.now().getTime();
    let position = positionOf(query.cursor) ?? {
      fromMs: query.since === undefined ? begunMs - defaultPeriodMs : Date.parse(query.since),
      shown: [],
    };
    position = { ...position, fromMs: Math.max(position.fromMs, createdMs) };
    const endMs = begunMs + query.wait_seconds * 1_000;
    for (;;) {
      const page: LogPage = await readLogPage(
        {
          connectorName,
          components: query.component === undefined ? allLogComponents : [query.component],
          level: query.level,
          text: query.text,
          position,
          toMs: query.until === undefined ? clock.now().getTime() : Date.parse(query.until),
          limit: query.limit,
        },
        logs,
        clock.now(),
        AbortSignal.timeout(readBudgetMs),
      );
      const leftMs = endMs - clock.now().getTime();
      if (page.lines.length > 0 || !page.isAtEnd || leftMs <= 0) {
        return {
          replication_id: replicationId,
          lines: page.lines.map((line) => ({ ...line, error: line.error ?? null })),
          next_cursor: cursorOf(page.position),
          is_at_end: page.isAtEnd,
          stream_url:
            logStreamUrl === undefined
              ? null
              : new URL(`.${apiVersionPath}/replications/${replicationId}/logs`, logStreamUrl).href,
        };
      }
      position = page.position;
      await clock.sleep(Math.min(lookEveryMs, leftMs));
    }
  },
});

export const logOperations: readonly Operation[] = [readLogsOperation];

const untilWithWait = () =>
  invalidRequest([
    {
      subject: 'query.until',
      problem: 'has no meaning together with wait_seconds, which waits for what is still to come',
      remedy: 'Leave one of them out.',
    },
  ]);

/** Milliseconds, and the ids of six characters each. */
const cursorPattern = /^(\d{1,15})\.((?:[\w-]{6})*)$/;

const cursorOf = ({ fromMs, shown }: LogPosition): string => encodeCursor(`${fromMs}.${shown.join('')}`);

const positionOf = (cursor: string | undefined): LogPosition | undefined => {
  if (cursor === undefined) return undefined;
  const [, fromMs, ids] = cursorPattern.exec(decodeCursor(cursor)) ?? [];
  if (fromMs === undefined || ids === undefined) throw unknownCursor();
  return { fromMs: Number(fromMs), shown: ids.match(/.{6}/g) ?? [] };
};
