/** Numbers, sizes and times as people read them. */

export const formatCount = (count: number): string => count.toLocaleString('en');

export const plural = (count: number, what: string): string =>
  `${formatCount(count)} ${what}${count === 1 ? '' : 's'}`;

const sizeUnits = ['bytes', 'KB', 'MB', 'GB', 'TB', 'PB'] as const;

export const formatBytes = (bytes: number): string => {
  let [value, unit] = [bytes, 0];
  while (value >= 1_000 && unit < sizeUnits.length - 1) [value, unit] = [value / 1_000, unit + 1];
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${sizeUnits[unit]}`;
};

/** The two largest units: `1 h 5 min`, `40 s`, `12 ms`. */
export const formatDuration = (durationMs: number): string => {
  if (durationMs < 1_000) return `${Math.round(durationMs)} ms`;
  const seconds = Math.round(durationMs / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return join(minutes, 'min', seconds % 60, 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return join(hours, 'h', minutes % 60, 'min');
  return join(Math.floor(hours / 24), 'd', hours % 24, 'h');
};

const join = (big: number, bigUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;

/** How long ago an instant is. */
export const formatAge = (instant: string, now: Date): string =>
  `${formatDuration(Math.max(0, now.getTime() - Date.parse(instant)))} ago`;

/** To the second, in the zone of the person who reads. */
export const formatInstant = (instant: string): string => {
  const date = new Date(instant);
  const pad = (value: number): string => String(value).padStart(2, '0');
  const day = [date.getFullYear(), pad(date.getMonth() + 1), pad(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(pad).join(':')}`;
};

const durationUnitsMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90s`, `10m`, `2h` as milliseconds; undefined for anything else. */
export const parseDuration = (text: string): number | undefined => {
  const [, amount, unit] = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  return Math.round(Number(amount) * durationUnitsMs[unit as keyof typeof durationUnitsMs]);
};

const barCells = 16;

/** `██████░░░░░░░░░░  37 %` */
export const progressBar = (percent: number): string => {
  const shown = Math.min(100, Math.max(0, Math.floor(percent)));
  const full = Math.round((shown / 100) * barCells);
  return `${'█'.repeat(full)}${'░'.repeat(barCells - full)} ${String(shown).padStart(3)} %`;
};
