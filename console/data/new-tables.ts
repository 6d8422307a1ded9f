import { ApiProblem, api, etagOf, type ProblemDetails, type Replication, unwrap } from '../api/client.ts';
import { shellQuoted } from '../format/shell.ts';
import { ofClient, ofReplication } from './queries.ts';

/** Which tables of the source join a replication as they are created: patterns `schema.table` with `*` and `?`. */
export interface TablePatterns {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** One on a line. */
export const toPatterns = (text: string): readonly string[] => [
  ...new Set(
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  ),
];

export const patternText = (patterns: readonly string[]): string => patterns.join('\n');

/** Throws `ApiProblem`: `PreconditionFailed` when someone has chosen others since `before` was read. None is included: no table joins. */
export const setNewTables = async (
  clientId: number,
  id: number,
  before: TablePatterns | null,
  { include, exclude }: TablePatterns,
): Promise<Replication> => {
  const params = { path: ofReplication(id), query: ofClient(clientId) };
  const answer = api.GET('/v1/replications/{replication_id}', { params });
  const { new_tables: current } = await unwrap(answer);
  if (describe(current) !== describe(before)) throw new ApiProblem(changedMeanwhile);
  const etag = etagOf((await answer).response);
  return unwrap(
    api.PATCH('/v1/replications/{replication_id}', {
      params: { ...params, header: etag === null ? {} : { 'If-Match': etag } },
      body: {
        new_tables: include.length === 0 ? null : { include: [...include], exclude: [...exclude] },
      },
    }),
  );
};

const changedMeanwhile: ProblemDetails = {
  type: 'about:blank',
  title: 'PreconditionFailed',
  status: 412,
  detail: 'Someone has changed which tables join since this was opened.',
  code: 'PreconditionFailed',
  advice: 'Close this, look at what is chosen now, and change that.',
  request_id: '',
};

const describe = (patterns: TablePatterns | null): string =>
  JSON.stringify([patterns?.include ?? [], patterns?.exclude ?? []]);

/** Whether both let the same tables join. What is left out of none is nothing. */
export const isSamePatterns = (one: TablePatterns | null, other: TablePatterns): boolean =>
  describe(one) === describe(other.include.length === 0 ? null : other);

/** The line that does the same. */
export const newTablesLine = (
  id: number,
  before: TablePatterns | null,
  { include, exclude }: TablePatterns,
): string => {
  const command = `millrace new-tables ${id}`;
  if (include.length === 0) return `${command} --off`;
  return [
    command,
    ...patternOptions({ include, exclude }),
    ...(exclude.length === 0 && (before?.exclude ?? []).length > 0 ? ['--clear-exclude'] : []),
  ].join(' ');
};

const patternOptions = ({ include, exclude }: TablePatterns): readonly string[] => [
  ...include.map((pattern) => `--include ${shellQuoted(pattern)}`),
  ...exclude.map((pattern) => `--exclude ${shellQuoted(pattern)}`),
];
