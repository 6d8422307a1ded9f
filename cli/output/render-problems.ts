import type { ListedProblem } from '../cli-error.ts';
import type { Color, Paint } from './output.ts';

/** Two lines for each: what is wrong with what, and what to do. */
export const renderProblems = (
  label: string,
  color: Color,
  problems: readonly ListedProblem[],
  paint: Paint,
): readonly string[] =>
  problems.flatMap(({ subject, message, remedy }) => [
    `${paint(color, label)}  ${paint('bold', subject)}: ${message}`,
    ...(remedy === null || remedy === undefined || remedy === ''
      ? []
      : [`${' '.repeat(label.length)}  ${paint('gray', 'fix:')} ${remedy}`]),
  ]);
