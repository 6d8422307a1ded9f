import { textLiteral } from '../literals.ts';
import { isIntact } from './charsets.ts';
import { copyBytes } from './transcode.ts';
import { type CanonicalType, plainType, type TypeCodec, type TypeCodecs } from './type-codec.ts';

const string = (raw: unknown): string | undefined => (typeof raw === 'string' ? raw : undefined);

const text: CanonicalType = plainType('text');

const characters: TypeCodec = {
  // CHAR loses the blanks at its end when it is read, so that nothing of it is of fixed length.
  canonicalType: ({ maxLength }) =>
    maxLength === undefined
      ? text
      : { type: `character varying(${maxLength})`, baseType: 'varchar', maxLength },
  fromSelect: (value) => value,
  transcode: copyBytes,
  fromEvent: (raw, { native }) =>
    typeof raw === 'string' && isIntact(raw, native?.charset) ? raw : undefined,
  toLiteral: textLiteral,
};

const longText: TypeCodec = {
  ...characters,
  canonicalType: ({ isCheckedJson }) => (isCheckedJson === true ? plainType('json') : text),
};

export const textCodecs: TypeCodecs = {
  char: characters,
  varchar: characters,
  tinytext: longText,
  text: longText,
  mediumtext: longText,
  longtext: longText,
  // Sorted by the number of the member and compared by its text, so a range of one is none of the other: no literal.
  enum: {
    canonicalType: () => text,
    fromSelect: (value) => value,
    transcode: copyBytes,
    // Debezium puts a backslash before a comma of a member (`b,c` arrives as `b\,c`). No member has one itself: column-codec.ts.
    fromEvent: (raw) => (typeof raw === 'string' ? raw.replaceAll('\\,', ',') : undefined),
  },
  set: { canonicalType: () => text, fromSelect: (value) => value, transcode: copyBytes, fromEvent: string },
};
