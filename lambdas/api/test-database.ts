import type { Database } from '#core/contracts/database.ts';
import type { Problem } from '#core/errors/millrace-error.ts';
import type { SourceDatabase, TargetDatabase } from '#core/ports/databases.ts';
import type { ApiPorts } from './ports.ts';

export interface DatabaseTest {
  readonly serverVersion: string;
  readonly connectMs: number;
  readonly latencyMs: number;
  readonly sourceProblems: readonly Problem[];
  readonly targetProblems: readonly Problem[];
}

/** Names that no capture of ours has, since none is looked for here. */
const noCapture = {
  slotName: 'millrace_connection_test',
  publicationName: 'millrace_connection_test',
} as const;

/** Connects as a source and as a target. Throws what keeps it from connecting at all. */
export const testDatabase = async (
  database: Database,
  { openSource, openTarget, clock }: Pick<ApiPorts, 'openSource' | 'openTarget' | 'clock'>,
): Promise<DatabaseTest> => {
  const elapsed = async (action: () => Promise<unknown>): Promise<number> => {
    const startedMs = clock.now().getTime();
    await action();
    return clock.now().getTime() - startedMs;
  };

  const source: SourceDatabase = await openSource(database);
  try {
    let serverVersion = '';
    const connectMs = await elapsed(async () => {
      ({ serverVersion } = await source.ping());
    });
    const latencyMs = await elapsed(() => source.ping());
    const sourceProblems = await source.findCaptureProblems(noCapture);
    const target: TargetDatabase = await openTarget(database);
    try {
      const targetProblems = await target.findWriteProblems([target.dialect.defaultSchema(database)]);
      return { serverVersion, connectMs, latencyMs, sourceProblems, targetProblems };
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
};
