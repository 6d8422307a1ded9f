import { createSecretStore } from '#adapters/aws/secret-store.ts';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { createDatabaseAccess } from '#adapters/databases/open-database.ts';
import { withOpened } from '#core/concurrency/with-opened.ts';
import { tableLabel } from '#core/contracts/identifiers.ts';
import { copyTableInputSchema, copyTableOutputSchema } from '#core/contracts/steps.ts';
import { copyTable } from '#core/copy/copy-table.ts';
import { readDatabases } from '#core/lifecycle/replication-databases.ts';
import { createStepHandler } from '../../shared/step-handler.ts';

const databases = createDatabaseAccess(createSecretStore());

/** A Lambda of one vCPU is busy with two pipes, and the state machine runs several of them side by side. */
const parallelChunks = 2;

export const handler = createStepHandler({
  service: 'copy-table',
  inputSchema: copyTableInputSchema,
  outputSchema: copyTableOutputSchema,
  runOf: ({ run }) => run,
  perform: ({ input: { run, table }, replication, store, metrics, log }) =>
    withOpened(async (keep) => {
      const { sourceDatabase, targetDatabase } = await readDatabases(store, replication);
      const source = keep(await databases.openSource(sourceDatabase));
      const target = keep(await databases.openTarget(targetDatabase));
      const copier = keep(await databases.openCopier(sourceDatabase, targetDatabase, parallelChunks));
      const rows = await copyTable(
        run,
        table,
        { store, source, target, copier, metrics, clock: systemClock, log },
        // Lambda gives no notice before it cuts a function off; the transactions that are open then roll back.
        { parallelChunks, signal: new AbortController().signal },
      );
      return { table: tableLabel(table), rows };
    }),
});
