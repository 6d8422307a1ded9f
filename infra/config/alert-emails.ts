import type { ReadContext } from './environment-config.ts';

/** `-c alertEmails=one@example.com,two@example.com`; nobody when it is not given. */
export const alertEmailsFrom = (readContext: ReadContext): readonly string[] =>
  (readContext('alertEmails') ?? '').split(',').filter((address) => address !== '');
