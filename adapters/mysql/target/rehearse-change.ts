import type { ConnectionSettings } from '#core/contracts/database.ts';
import {
  alterWays,
  countUnfitStatement,
  createCopyStatement,
  dropCopyStatement,
  namesAlgorithm,
  onCopy,
  rehearsalTable,
} from '#core/databases/mysql/target/rehearse-change.ts';
import { type MillraceError, toMillraceError } from '#core/errors/millrace-error.ts';
import type { RehearsalRequest, RehearsalResult, RehearseChange } from '#core/ports/table-changer.ts';
import { type RehearsalSteps, rehearsalOptions, rehearseChange } from '../../databases/rehearse-flow.ts';
import { createExecutor, type Executor } from '../driver/executor.ts';
import { describeTable } from './describe-table.ts';

/** ALTER TABLE commits by itself here, so the statements run on a copy of the table without rows. */
export const createRehearsal =
  (settings: ConnectionSettings): RehearseChange =>
  async (request) => {
    const { target, statements } = request;
    const executor = createExecutor(settings, { ...rehearsalOptions, access: 'write' });
    try {
      return await rehearseChange(request, {
        describe: () => describeTable(executor, target),
        countUnfit: async (limit) => {
          const [row] = await executor.query('count rows', countUnfitStatement(target, limit), target);
          return Number(row?.found);
        },
        tryOut: () => tryOnCopy(executor, target, statements),
      });
    } finally {
      await executor.close();
    }
  };

const tryOnCopy = async (
  executor: Executor,
  target: RehearsalRequest['target'],
  statements: readonly string[],
): ReturnType<RehearsalSteps['tryOut']> => {
  const run = (statement: string) => executor.query('try the change', statement, target);
  const problems: string[] = [];
  const ways: (typeof alterWays)[number][] = [];
  let isComplete = true;
  let after: RehearsalResult['after'];
  try {
    await run(dropCopyStatement(target));
    await run(createCopyStatement(target));
    for (const statement of statements) {
      if (namesAlgorithm(statement)) {
        await run(onCopy(statement, target));
        isComplete = false;
      } else ways.push(await alterCopy(run, statement, target));
    }
    const copy = await describeTable(executor, rehearsalTable(target));
    after = copy && { ...copy, ref: target };
  } catch (cause) {
    const error = toMillraceError(cause);
    if (error.isTransient && error.code !== 'DatabaseTimeout') throw error;
    problems.push(error.message.replaceAll(rehearsalTable(target).table, target.table));
  } finally {
    await run(dropCopyStatement(target)).catch(() => undefined);
  }
  // The hardest of them.
  const hardest = ways.toSorted((one, other) => alterWays.indexOf(one) - alterWays.indexOf(other)).at(-1);
  return {
    method: 'empty-copy',
    problems,
    ...(after !== undefined && { after }),
    ...(problems.length === 0 &&
      isComplete &&
      hardest !== undefined && {
        lock: hardest.lock,
        ...(hardest.isRewritten !== undefined && { isRewritten: hardest.isRewritten }),
      }),
  };
};

/** In the mildest way that the server takes. Throws what it says without a way of its own. */
const alterCopy = async (
  run: (statement: string) => Promise<unknown>,
  statement: string,
  target: RehearsalRequest['target'],
): Promise<(typeof alterWays)[number]> => {
  let refusal: MillraceError | undefined;
  for (const way of alterWays) {
    try {
      await run(onCopy(statement, target, way.clause));
      return way;
    } catch (cause) {
      const error = toMillraceError(cause);
      if (error.isTransient) throw error;
      refusal = error;
    }
  }
  throw refusal ?? new TypeError('There is no way to alter a table.');
};
