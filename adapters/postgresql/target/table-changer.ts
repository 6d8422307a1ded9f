import { fencedError } from '#core/apply/checkpoint-refusals.ts';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import { tableLabel } from '#core/contracts/identifiers.ts';
import type { TargetOwner } from '#core/contracts/target-owner.ts';
import { planChange } from '#core/databases/postgresql/target/change-table.ts';
import { checkpointStatements } from '#core/databases/postgresql/target/checkpoints.ts';
import { changeLockTimeoutMs, changeTimeoutMs, type TableChanger } from '#core/ports/table-changer.ts';
import { createExecutor } from '../driver/executor.ts';
import { describeTable } from '../source/source-database.ts';
import { createRehearsal } from './rehearse-change.ts';

/** Statements and checkpoint are of one transaction: a consumer that was replaced changes nothing. */
export const openTableChanger = (settings: ConnectionSettings, owner: TargetOwner): TableChanger => {
  const executor = createExecutor(settings, {
    applicationName: 'millrace-consumer',
    maxConnections: 1,
    statementTimeoutMs: changeTimeoutMs,
    lockTimeoutMs: changeLockTimeoutMs,
  });
  return {
    plan: async (change) => {
      const target = await describeTable(executor, change.target, 'target');
      return target === undefined
        ? { statements: [], problems: [`there is no table ${tableLabel(change.target)}`] }
        : planChange(change, target);
    },
    execute: ({ topic, partition, epoch, nextOffset }, target, statements) =>
      executor.transaction(
        'change the table',
        async (run) => {
          const found = await run({
            text: checkpointStatements(owner).lockCheckpoint,
            values: [
              String(owner.replicationId),
              topic,
              String(partition),
              String(epoch),
              String(nextOffset),
            ],
          });
          if (found.length === 0) throw fencedError(owner.replicationId);
          for (const statement of statements) await run(statement);
        },
        target,
      ),
    rehearse: createRehearsal(settings),
    close: () => executor.close(),
  };
};
