import { plural } from '../output/format-values.ts';
import type { Color, Paint } from '../output/output.ts';
import { renderProblems } from '../output/render-problems.ts';
import type { Plan, PlannedChange } from './plan.ts';

const signs: Readonly<Record<PlannedChange['action'], readonly [sign: string, color: Color]>> = {
  add: ['+', 'green'],
  change: ['~', 'yellow'],
  delete: ['-', 'red'],
};

/** A plan as a diff. */
export const renderPlan = (
  { changes, problems, undeclared }: Omit<Plan, 'steps'>,
  paint: Paint,
): readonly string[] => {
  const count = (action: PlannedChange['action']): number =>
    changes.filter((change) => change.action === action).length;
  return [
    ...changes.flatMap(({ action, what, name, details }) => {
      const [sign, color] = signs[action];
      return [paint(color, `${sign} ${what} ${name}`), ...details.map((detail) => `    ${detail}`)];
    }),
    ...renderProblems('FAIL', 'red', problems, paint),
    ...undeclared.map((item) => paint('gray', `  ${item} is not in the files; --prune would delete it`)),
    changes.length === 0
      ? 'No changes.'
      : `${count('add')} to add, ${count('change')} to change, ${count('delete')} to delete.`,
    ...(problems.length === 0
      ? []
      : [`${plural(problems.length, 'problem')} to solve before it can be applied.`]),
  ];
};
