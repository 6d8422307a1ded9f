import type { OraclePool, OracleSession, Row } from '#adapters/oracle/driver/connection.ts';
import type { Statement } from '#core/databases/oracle/statement.ts';

/** Answers by the first pattern that a statement's text matches; an Error is thrown. */
export type Answers = readonly (readonly [RegExp, readonly Row[] | Error | (() => readonly Row[])])[];

/** As node-oracledb throws it. */
export const oracleFailure = (code: string): Error =>
  Object.assign(new Error(`${code}: something`), { code });

/**
 * A pool over recorded answers, at the port that the adapter has towards the driver. `calls` are the statements that were
 * run, `released` how connections came back.
 */
export const createFakePool = (
  answers: Answers,
  stream?: (statement: Statement, batchRows: number) => AsyncIterable<readonly (readonly unknown[])[]>,
) => {
  const calls: Statement[] = [];
  const released: ('kept' | 'broken')[] = [];
  let cuts = 0;
  let closes = 0;
  const answer = (statement: Statement): readonly Row[] => {
    calls.push(statement);
    const found = answers.find(([pattern]) => pattern.test(statement.text));
    if (found === undefined) throw new Error(`No answer for ${statement.text}`);
    const [, result] = found;
    if (result instanceof Error) throw result;
    return typeof result === 'function' ? result() : result;
  };
  const session: OracleSession = {
    query: async (statement) => answer(statement),
    run: async (text) => {
      answer({ text });
    },
    stream: (statement, batchRows) => {
      calls.push(statement);
      if (stream === undefined) throw new Error('Nothing to stream.');
      return stream(statement, batchRows);
    },
    cut: () => {
      cuts += 1;
    },
    release: async (isBroken = false) => {
      released.push(isBroken ? 'broken' : 'kept');
    },
  };
  const pool: OraclePool = {
    acquire: async () => session,
    close: async () => {
      closes += 1;
    },
  };
  return {
    pool,
    calls,
    released,
    cuts: () => cuts,
    closes: () => closes,
  };
};
