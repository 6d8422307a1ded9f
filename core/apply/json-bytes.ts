/** Characters of JSON, as bytes of UTF-8. */
const quote = 0x22;
const comma = 0x2c;
const closeBrace = 0x7d;
const backslash = 0x5c;
const minus = 0x2d;
const zero = 0x30;
const nine = 0x39;
const firstPrintable = 0x20;
const firstBeyondAscii = 0x80;

/** Digits that every double holds exactly: 999,999,999,999,999 is below 2^53. */
const maxExactDigits = 15;

/** A number as JSON has it (RFC 8259, 6). */
const numberForm = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const integerForm = /^-?\d+$/;

/** The bytes of `text`, to be compared with those of an event. */
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Whether `expected` stands at `at`. */
export const standsAt = (bytes: Uint8Array, at: number, expected: Uint8Array): boolean => {
  for (let index = 0; index < expected.length; index += 1) {
    if (bytes[at + index] !== expected[index]) return false;
  }
  return true;
};

/**
 * Reads the values of one JSON text from left to right, without making objects of it: `at` is where it stands. A step that
 * meets anything else than it expects returns false, or undefined, and leaves the text to JSON.parse.
 */
export class JsonCursor {
  readonly bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** Goes on behind `expected`, if that stands here. */
  pass(expected: Uint8Array): boolean {
    if (!standsAt(this.bytes, this.at, expected)) return false;
    this.at += expected.length;
    return true;
  }

  /** Where `expected` is found next; -1 when it is not. */
  find(expected: Uint8Array): number {
    return this.bytes.indexOf(expected, this.at);
  }

  /** An integer without a sign, of at most 15 digits. */
  readDigits(): number | undefined {
    const from = this.at;
    let value = 0;
    let byte = this.bytes[this.at] ?? 0;
    while (byte >= zero && byte <= nine) {
      value = 10 * value + (byte - zero);
      this.at += 1;
      byte = this.bytes[this.at] ?? 0;
    }
    const digits = this.at - from;
    return digits === 0 || digits > maxExactDigits ? undefined : value;
  }

  /**
   * A string, number, boolean or null: what JSON.parse makes of it, but integers beyond 2^53 are bigints. Undefined for
   * an array or object, and for what is no JSON.
   */
  readScalar(): string | number | bigint | boolean | null | undefined {
    const byte = this.bytes[this.at] ?? 0;
    if (byte === quote) return this.#readString();
    if (byte === minus || (byte >= zero && byte <= nine)) return this.#readNumber(byte);
    if (this.pass(nullText)) return null;
    if (this.pass(trueText)) return true;
    if (this.pass(falseText)) return false;
    return undefined;
  }

  #readString(): string | undefined {
    const { bytes } = this;
    const from = this.at + 1;
    let isPlain = true;
    let isAscii = true;
    let at = from;
    for (;;) {
      const byte = bytes[at];
      if (byte === undefined || byte < firstPrintable) return undefined;
      if (byte === quote) break;
      if (byte === backslash) {
        isPlain = false;
        at += 1;
      } else if (byte >= firstBeyondAscii) isAscii = false;
      at += 1;
    }
    this.at = at + 1;
    if (!isPlain) return parseString(bytes.toString('utf8', from - 1, at + 1));
    return isAscii ? this.bytes.toString('latin1', from, at) : bytes.toString('utf8', from, at);
  }

  #readNumber(first: number): number | bigint | undefined {
    const from = this.at;
    if (first === minus) this.at += 1;
    const isLeadingZero = this.bytes[this.at] === zero;
    const value = this.readDigits();
    const end = this.bytes[this.at];
    if (value !== undefined && (end === comma || end === closeBrace) && !(isLeadingZero && value > 0)) {
      return first === minus ? -value : value;
    }
    while (this.at < this.bytes.length && this.bytes[this.at] !== comma && this.bytes[this.at] !== closeBrace)
      this.at += 1;
    const text = this.bytes.toString('latin1', from, this.at);
    if (!numberForm.test(text)) return undefined;
    const double = Number(text);
    return integerForm.test(text) && !Number.isSafeInteger(double) ? BigInt(text) : double;
  }
}

const nullText = bytesOf('null');
const trueText = bytesOf('true');
const falseText = bytesOf('false');

const parseString = (json: string): string | undefined => {
  try {
    const text: unknown = JSON.parse(json);
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
};
