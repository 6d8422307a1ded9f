import { createSecretStore } from '#adapters/aws/secret-store.ts';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { createDatabaseAccess } from '#adapters/databases/open-database.ts';
import { tableLabel } from '#core/contracts/identifiers.ts';
import { copyTableInputSchema } from '#core/contracts/steps.ts';
import { copyTable } from '#core/copy/copy-table.ts';
import { createStepHandler } from '../../shared/step-handler.ts';

const databases = createDatabaseAccess(createSecretStore());

/** A Lambda of one vCPU is busy with two pipes, and the state machine runs several of them side by side. */
const parallelChunks = 2;

export const handler = createStepHandler({
  service: 'copy-table',
  inputSchema: copyTableInputSchema,
  runOf: ({ run }) => run,
  perform: async ({ input: { run, table }, replication, store, metrics, log }) => {
    const [sourceDatabase, targetDatabase] = await Promise.all([
      store.getDatabase(run.clientId, replication.sourceDatabaseId),
      store.getDatabase(run.clientId, replication.targetDatabaseId),
    ]);
    const source = await databases.openSource(sourceDatabase);
    const target = await databases.openTarget(targetDatabase);
    const copier = await databases.openCopier(sourceDatabase, targetDatabase, parallelChunks);
    try {
      const rows = await copyTable(
        run,
        table,
        { store, source, target, copier, metrics, clock: systemClock, log },
        // Lambda gives no notice before it cuts a function off; the transactions that are open then roll back.
        { parallelChunks, signal: new AbortController().signal },
      );
      return { table: tableLabel(table), rows };
    } finally {
      await Promise.all([source.close(), target.close(), copier.close()]);
    }
  },
});
