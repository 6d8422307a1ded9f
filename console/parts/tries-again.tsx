import { formatDuration, formatUtc } from '../format/figures.ts';
import { useNow } from './clock.ts';

/** When Millrace tries again what has failed: health checks come once a minute. */
export const TriesAgain = ({ at }: { readonly at: string }) => {
  const leftMs = Date.parse(at) - useNow();
  return (
    <time dateTime={at} title={formatUtc(new Date(at))}>
      {leftMs > 0 ? `in ${formatDuration(leftMs)}` : 'with the next health check, within a minute'}
    </time>
  );
};
