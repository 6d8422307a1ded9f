import type { Replication } from '../contracts/replication.ts';
import type { SourceObject } from '../ports/source-dialect.ts';

/** Whether a start has come so far that it may have created something at the source. */
export const isAtSource = ({
  capturedSince,
  copyGeneration,
}: Pick<Replication, 'capturedSince' | 'copyGeneration'>): boolean =>
  // Replications that were stored before `capturedSince` was lack it, but every one with a copy has been captured.
  capturedSince !== undefined || copyGeneration > 0;

/** What a source does for a replication that is not captured from it, one sentence each. */
export const describeKeptLog = (objects: readonly SourceObject[]): readonly string[] =>
  objects
    .filter(({ keepsLog }) => keepsLog)
    .map(
      ({ kind, name }) =>
        `The source keeps its log for ${kind} ${name} while no connector reads it, so its disk fills as it writes`,
    );

/** What a failed start leaves at the source; empty when a source of the kind gets nothing. */
export const describeObjects = (objects: readonly SourceObject[]): string =>
  objects.length === 0
    ? ''
    : `What was created at the source stays there: ${objects.map(({ kind, name }) => `${kind} ${name}`).join(', ')}. ` +
      `${describeKeptLog(objects)
        .map((sentence) => `${sentence}.`)
        .join(' ')}`.trimEnd();
