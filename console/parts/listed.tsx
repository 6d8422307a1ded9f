import type { ReactNode } from 'react';
import { ApiProblem, isForbidden } from '../api/client.ts';
import { Failed, Skeleton } from './quiet-states.tsx';

/** An error that makes what was read before worthless: it is gone, or may not be seen any more. */
const isFinal = (error: unknown): boolean =>
  isForbidden(error) || (error instanceof ApiProblem && error.details.status === 404);

interface Asked<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly refetch: () => unknown;
}

/**
 * The designed states of what is asked for: it loads, it could not be loaded, it may not be seen, it is gone. An answer of before stays
 * while others fail; `Freshness` says that it is stale.
 */
export const Loaded = <T,>({
  query,
  children,
}: {
  readonly query: Asked<T>;
  readonly children: (data: T) => ReactNode;
}): ReactNode => {
  const { data, error, refetch } = query;
  if (data !== undefined && !isFinal(error)) return children(data);
  return error === null || error === undefined ? <Skeleton /> : <Failed error={error} retry={refetch} />;
};

/** As `Loaded`, for a list: when it has nothing, `empty` says why and what comes next. */
export const Listed = <T,>({
  query,
  empty,
  children,
}: {
  readonly query: Asked<readonly T[]>;
  readonly empty: ReactNode;
  readonly children: (items: readonly T[]) => ReactNode;
}): ReactNode => <Loaded query={query}>{(items) => (items.length === 0 ? empty : children(items))}</Loaded>;
