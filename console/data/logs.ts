import { useEffect, useReducer, useRef } from 'react';
import { api, isForbidden, isSignedOut, unwrap } from '../api/client.ts';
import { emptyLog, type LogState, reduceLog } from './log-lines.ts';
import { ofClient, ofReplication } from './queries.ts';

export const logComponents = ['consumer', 'copy-worker', 'steps', 'healer', 'connector'] as const;
export const logLevels = ['debug', 'info', 'warn', 'error'] as const;

export interface LogFilter {
  readonly component: (typeof logComponents)[number] | undefined;
  readonly level: (typeof logLevels)[number];
  readonly text: string;
  /** How far back the lines begin. */
  readonly minutes: number;
}

/** A page is one call of the API; the newest lines are in the last of them. */
const pageLines = 500;
/** As long as an answer of the API may wait. */
const waitSeconds = 20;
const pauseAfterErrorMs = 5_000;
const pauseAtEndMs = 500;

const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

/** Waits for a look at a page that is hidden: nobody reads its lines. */
const whileHidden = (signal: AbortSignal): Promise<void> =>
  document.visibilityState === 'visible'
    ? Promise.resolve()
    : new Promise((resolve) => {
        const look = (): void => {
          if (document.visibilityState === 'visible') resolve();
        };
        document.addEventListener('visibilitychange', look, { signal });
        signal.addEventListener('abort', () => resolve());
      });

/**
 * The lines of a replication's log, the oldest first. It reads what there is; with `follows` it goes on by long polls, of which one waits
 * at a time. Another filter begins with no lines.
 */
export const useLog = (
  clientId: number,
  id: number,
  filter: LogFilter,
  follows: boolean,
): LogState & { readonly refetch: () => void } => {
  const [state, tell] = useReducer(reduceLog, emptyLog);
  const [round, again] = useReducer((count: number) => count + 1, 0);
  const cursor = useRef<string>(undefined);
  const { component, level, text, minutes } = filter;

  // biome-ignore lint/correctness/useExhaustiveDependencies: each of them makes it another log.
  useEffect(() => {
    cursor.current = undefined;
    tell({ kind: 'cleared' });
  }, [clientId, id, component, level, text, minutes]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another round begins when someone asks for it.
  useEffect(() => {
    const end = new AbortController();
    const since = new Date(Date.now() - minutes * 60_000).toISOString();
    const readPage = (isAtEnd: boolean) =>
      unwrap(
        api.GET('/v1/replications/{replication_id}/logs', {
          signal: end.signal,
          params: {
            path: ofReplication(id),
            query: {
              ...ofClient(clientId),
              level,
              limit: String(pageLines),
              ...(component === undefined ? {} : { component }),
              ...(text === '' ? {} : { text }),
              ...(cursor.current === undefined ? { since } : { cursor: cursor.current }),
              ...(follows && isAtEnd ? { wait_seconds: String(waitSeconds) } : {}),
            },
          },
        }),
      );
    const run = async (): Promise<void> => {
      let isAtEnd = false;
      while (!end.signal.aborted) {
        await whileHidden(end.signal);
        if (end.signal.aborted) return;
        try {
          const page = await readPage(isAtEnd);
          if (end.signal.aborted) return;
          cursor.current = page.next_cursor;
          isAtEnd = page.is_at_end;
          tell({ kind: 'answered', lines: page.lines, isAtEnd, atMs: Date.now() });
          if (isAtEnd && !follows) return;
          // The API itself waits for a line; this is for one that answers at once with none.
          if (isAtEnd) await sleep(pauseAtEndMs, end.signal);
        } catch (error) {
          if (end.signal.aborted) return;
          tell({ kind: 'failed', error });
          if (isForbidden(error) || isSignedOut(error)) return;
          await sleep(pauseAfterErrorMs, end.signal);
        }
      }
    };
    void run();
    return () => end.abort();
  }, [clientId, id, component, level, text, minutes, follows, round]);

  return { ...state, refetch: again };
};
