/** Figures as people read them: short, with a unit, and aligned where they stand in columns. */

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

export const formatCount = (count: number): string => whole.format(count);
export const formatShortCount = (count: number): string =>
  count < 10_000 ? whole.format(count) : short.format(count);

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Powers of 1,000, as disks and networks are sold. */
export const formatBytes = (bytes: number): string => {
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < byteUnits.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${byteUnits[unit]}`;
};

/** A duration with its two largest units at most: `850 ms`, `3.2 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h`. */
export const formatDuration = (ms: number): string => {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return withRest(minutes, 'min', seconds % 60, 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return withRest(hours, 'h', minutes % 60, 'min');
  return withRest(Math.floor(hours / 24), 'd', hours % 24, 'h');
};

const withRest = (value: number, unit: string, rest: number, restUnit: string): string =>
  rest === 0 ? `${value} ${unit}` : `${value} ${unit} ${rest} ${restUnit}`;

/** `312/s`, `4.2/s`; what is not 0 is not shown as 0. */
export const formatRate = (perSecond: number): string =>
  perSecond === 0
    ? '0/s'
    : perSecond < 0.05
      ? '<0.1/s'
      : perSecond < 10
        ? `${perSecond.toFixed(1)}/s`
        : `${formatShortCount(Math.round(perSecond))}/s`;

export const formatPercent = (percent: number): string =>
  percent >= 100 || percent === 0 ? `${percent.toFixed(0)} %` : `${percent.toFixed(1)} %`;

const timeOfDay = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const dayAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** In the reader's time zone. */
export const formatClock = (at: Date): string => timeOfDay.format(at);
export const formatMoment = (at: Date): string => dayAndTime.format(at);
/** For a hover: what the logs say. */
export const formatUtc = (at: Date): string => `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** How long ago: `now`, `12 s ago`, `3 min ago`, `5 h ago`, `2 d ago`. */
export const formatAgo = (ms: number): string => {
  if (ms < 1_500) return 'now';
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s ago`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} d ago`;
};
