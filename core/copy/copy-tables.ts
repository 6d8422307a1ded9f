import type { TableProgress } from '../contracts/copy.ts';
import { tableLabel } from '../contracts/identifiers.ts';
import { type Run, stepLabel } from '../contracts/steps.ts';
import { requireCurrentRun } from '../lifecycle/current-run.ts';
import { type HoldUncopiedPorts, holdUncopiedTable } from '../lifecycle/hold-uncopied-table.ts';
import { type CopiedTable, type CopyTableOptions, type CopyTablePorts, copyTable } from './copy-table.ts';
import { tablesOfLane } from './lanes.ts';

export interface CopyTablesPorts extends CopyTablePorts, HoldUncopiedPorts {
  readonly store: CopyTablePorts['store'] & HoldUncopiedPorts['store'];
}

export interface CopyTablesOptions extends CopyTableOptions {
  /** Which tables: all big ones, or one lane's share of the small ones. */
  readonly share: 'big' | { readonly lane: number; readonly lanes: number };
}

export interface CopiedShare {
  /** Rows that were copied now. */
  readonly rows: number;
  /** False when the time was over before: another call goes on. */
  readonly isDone: boolean;
}

const step = stepLabel('Copy');

/**
 * Copies the tables of a share, biggest first, each with parallel chunks; what is finished already is not repeated. A table that
 * cannot be copied for a reason of its own is held, and the next one is copied. Any other failure is thrown, and so is that of
 * the last table that the replication has left.
 */
export const copyTables = async (
  run: Run,
  ports: CopyTablesPorts,
  options: CopyTablesOptions,
): Promise<CopiedShare> => {
  const { store, log } = ports;
  const { copyGeneration } = await requireCurrentRun(store, run);
  const planned = (await store.listTableProgress(run.replicationId)).filter(
    ({ generation }) => generation === copyGeneration,
  );
  const tables = shareOf(planned, options.share).filter((table) => !isCopied(table));

  let rows = 0;
  for (const [index, { source }] of tables.entries()) {
    if (options.isOver?.() === true) return { rows, isDone: false };
    log.info(
      `${step} ${options.share === 'big' ? 'Big' : 'Small'} table ${index + 1} of ${tables.length}: ${tableLabel(source)}`,
      {
        step,
        table: tableLabel(source),
      },
    );
    let copied: CopiedTable;
    try {
      copied = await copyTable(run, source, ports, options);
    } catch (error) {
      await holdUncopiedTable(run, source, error, ports);
      continue;
    }
    rows += copied.rows;
    if (!copied.isDone) return { rows, isDone: false };
  }
  return { rows, isDone: true };
};

const shareOf = (
  planned: readonly TableProgress[],
  share: CopyTablesOptions['share'],
): readonly TableProgress[] =>
  share === 'big'
    ? planned
        .filter(({ runsOn }) => runsOn === 'fargate')
        .toSorted((a, b) => b.estimatedBytes - a.estimatedBytes)
    : tablesOfLane(
        planned.filter(({ runsOn }) => runsOn === 'lambda'),
        share,
      );

const isCopied = ({ state, chunks, chunksDone, finishedAt }: TableProgress): boolean =>
  (state !== 'pending' && state !== 'copying') ||
  (chunks > 0 && chunksDone === chunks && finishedAt !== undefined);
