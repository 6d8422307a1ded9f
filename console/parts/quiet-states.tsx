import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ApiProblem, isForbidden, type Problem } from '../api/client.ts';

/** What a list shows while it is asked for the first time. */
export const Skeleton = ({ lines = 6 }: { readonly lines?: number }) => (
  <div className="skeleton" aria-busy="true">
    <span className="visually-hidden">Loading…</span>
    {Array.from({ length: lines }, (_, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the lines are alike and never move.
      <i key={index} style={{ width: `${88 - ((index * 17) % 40)}%` }} />
    ))}
  </div>
);

export const QuietState = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <div className="quiet-state">
    <h2>{title}</h2>
    {children}
  </div>
);

/** An error with what to do, or that the token may not see this. */
export const Failed = ({ error, retry }: { readonly error: unknown; readonly retry?: () => unknown }) => {
  if (isForbidden(error))
    return (
      <QuietState title="No permission">
        <p>{(error as Error).message} Ask the people who run this Millrace for a token that may.</p>
      </QuietState>
    );
  if (error instanceof ApiProblem && error.details.status === 404)
    return (
      <QuietState title="It is not here">
        <p>{error.message} It may have been deleted.</p>
        <a className="button" href="/">
          To the fleet
        </a>
      </QuietState>
    );
  return (
    <QuietState title="Could not load this">
      <p>{error instanceof Error ? error.message : String(error)}</p>
      {error instanceof ApiProblem && <p>{error.details.advice}</p>}
      {retry !== undefined && (
        <button type="button" onClick={() => void retry()}>
          Try again
        </button>
      )}
    </QuietState>
  );
};

/** What an action answered when it did not do it. */
export const ProblemBox = ({ error }: { readonly error: unknown }) => {
  if (error === null || error === undefined) return null;
  const details = error instanceof ApiProblem ? error.details : undefined;
  return (
    <div className="problem" role="alert">
      <b>{error instanceof Error ? error.message : String(error)}</b>
      {details !== undefined && <span>{details.advice}</span>}
      {details?.problems !== undefined && <ProblemList problems={details.problems} />}
    </div>
  );
};

export const ProblemList = ({ problems }: { readonly problems: readonly Problem[] }) => (
  <ul className="stack">
    {problems.map((problem) => (
      <li key={`${problem.subject} ${problem.message}`}>
        <b className="mono">{problem.subject}</b> {problem.message}
        {problem.remedy !== null && <pre className="sql">{problem.remedy}</pre>}
      </li>
    ))}
  </ul>
);

/** What stands where a query has no data yet: that it is loading, or why it could not be loaded. */
export const NotThere = ({
  query: { isError, error, refetch },
}: {
  readonly query: Pick<UseQueryResult, 'isError' | 'error' | 'refetch'>;
}) => (isError ? <Failed error={error} retry={refetch} /> : <Skeleton />);
