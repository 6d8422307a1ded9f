import { forEachBounded } from '../concurrency/for-each-bounded.ts';
import { tableLabel } from '../contracts/identifiers.ts';
import { type Run, stepLabel } from '../contracts/steps.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import { requireCurrentRun } from '../lifecycle/current-run.ts';
import { countOf } from '../naming/count-of.ts';
import type { Log } from '../ports/clock-and-log.ts';
import type { SourceDatabase } from '../ports/databases.ts';
import type { CopyStore, ReplicationStore } from '../ports/state-store.ts';

export interface FinishCopyPorts {
  readonly store: Pick<ReplicationStore, 'getReplication'> &
    Pick<CopyStore, 'listTableProgress' | 'setTableState'>;
  readonly source: Pick<SourceDatabase, 'writeMarker'>;
  readonly log: Log;
}

const step = stepLabel('Copy');

/** State writes at a time: a write takes about 10 ms, so 1,000 tables take 3 s. */
const parallelWrites = 4;
/** How many tables a message names. */
const shownTables = 20;

/**
 * The end of STEP 3/4: marks the position in the source's log at which the copy had ended. A table is live once the
 * consumer has passed it. Returns how many tables this concerned; a repetition concerns none.
 */
export const finishCopy = async (run: Run, ports: FinishCopyPorts): Promise<number> => {
  const { store, source, log } = ports;
  const { copyGeneration } = await requireCurrentRun(store, run);
  const tables = (await store.listTableProgress(run.replicationId)).filter(
    (table) => table.generation === copyGeneration,
  );

  const open = tables.filter(({ state }) => state === 'pending' || state === 'copying');
  const unfinished = open.filter(({ chunks, chunksDone }) => chunks === 0 || chunksDone < chunks);
  if (unfinished.length > 0) {
    const labels = unfinished.map((table) => tableLabel(table.source));
    const shown = labels.slice(0, shownTables).join(', ');
    const more = labels.length > shownTables ? ` and ${labels.length - shownTables} more` : '';
    throw new MillraceError('CopyFailed', `These tables are not copied completely: ${shown}${more}.`, {
      facts: { tables: labels },
    });
  }
  if (open.length === 0) return 0;

  const copyEndPosition = await source.writeMarker('copy-end');
  await forEachBounded(open, parallelWrites, async ({ source: table }) => {
    await requireCurrentRun(store, run);
    await store.setTableState(
      run.replicationId,
      table,
      { state: 'catching-up', copyEndPosition },
      { generation: copyGeneration, states: ['pending', 'copying'] },
    );
  });
  const rows = open.reduce((sum, { rowsCopied }) => sum + rowsCopied, 0);
  log.info(
    `${step} Copied ${countOf(rows, 'row')} of ${countOf(open.length, 'table')}; the copy ends at ${copyEndPosition}`,
    { step, copyEndPosition },
  );
  return open.length;
};
