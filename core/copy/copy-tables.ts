import { tableLabel } from '../contracts/identifiers.ts';
import { type Run, stepLabel } from '../contracts/steps.ts';
import { requireCurrentRun } from '../lifecycle/current-run.ts';
import type { CopyStore } from '../ports/state-store.ts';
import { type CopyTableOptions, type CopyTablePorts, copyTable } from './copy-table.ts';

export interface CopyTablesPorts extends CopyTablePorts {
  readonly store: CopyTablePorts['store'] & Pick<CopyStore, 'listTableProgress'>;
}

const step = stepLabel('Copy');

/**
 * Copies all big tables of a run, biggest first, each with parallel chunks; what is finished already is not repeated.
 * Returns how many rows were copied now. Throws as `copyTable` does, after the first table that fails.
 */
export const copyTables = async (
  run: Run,
  ports: CopyTablesPorts,
  options: CopyTableOptions,
): Promise<number> => {
  const { store, log } = ports;
  const { copyGeneration } = await requireCurrentRun(store, run);
  const tables = (await store.listTableProgress(run.replicationId))
    .filter(
      ({ generation, runsOn, state }) =>
        generation === copyGeneration && runsOn === 'fargate' && (state === 'pending' || state === 'copying'),
    )
    .toSorted((a, b) => b.estimatedBytes - a.estimatedBytes);

  let rows = 0;
  for (const [index, { source }] of tables.entries()) {
    log.info(`${step} Big table ${index + 1} of ${tables.length}: ${tableLabel(source)}`, {
      step,
      table: tableLabel(source),
    });
    rows += await copyTable(run, source, ports, options);
  }
  return rows;
};
