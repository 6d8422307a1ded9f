/** What stands in the place of a secret. */
const hidden = '[redacted]';

const rules: readonly (readonly [RegExp, string])[] = [
  // Passwords in URLs: postgresql://user:password@host
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]+:)[^\s@/]+(?=@)/gi, `$1${hidden}`],
  // "password": "...", and the same escaped within a text.
  [
    /((?:password|passwd|passphrase|secret|token|authorization)\\?"\s*:\s*\\?")(?:[^"\\]|\\(?!"))*/gi,
    `$1${hidden}`,
  ],
  // password=..., as properties and connection strings have it.
  [/((?:password|passwd|passphrase|secret|secretstring)\s*[=:]\s*)(?!\\?")[^\s,;&)}\]]+/gi, `$1${hidden}`],
  // password="...", as settings of Java's logins have it.
  [/((?:password|passwd|passphrase|secret)\s*=\s*\\?")(?:[^"\\]|\\(?!"))+/gi, `$1${hidden}`],
  [/\b(bearer\s+)[\w.~+/=-]{8,}/gi, `$1${hidden}`],
  // Tokens of Millrace, wherever they are.
  [/\bmlr_[\w-]{16,}/g, hidden],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, hidden],
];

/**
 * A last line of defence: who writes a log line already leaves secrets out. Lines of programs that are not ours pass through
 * here on their way to a person.
 */
export const redact = (text: string): string =>
  rules.reduce((redacted, [pattern, replacement]) => redacted.replace(pattern, replacement), text);
