import { tableLabel } from '#core/contracts/identifiers.ts';
import type { Problem } from '#core/errors/millrace-error.ts';
import type { TableDescription } from '#core/ports/databases.ts';
import type { ApiPorts } from './ports.ts';

/** Why a table cannot be replicated; none means that it can. */
export const tableProblems = (
  table: TableDescription,
  columnProblem: ApiPorts['columnProblem'],
): readonly Problem[] => {
  const subject = tableLabel(table.ref);
  if (table.relationKind !== 'table')
    return [
      {
        subject,
        problem: `It is a ${table.relationKind.replace('-', ' ')}; only ordinary tables can be replicated.`,
        ...(table.relationKind === 'partitioned-table' ? { remedy: 'Replicate its partitions.' } : {}),
      },
    ];
  const problems: Problem[] = [];
  if (table.primaryKey.length === 0)
    problems.push({
      subject,
      problem: 'It has no primary key, so its rows cannot be told apart.',
      remedy: 'Add a primary key at the source.',
    });
  for (const column of table.columns) {
    const problem = columnProblem(column);
    if (problem !== undefined) problems.push({ subject: `${subject}.${column.name}`, problem });
  }
  return problems;
};
