import { textLiteral } from '../literals.ts';
import { type MysqlType, type MysqlTypes, plainType, type TypeFamily } from './mysql-type.ts';
import { type EncoderChoice, verbatim } from './value-encoder.ts';

const wordsOfAddress = 8;
/** Words before the IPv4 address of an IPv6 address that holds one. */
const wordsBeforeIpv4 = 6;
const mappedIpv4 = 0xffff;

const ipv4Text = (bytes: Buffer): string => Array.from(bytes).join('.');

interface Run {
  readonly start: number;
  readonly length: number;
}

/** The longest run of zero words, the first of several; one word alone is not left out. */
const longestZeros = (words: readonly number[]): Run => {
  let best: Run = { start: 0, length: 1 };
  for (let start = 0; start < words.length; start += 1) {
    let length = 0;
    while (words[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
  }
  return best;
};

/** As PostgreSQL writes it, and MariaDB, too: `2001:db8::1`, `::ffff:192.0.2.1`, `::192.0.2.1`. */
const ipv6Text = (bytes: Buffer): string => {
  const words = Array.from({ length: wordsOfAddress }, (_, index) => bytes.readUInt16BE(2 * index));
  const hex = (from: readonly number[]): string => from.map((word) => word.toString(16)).join(':');
  const { start, length } = longestZeros(words);
  if (length === 1) return hex(words);
  const rest = words.slice(start + length);
  const holdsIpv4 =
    start === 0 &&
    (length === wordsBeforeIpv4 || (length === wordsBeforeIpv4 - 1 && words[length] === mappedIpv4));
  if (!holdsIpv4) return `${hex(words.slice(0, start))}::${hex(rest)}`;
  return `::${rest.length > 2 ? 'ffff:' : ''}${ipv4Text(bytes.subarray(2 * wordsBeforeIpv4))}`;
};

const inet = (length: 4 | 16, toText: (bytes: Buffer) => string): MysqlType => {
  const decode = (bytes: Buffer): string | undefined => (bytes.length === length ? toText(bytes) : undefined);
  const hexDigits = new RegExp(`^[0-9a-f]{${2 * length}}$`);
  return {
    canonicalType: () => plainType('inet'),
    select: (column) => `CAST(${column} AS BINARY(${length}))`,
    isBinary: true,
    fromSelect: (value) => decode(Buffer.from(value, 'latin1')),
    // By MysqlTextConverter.
    fromEvent: (raw) =>
      typeof raw === 'string' && hexDigits.test(raw) ? decode(Buffer.from(raw, 'hex')) : undefined,
    toLiteral: textLiteral,
  };
};

/** MariaDB: INET6 from 10.5 on, INET4 from 10.10 on. */
const types: MysqlTypes = { inet4: inet(4, ipv4Text), inet6: inet(16, ipv6Text) };

/** MariaDB's INET4 and INET6, which have no PostgreSQL type of the same values: from a column of the same kind only. */
const encoder: EncoderChoice = (source, target) =>
  (target.baseType === 'inet4' || target.baseType === 'inet6') && source.native?.baseType === target.baseType
    ? { form: 'text', encode: verbatim }
    : undefined;

export const inets: TypeFamily = {
  types,
  encoder,
  documented: [{ columnType: 'inet4' }, { columnType: 'inet6' }],
};
