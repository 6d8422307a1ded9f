const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** For people, rounded down: `45 s`, `7 m`, `2 h 5 m`. */
export const durationOf = (ms: number): string => {
  if (ms < minute) return `${Math.max(0, Math.floor(ms / second))} s`;
  if (ms < hour) return `${Math.floor(ms / minute)} m`;
  const minutes = Math.floor((ms % hour) / minute);
  return minutes === 0 ? `${Math.floor(ms / hour)} h` : `${Math.floor(ms / hour)} h ${minutes} m`;
};

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** For people: `512 B`, `25.0 MiB`. */
export const bytesOf = (bytes: number): string => {
  let amount = bytes;
  let unit = 0;
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${amount} B` : `${amount.toFixed(1)} ${units[unit]}`;
};
