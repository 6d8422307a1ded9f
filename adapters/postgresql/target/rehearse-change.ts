import type { ConnectionSettings } from '#core/contracts/database.ts';
import { tableLabel } from '#core/contracts/identifiers.ts';
import type { UnfitRows } from '#core/contracts/schema-change.ts';
import type { TableDescription } from '#core/contracts/table-description.ts';
import {
  countUnfitStatement,
  describeLock,
  ownLocksStatement,
} from '#core/databases/postgresql/target/rehearse-change.ts';
import { toMillraceError } from '#core/errors/millrace-error.ts';
import {
  type RehearsalRequest,
  type RehearsalResult,
  type RehearseChange,
  rehearsalLockTimeoutMs,
  rehearsalStatementTimeoutMs,
} from '#core/ports/table-changer.ts';
import { describeUnfit } from '#core/schema/describe-unfit.ts';
import { createExecutor, type Executor } from '../driver/executor.ts';
import { describeTable } from '../source/source-database.ts';

/** The statements run on the table itself, in a transaction that is rolled back. */
export const createRehearsal =
  (settings: ConnectionSettings): RehearseChange =>
  async (request) => {
    const executor = createExecutor(settings, {
      applicationName: 'millrace-rehearsal',
      maxConnections: 1,
      statementTimeoutMs: rehearsalStatementTimeoutMs,
      lockTimeoutMs: rehearsalLockTimeoutMs,
    });
    try {
      return await rehearse(executor, request);
    } finally {
      await executor.close();
    }
  };

const rehearse = async (
  executor: Executor,
  { target, statements, limits }: RehearsalRequest,
): Promise<RehearsalResult> => {
  const begunMs = performance.now();
  const before = await describeTable(executor, target);
  const unfit: UnfitRows[] = [];
  for (const limit of limits) unfit.push(describeUnfit(limit, await count(executor, target, limit)));
  const common = {
    unfit,
    ...(before !== undefined && { estimatedRows: before.estimatedRows }),
  };
  const took = (): number => Math.round(performance.now() - begunMs);
  if (before === undefined) {
    const problem = `There is no target table ${tableLabel(target)}.`;
    return { ...common, method: 'counted', problems: [problem], durationMs: took() };
  }
  if (statements.length === 0) return { ...common, method: 'counted', problems: [], durationMs: took() };
  let after: TableDescription | undefined;
  let modes: readonly string[] = [];
  const problems: string[] = [];
  let note: string | undefined;
  try {
    await executor.rehearse('try the change', async (run) => {
      for (const statement of statements) await run(statement);
      modes = (await run(ownLocksStatement(target))).map(({ mode }) => mode ?? '');
      after = await describeTable({ ...executor, query: (_action, statement) => run(statement) }, target);
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
    ...common,
    method: 'rolled-back',
    problems,
    ...(after !== undefined && {
      after,
      isRewritten: after.catalog?.storageId !== before.catalog?.storageId,
    }),
    ...(lock !== undefined && { lock }),
    ...(note !== undefined && { note }),
    durationMs: took(),
  };
};

/** Undefined where counting takes too long, or the column cannot be compared so. */
const count = async (
  executor: Executor,
  target: RehearsalRequest['target'],
  limit: RehearsalRequest['limits'][number],
): Promise<number | undefined> => {
  try {
    const [row] = await executor.query('count rows', countUnfitStatement(target, limit), target);
    return Number(row?.found);
  } catch (cause) {
    const error = toMillraceError(cause);
    if (error.isTransient && error.code !== 'DatabaseTimeout') throw error;
    return undefined;
  }
};
