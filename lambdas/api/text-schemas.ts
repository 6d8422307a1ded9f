import { z } from 'zod';

/**
 * Characters of the Basic Multilingual Plane that nobody sees: controls (Cc), formats (Cf) with soft hyphen, zero-width
 * characters and changes of direction, line and paragraph separators, fillers of Hangul and the byte order mark. They are
 * ranges and not `\p{...}`, because readers of docs/openapi.json in other languages do not know that.
 */
const invisible =
  '\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u0600-\\u0605\\u061c\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u115f\\u1160\\u17b4\\u17b5' +
  '\\u180b-\\u180f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u2800\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\uffff';

/** Beyond the Basic Multilingual Plane: tags, musical formats, variation selectors and what is no character. */
const isVisibleBeyond = (text: string): boolean => !/[\p{Cf}\p{Cn}\p{Co}]|[\u{e0100}-\u{e01ef}]/u.test(text);

/** Half of a surrogate pair is no character: it has no form in UTF-8, so it would be stored as another one. */
const isUnicode = (text: string): boolean => text.isWellFormed();
const notUnicode = 'must be Unicode text; it has half of a surrogate pair';

/** What Millrace's users write for people: each character of it can be seen. */
export const displayTextSchema = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .regex(new RegExp(`^[^${invisible}]*$`), 'must not contain control characters or invisible characters')
  .refine(isUnicode, { message: notUnicode })
  .refine(isVisibleBeyond, { message: 'must not contain invisible characters' });

/** Names that Millrace's users choose. */
export const displayNameSchema = displayTextSchema.max(100);

const nul = '\\u0000';

/** What a database's server takes as it is. */
export const withoutNul = z
  .string()
  .regex(new RegExp(`^[^${nul}]*$`), 'must not contain a NUL character')
  .refine(isUnicode, { message: notUnicode });
