import type { AlertDelivery } from '../contracts/alerting.ts';
import type { WebhookRequest } from '../ports/alerting.ts';

/** Slack cuts the text of a message at 40,000 characters and advises 4,000. */
const textMaxLength = 4_000;

const signs = { critical: ':red_circle:', warning: ':large_orange_circle:', info: ':white_circle:' } as const;

/** Slack takes `&`, `<` and `>` as the beginning of links and mentions. */
const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The body of an incoming webhook of Slack. */
export const toSlackRequest = ({ message }: Pick<AlertDelivery, 'message'>): WebhookRequest => {
  const sign =
    message.event === 'closed' || message.event === 'done' ? ':large_green_circle:' : signs[message.severity];
  const text = `${sign} *${escapeText(message.subject)}*\n${escapeText(message.text)}`;
  return { body: JSON.stringify({ text: text.slice(0, textMaxLength) }), headers: {} };
};
