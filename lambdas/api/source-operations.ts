import { z } from 'zod';
import { withOpened } from '#core/concurrency/with-opened.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { engineOf } from '#core/databases/registry.ts';
import { toMillraceError } from '#core/errors/millrace-error.ts';
import { defineOperation, type Operation } from './operation.ts';
import type { ApiPorts } from './ports.ts';
import { gatherStatus } from './replication-status.ts';
import { pathIdSchema } from './shared-contracts.ts';
import { sourceSafetySchema } from './source-contracts.ts';

type SourceSafety = z.input<typeof sourceSafetySchema>;

/** An answer names at most so many; a source with more of them has another problem. */
const maxTransactions = 100;

/** What a replication costs its source, as the health check has seen it; open transactions are asked for at the source itself. */
export const sourceOperations: readonly Operation[] = [
  defineOperation({
    id: 'getSourceSafety',
    method: 'GET',
    path: '/replications/{replication_id}/source',
    summary:
      'What the source keeps for a replication: its log against the limit, how fast that grows, who reads it, open transactions.',
    params: z.strictObject({ replication_id: pathIdSchema }),
    status: 200,
    answer: sourceSafetySchema,
    errors: ['NotFound'],
    run: async ({ clientId, params }, ports) => {
      const replication = await ports.store.getReplication(clientId, params.replication_id);
      const [{ status, sourceLog }, transactions] = await Promise.all([
        gatherStatus(replication, ports),
        readTransactions(replication, ports),
      ]);
      return {
        replication_id: replication.replicationId,
        read_at: sourceLog?.readAt ?? null,
        failure:
          sourceLog?.failure === undefined
            ? null
            : { message: sourceLog.failure.message, since: sourceLog.failure.since },
        retained_bytes: sourceLog?.retainedBytes ?? null,
        limit_bytes: sourceLog?.limitBytes ?? null,
        kept_ms: sourceLog?.keptMs ?? null,
        bytes_per_minute: status.retained.bytesPerMinute ?? null,
        minutes_to_loss: status.retained.minutesToLoss ?? null,
        position: sourceLog?.position ?? null,
        captured_position: sourceLog?.captured ?? null,
        ahead_bytes: sourceLog?.aheadBytes ?? null,
        reader:
          sourceLog?.reader === undefined
            ? null
            : { is_reading: sourceLog.reader.isReading, since: sourceLog.reader.since },
        objects: status.sourceObjects.map(({ kind, name, keepsLog }) => ({
          kind,
          name,
          keeps_log: keepsLog,
        })),
        ...transactions,
        warnings: [...status.warnings],
      };
    },
  }),
];

/** A source that does not answer is no reason to tell nothing of what was seen of it before. */
const readTransactions = async (
  replication: Replication,
  { store, openSource }: ApiPorts,
): Promise<Pick<SourceSafety, 'open_transactions' | 'open_transactions_message'>> => {
  const database = await store.getDatabase(replication.clientId, replication.sourceDatabaseId);
  try {
    return await withOpened(async (keep) => {
      const source = keep(await openSource(database));
      if (source.listOpenTransactions === undefined)
        return {
          open_transactions: null,
          open_transactions_message: `${engineOf(database.kind).displayName} keeps no log for open transactions that Millrace could tell.`,
        };
      const found = await source.listOpenTransactions();
      return {
        open_transactions: found.slice(0, maxTransactions),
        open_transactions_message:
          found.length > maxTransactions ? `The oldest ${maxTransactions} of ${found.length}.` : null,
      };
    });
  } catch (error) {
    return {
      open_transactions: null,
      open_transactions_message: `The source could not be asked: ${toMillraceError(error).message}`,
    };
  }
};
