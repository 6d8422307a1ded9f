import { formatAgo, formatDuration, formatMoment, formatUtc } from '../format/figures.ts';
import { useNow } from './clock.ts';

/** A time of the reader's own zone, with UTC on hover. */
export const Moment = ({ at }: { readonly at: string }) => {
  const date = new Date(at);
  return (
    <time dateTime={at} title={formatUtc(date)} className="nowrap">
      {formatMoment(date)}
    </time>
  );
};

export const Ago = ({ at }: { readonly at: string }) => {
  const nowMs = useNow();
  const date = new Date(at);
  return (
    <time dateTime={at} title={formatUtc(date)} className="nowrap">
      {formatAgo(Math.max(0, nowMs - date.getTime()))}
    </time>
  );
};

/** How long something has lasted. */
export const Lasting = ({ since }: { readonly since: string }) => {
  const nowMs = useNow();
  const date = new Date(since);
  return (
    <time dateTime={since} title={`Since ${formatUtc(date)}`} className="nowrap">
      {formatDuration(Math.max(0, nowMs - date.getTime()))}
    </time>
  );
};
