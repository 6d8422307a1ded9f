import { withOpened } from '#core/concurrency/with-opened.ts';
import type { Database } from '#core/contracts/database.ts';
import { MillraceError, type Problem } from '#core/errors/millrace-error.ts';
import { findKindProblems, kindProblem } from '#core/validation/kind-problems.ts';
import type { ApiPorts } from './ports.ts';

export interface DatabaseTest {
  readonly serverVersion: string;
  readonly connectMs: number;
  readonly latencyMs: number;
  readonly sourceProblems: readonly Problem[];
  readonly targetProblems: readonly Problem[];
}

/** Names that no capture by Millrace has, since none is looked for here. */
const noCapture = {
  slotName: 'millrace_connection_test',
  publicationName: 'millrace_connection_test',
} as const;

type TestPorts = Pick<ApiPorts, 'openSource' | 'openTarget' | 'detectServer' | 'clock'>;

/**
 * Connects as a source and as a target. Throws what keeps it from connecting at all, which is `ValidationFailed` when the
 * server is of another kind than was registered.
 */
export const testDatabase = async (
  database: Database,
  { openSource, openTarget, detectServer, clock }: TestPorts,
): Promise<DatabaseTest> => {
  const elapsed = async (action: () => Promise<unknown>): Promise<number> => {
    const startedMs = clock.now().getTime();
    await action();
    return clock.now().getTime() - startedMs;
  };

  return withOpened(async (keep) => {
    const source = keep(await openSource(database));
    let serverVersion = '';
    const connectMs = await elapsed(async () => {
      ({ serverVersion } = await source
        .ping()
        .catch((error: unknown) => explain(error, database, detectServer)));
    });
    const kindProblems = findKindProblems(`database ${database.name}`, database, {
      dialect: source.dialect,
      serverVersion,
    });
    const latencyMs = await elapsed(() => source.ping());
    const sourceProblems = await source.findCaptureProblems(noCapture);
    const target = keep(await openTarget(database));
    const targetProblems = await target.findWriteProblems([target.dialect.defaultSchema(database)]);
    return {
      serverVersion,
      connectMs,
      latencyMs,
      sourceProblems: [...kindProblems, ...sourceProblems],
      targetProblems: [...kindProblems, ...targetProblems],
    };
  });
};

/** Another kind of server makes nothing but noise of a login, so it is asked what it is. */
const explain = async (
  error: unknown,
  database: Database,
  detectServer: ApiPorts['detectServer'],
): Promise<never> => {
  const found = await detectServer(database.host, database.port).catch(() => undefined);
  if (found === undefined || found.kind === database.kind) throw error;
  const problem = kindProblem(`database ${database.name}`, database, found);
  throw new MillraceError('ValidationFailed', problem.problem, {
    cause: error,
    facts: { problems: [problem] },
  });
};
