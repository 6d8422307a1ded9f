/**
 * Writes the canonical text of a value from the bytes that the SELECT returned, UTF-8 to UTF-8, to `to` from `at` on, where
 * there is room for the bytes and `transcodeMargin` more. Returns where it ends, or -1 for a value that is left to
 * `fromSelect`. It never differs from `fromSelect`: it is the way around a string for those values that nearly all are.
 */
export type Transcode = (from: Uint8Array, start: number, end: number, to: Uint8Array, at: number) => number;

/** How much longer the canonical text may be: by the zone of an instant. */
export const transcodeMargin = 3;

const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;
const nine = 0x39;
const colon = 0x3a;
const blank = 0x20;
const plus = 0x2b;

/** From here on a call that copies all of them costs less than a loop. */
const longBytes = 48;

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= zero && byte <= nine;

/** A text as it is. */
export const copyBytes: Transcode = (from, start, end, to, at) => {
  if (end - start >= longBytes) {
    to.set(from.subarray(start, end), at);
    return at + end - start;
  }
  let next = at;
  for (let index = start; index < end; index += 1) {
    to[next] = from[index] ?? 0;
    next += 1;
  }
  return next;
};

/** Whole numbers and such with a fraction, unless they are padded with zeros. */
export const copyNumber: Transcode = (from, start, end, to, at) => {
  const first = from[start] === minus ? start + 1 : start;
  if (from[first] === zero && first + 1 < end && from[first + 1] !== point) return -1;
  if (first === end || (from[first] === zero && first > start && first + 1 === end)) return -1;
  for (let index = first; index < end; index += 1) {
    if (!isDigit(from[index]) && from[index] !== point) return -1;
  }
  return copyBytes(from, start, end, to, at);
};

const dateLength = 10;
const dateTimeLength = 19;

const isDate = (from: Uint8Array, start: number): boolean =>
  from[start + 4] === minus && from[start + 7] === minus;

const isZeroPair = (from: Uint8Array, at: number): boolean => from[at] === zero && from[at + 1] === zero;

export const copyDate: Transcode = (from, start, end, to, at) =>
  end - start === dateLength && isDate(from, start) ? copyBytes(from, start, end, to, at) : -1;

/** Without the zeros at the end of the fraction, of which the server writes as many digits as are declared. */
export const copyDateTime: Transcode = (from, start, end, to, at) => {
  const length = end - start;
  if (length < dateTimeLength || !isDate(from, start)) return -1;
  if (from[start + dateLength] !== blank || from[start + 13] !== colon) return -1;
  let last = end;
  if (length > dateTimeLength) {
    if (from[start + dateTimeLength] !== point) return -1;
    while (from[last - 1] === zero) last -= 1;
    if (from[last - 1] === point) last -= 1;
  }
  return copyBytes(from, start, last, to, at);
};

/** With the zone of the session, which is UTC. A zero date is in none. */
export const copyInstant: Transcode = (from, start, end, to, at) => {
  if (isZeroPair(from, start) || isZeroPair(from, start + 5) || isZeroPair(from, start + 8)) return -1;
  const last = copyDateTime(from, start, end, to, at);
  if (last < 0) return -1;
  to[last] = plus;
  to[last + 1] = zero;
  to[last + 2] = zero;
  return last + transcodeMargin;
};
