import { formatAgo, formatClock, formatUtc } from '../format/figures.ts';
import { useNow } from './clock.ts';

interface Polled {
  readonly dataUpdatedAt: number;
  readonly isError: boolean;
  readonly errorUpdateCount: number;
}

/** After this many failed polls, or this long without an answer that was tried for, what is shown is called stale. */
const staleAfterMs = 45_000;

/** Says how old the screen is: `live · 2 s ago`, or since when it could not be brought up to date. */
export const Freshness = ({ query }: { readonly query: Polled }) => {
  const nowMs = useNow();
  if (query.dataUpdatedAt === 0) return null;
  const at = new Date(query.dataUpdatedAt);
  const ageMs = Math.max(0, nowMs - query.dataUpdatedAt);
  const isStale = (query.isError && ageMs > 6_000) || ageMs > staleAfterMs;
  return (
    <span className="freshness" data-stale={isStale} title={formatUtc(at)}>
      {isStale ? `stale since ${formatClock(at)}` : `live · ${formatAgo(ageMs)}`}
    </span>
  );
};
