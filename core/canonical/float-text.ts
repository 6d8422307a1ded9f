/**
 * PostgreSQL's text of binary floats that come as numbers, from a driver or from JSON: the fewest digits that read back as
 * the same number, and of two texts that are as near the one with an even digit (d2s.c and f2s.c). Digits that lie exactly
 * half-way to the next number do not count as the same there, whereas JavaScript takes them for the even one of the two.
 */
export const float8Text = (value: number): string =>
  layOut(
    value,
    (unsigned) => shortest(unsigned, (text) => readsBackAsFloat8(text, unsigned), fewestDigits(unsigned), 17),
    15,
  );

/** A number that is no single-precision one is taken for the nearest. */
export const float4Text = (value: number): string =>
  layOut(
    Math.fround(value),
    (unsigned) => shortest(unsigned, (text) => readsBackAsFloat4(text, unsigned), 1, 9),
    6,
  );

/** JavaScript's own shortest text has as many digits or fewer. */
const fewestDigits = (value: number): number => value.toExponential().replace('.', '').indexOf('e');

/** So many digits always do (IEEE 754, 5.12.2), hence the last attempt is not looked at. */
const shortest = (
  value: number,
  readsBack: (text: string) => boolean,
  minDigits: number,
  maxDigits: number,
): string => {
  const isPowerOfTwo = Number.isInteger(Math.log2(value));
  for (let digits = minDigits; digits < maxDigits; digits += 1) {
    const text = value.toExponential(digits - 1);
    if (readsBack(text)) return toEven(text, value);
    // The number below a power of two is nearer than the one above it, so a text above may be farther and still be read.
    const above = isPowerOfTwo ? nextText(text) : text;
    if (above !== text && readsBack(above)) return above;
  }
  return toEven(value.toExponential(maxDigits - 1), value);
};

/** One more in the last digit; the text itself where that would take another digit. */
const nextText = (text: string): string => text.replace(/([0-8])(?=e)/, (digit) => String(Number(digit) + 1));

/** As many digits as a number of single precision that is near a rounded text can have. */
const exactDigits = 100;

/** JavaScript rounds a number that lies half-way between two texts up. */
const toEven = (text: string, value: number): string => {
  const [mantissa = '', exponent = ''] = text.split('e');
  // Its digits end with a 5 behind those of the text; this looks at one digit only, for speed.
  const digits = mantissa.length === 1 ? 1 : mantissa.length - 1;
  if (!value.toExponential(digits).includes('5e')) return text;
  const [exact = '', exactExponent] = value.toExponential(exactDigits).split('e');
  const isTie = exponent === exactExponent && /^50*$/.test(exact.slice(Math.max(2, mantissa.length)));
  const down = exact.slice(0, mantissa.length);
  return isTie && /[02468]$/.test(down) ? `${down}e${exponent}` : text;
};

/** Below 2^53 a number half-way between two doubles has more than 17 digits. */
const readsBackAsFloat8 = (text: string, value: number): boolean => {
  if (Number(text) !== value) return false;
  if (value < 2 ** 53) return true;
  const spacing = 2n ** BigInt(Math.floor(Math.log2(value)) - 52);
  const distance = toInteger(text) - BigInt(value);
  return 2n * (distance < 0n ? -distance : distance) < spacing;
};

const toInteger = (exponential: string): bigint => {
  const [mantissa = '', exponent] = exponential.split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return BigInt((whole + fraction).padEnd(1 + Number(exponent), '0'));
};

const single = new Float32Array(1);
const singleBits = new Int32Array(single.buffer);

/** The number half-way to a neighbour is a double, so it can be compared. */
const readsBackAsFloat4 = (text: string, value: number): boolean => {
  const read = Number(text);
  return (
    Math.fround(read) === value && [-1, 1].every((step) => read !== (value + neighbour(value, step)) / 2)
  );
};

const neighbour = (value: number, step: number): number => {
  single[0] = value;
  singleBits[0] = (singleBits[0] ?? 0) + step;
  return single[0] ?? value;
};

/** An exponent of at least two digits when it is below -4 or at least `fixedDigits`. */
const layOut = (
  value: number,
  toShortestExponential: (unsigned: number) => string,
  fixedDigits: number,
): string => {
  if (!Number.isFinite(value)) return String(value);
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const unsigned = Math.abs(value);
  if (unsigned === 0) return `${sign}0`;
  const [mantissa = '', exponentText] = toShortestExponential(unsigned).split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= fixedDigits) {
    return `${sign}${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const digits = mantissa.replace('.', '');
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = digits.slice(exponent + 1);
  return sign + (fraction === '' ? whole : `${whole}.${fraction}`);
};
