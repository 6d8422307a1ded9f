/**
 * Text from a database or an API as a terminal may show it. Names of tables may have any character, and a control
 * character could write over what stands there or change the terminal.
 */
export const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, escapeCharacter);

/** The same for text of several lines. */
export const printableLines = (text: string): string =>
  text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, (character) =>
    character === '\n' ? character : escapeCharacter(character),
  );

export const escapeCharacter = (character: string): string =>
  `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
