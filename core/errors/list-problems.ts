import type { Problem } from './millrace-error.ts';

/**
 * How long a list of problems in an error's message gets. Step Functions takes 32 KiB of an error, and a replication's item
 * in the state table has 50 KB for everything but its tables.
 */
export const maxListCharacters = 12_000;

/** One line for each problem, as many as the message of an error may have. */
export const listProblems = (problems: readonly Problem[]): string => {
  const lines: string[] = [];
  let length = 0;
  for (const { subject, problem, remedy } of problems) {
    const line = `- ${subject}: ${problem}${remedy === undefined ? '' : ` Remedy: ${remedy}`}`;
    length += line.length + 1;
    if (length > maxListCharacters) break;
    lines.push(line);
  }
  const left = problems.length - lines.length;
  if (left > 0) lines.push(`- ${left} more; POST /replications/{id}/validate lists all of them.`);
  return lines.join('\n');
};
