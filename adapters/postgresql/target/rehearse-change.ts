import type { ConnectionSettings } from '#core/contracts/database.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import {
  countUnfitStatement,
  describeLock,
  ownLocksStatement,
} from '#core/databases/postgresql/target/rehearse-change.ts';
import { toMillraceError } from '#core/errors/millrace-error.ts';
import {
  type RehearseChange,
  rehearsalLockTimeoutMs,
  rehearsalStatementTimeoutMs,
} from '#core/ports/table-changer.ts';
import { rewritesSince } from '#core/schema/partitions.ts';
import { type RehearsalSteps, rehearsalOptions, rehearseChange } from '../../databases/rehearse-flow.ts';
import { createExecutor, type Executor } from '../driver/executor.ts';
import { describeTable } from '../source/source-database.ts';

/** The statements run on the table itself, in a transaction that is rolled back. */
export const createRehearsal =
  (settings: ConnectionSettings): RehearseChange =>
  async (request) => {
    const { target, statements } = request;
    const executor = createExecutor(settings, rehearsalOptions);
    try {
      return await rehearseChange(request, {
        describe: () => describeTable(executor, target, 'target'),
        countUnfit: async (limit) => {
          const [row] = await executor.query('count rows', countUnfitStatement(target, limit), target);
          return Number(row?.found);
        },
        tryOut: (before) => tryAndRollBack(executor, before, statements),
      });
    } finally {
      await executor.close();
    }
  };

const tryAndRollBack = async (
  executor: Executor,
  before: TableDescription,
  statements: readonly string[],
): ReturnType<RehearsalSteps['tryOut']> => {
  const target = before.ref;
  let after: TableDescription | undefined;
  let modes: readonly string[] = [];
  const problems: string[] = [];
  let note: string | undefined;
  try {
    await executor.rehearse('try the change', async (run) => {
      for (const statement of statements) await run(statement);
      modes = (await run(ownLocksStatement(target))).map(({ mode }) => mode ?? '');
      after = await describeTable(
        { ...executor, query: (_action, statement) => run(statement) },
        target,
        'target',
      );
    });
  } catch (cause) {
    const error = toMillraceError(cause);
    if (error.code === 'DatabaseTimeout') {
      note =
        `The trial did not end: it waited ${rehearsalLockTimeoutMs / 1_000} s for the lock of the table, or ran for ` +
        `${rehearsalStatementTimeoutMs / 1_000} s. ${error.message}`;
    } else if (error.isTransient) throw error;
    else problems.push(error.message);
  }
  const lock = describeLock(modes);
  return {
    method: 'rolled-back',
    problems,
    ...(after !== undefined && {
      after,
      isRewritten:
        before.catalog !== undefined &&
        after.catalog !== undefined &&
        rewritesSince(before.catalog, after.catalog).size > 0,
    }),
    ...(lock !== undefined && { lock }),
    ...(note !== undefined && { note }),
  };
};
