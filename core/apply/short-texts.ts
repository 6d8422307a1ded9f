/** Longer texts seldom come again. */
export const maxShortText = 16;
/** A power of two. 4,096 texts of up to 16 characters are 200 KiB at most. */
const slots = 4_096;

/**
 * Texts that were read before, by what their bytes are: codes and names come again and again, and to find one here takes
 * a tenth of the time that it takes to make it anew, and no memory. A slot keeps the text that was last made for it.
 */
const texts = new Array<string>(slots).fill('');

/** The text of at most `maxShortText` bytes of ASCII. */
export const shortText = (bytes: Buffer, from: number, to: number): string => {
  let hash = to - from;
  for (let at = from; at < to; at += 1) hash = (Math.imul(hash, 31) + (bytes[at] ?? 0)) | 0;
  const slot = (hash ^ (hash >>> 12)) & (slots - 1);
  const known = texts[slot] ?? '';
  if (isText(known, bytes, from, to)) return known;
  const made = bytes.toString('latin1', from, to);
  texts[slot] = made;
  return made;
};

const isText = (text: string, bytes: Buffer, from: number, to: number): boolean => {
  if (text.length !== to - from) return false;
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) !== bytes[from + index]) return false;
  }
  return true;
};
