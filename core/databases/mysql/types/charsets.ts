/**
 * How the log's bytes of each character set arrive, which Debezium (3.5) decodes with Java's tables and the server, in a
 * copy, with its own. Compared over all characters of the Basic Multilingual Plane and all single bytes, on MySQL 9.7 and
 * MariaDB 11.4.
 */

/** Both read the same. */
const exact: ReadonlySet<string> = new Set([
  'cp850',
  'cp852',
  'gb2312',
  'koi8r',
  'latin2',
  'latin5',
  'latin7',
  'macce',
  'macroman',
  'utf16le',
  'utf8',
  'utf8mb3',
  'utf8mb4',
]);

/**
 * Java takes U+FEFF at the beginning of a text in these for the mark of the byte order, and leaves it out; after U+FFFE it
 * reads all other characters with their bytes swapped.
 */
const losesFirstCharacter: ReadonlySet<string> = new Set(['ucs2', 'utf16', 'utf32']);

/** Java has no character for some bytes, or for some of MySQL's own (byte 81 of latin1), and says so by U+FFFD. */
const exactUnlessReplaced: ReadonlySet<string> = new Set([
  'ascii',
  'cp1250',
  'cp1251',
  'cp1257',
  'euckr',
  'latin1',
]);

/** Why texts of a character set cannot be replicated, or undefined when they can. */
export const unreadableCharset = (charset: string): string | undefined => {
  if (isReadExactly(charset)) return undefined;
  return losesFirstCharacter.has(charset)
    ? `Debezium drops the character U+FEFF at the beginning of a text in ${charset}; convert the column to utf8mb4`
    : `Debezium reads some characters of the character set ${charset} as others; convert the column to utf8mb4`;
};

const replacement = '\ufffd';

/** Whether texts of a character set can be replicated; of the others some arrive as different texts, unnoticed. */
export const isReadExactly = (charset: string): boolean =>
  exact.has(charset) || exactUnlessReplaced.has(charset);

/** Whether this text is what the server has. */
export const isIntact = (text: string, charset: string | undefined): boolean =>
  charset === undefined || !exactUnlessReplaced.has(charset) || !text.includes(replacement);
