import { forEachBounded } from '#core/concurrency/for-each-bounded.ts';
import { withinBudget } from '#core/concurrency/within-budget.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { looksForNewTables } from '#core/lifecycle/add-new-tables.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import { bySource } from './shared-sources.ts';

/** As `addNewTables`, with the connection that all looks of one check at one source share. Once `signal` is aborted, it adds nothing. */
export interface NewTablesCheck {
  add(replication: Replication, holder: string, log: Log, signal: AbortSignal): Promise<number>;
}

export interface LookForTablesPorts {
  readonly newTables: NewTablesCheck;
  readonly clock: Clock;
  readonly logFor: (replication: Replication) => Log;
}

/**
 * So long after the check has begun, no further look is; with the last look's time that leaves a Lambda of 60 s the time to write down what
 * was seen.
 */
const newTablesEndAfterMs = 30_000;

/** A look takes one query of the source's catalog, and one that adds tables some more, and some of the target's. */
const newTablesLookMs = 15_000;

/** Sources at a time. Those that do not answer hold up no other as long as they are fewer. */
const parallelSources = 20;

/**
 * Tables that have come at the sources of replications that take them. Replications of one source are looked at one after the other. Each
 * check begins with another source, as there may not be the time for all. Returns how many tables were added.
 */
export const lookForTables = async (
  replications: readonly Replication[],
  holder: string,
  startedMs: number,
  ports: LookForTablesPorts,
): Promise<number> => {
  const { clock } = ports;
  let added = 0;
  const sources = rotate(
    bySource(replications.filter(looksForNewTables), (one) => one),
    Math.floor(startedMs / 60_000),
  );
  await forEachBounded(sources, parallelSources, async (ofOneSource) => {
    for (const replication of rotate(ofOneSource, Math.floor(startedMs / 60_000))) {
      if (clock.now().getTime() - startedMs >= newTablesEndAfterMs) return;
      const log = ports.logFor(replication);
      try {
        const count = await withinTime(
          (signal) => ports.newTables.add(replication, holder, log, signal),
          clock,
        );
        added += count;
      } catch (error) {
        log.warn('Could not look for new tables at the source; the next check tries again', { error });
      }
    }
  });
  return added;
};

/** A prime that is larger than any list, so that beginnings are spread over a long list, too. */
const stride = 7_919;

const rotate = <Item>(items: readonly Item[], turn: number): readonly Item[] => {
  if (items.length === 0) return items;
  const first = (turn * stride) % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
};

/** What hangs longer is left to itself, and adds nothing when it ends after all. */
const withinTime = async (look: (signal: AbortSignal) => Promise<number>, clock: Clock): Promise<number> => {
  const late = new AbortController();
  const added = await withinBudget(
    newTablesLookMs,
    clock,
    () => look(late.signal),
    () => late.abort(),
  );
  if (added !== undefined) return added;
  throw new MillraceError(
    'DatabaseTimeout',
    `The source or the target has not answered within ${newTablesLookMs / 1_000} s.`,
  );
};
