import { createHash } from 'node:crypto';
import { fencedError } from '#core/apply/checkpoint-refusals.ts';
import type { ConnectionSettings } from '#core/contracts/database.ts';
import { tableLabel } from '#core/contracts/identifiers.ts';
import type { TargetOwner } from '#core/contracts/target-owner.ts';
import { planChange } from '#core/databases/mysql/target/change-table.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { changeLockTimeoutMs, changeTimeoutMs, type TableChanger } from '#core/ports/table-changer.ts';
import { createExecutor } from '../driver/executor.ts';
import { findCheckpoint } from './checkpoints.ts';
import { describeTable } from './describe-table.ts';
import { createRehearsal } from './rehearse-change.ts';

/** The longest name of a lock (MySQL manual, 14.14). */
const maxLockName = 64;

/**
 * ALTER TABLE commits by itself, so it cannot be of one transaction with the checkpoint. Instead, the session holds a lock by name while
 * it looks at the checkpoint and changes the table. A consumer that was replaced either finds the checkpoint taken, or changes the
 * table before its successor gets the lock, which then finds it changed. The lock ends with the session.
 */
export const openTableChanger = (settings: ConnectionSettings, owner: TargetOwner): TableChanger => {
  const executor = createExecutor(settings, {
    applicationName: 'millrace-consumer',
    access: 'write',
    maxConnections: 1,
    statementTimeoutMs: changeTimeoutMs,
    lockTimeoutMs: changeLockTimeoutMs,
  });
  return {
    plan: async (change) => {
      const target = await describeTable(executor, change.target);
      const facts = await executor.facts('read the catalog');
      return target === undefined
        ? { statements: [], problems: [`there is no table ${tableLabel(change.target)}`] }
        : planChange(change, target, facts);
    },
    execute: ({ topic, partition, epoch, nextOffset }, target, statements) =>
      executor.use(
        'change the table',
        async (connection) => {
          const name = lockName(owner, topic);
          const { rows } = await connection.query({
            text: 'SELECT GET_LOCK(?, ?) AS taken',
            values: [name, String(changeLockTimeoutMs / 1_000)],
          });
          if (rows[0]?.taken !== '1') {
            throw new MillraceError(
              'DatabaseTimeout',
              `Cannot change the table ${tableLabel(target)}: another session is changing it.`,
            );
          }
          const checkpoint = await findCheckpoint(connection, owner, topic, partition);
          if (checkpoint?.epoch !== epoch || checkpoint.nextOffset !== nextOffset) {
            throw fencedError(owner.replicationId);
          }
          for (const statement of statements) await connection.query(statement);
          await connection.query({ text: 'SELECT RELEASE_LOCK(?) AS released', values: [name] });
        },
        target,
      ),
    rehearse: createRehearsal(settings),
    close: () => executor.close(),
  };
};

const lockName = ({ installationId, replicationId }: TargetOwner, topic: string): string =>
  `millrace_${replicationId}_${createHash('sha256').update(`${installationId} ${topic}`).digest('hex')}`.slice(
    0,
    maxLockName,
  );
