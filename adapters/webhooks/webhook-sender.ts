import { lookup as lookUpHost } from 'node:dns/promises';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { WebhookAnswer, WebhookRequest, WebhookSender } from '#core/ports/alerting.ts';
import { createAddressRules } from './address-rules.ts';

/** A receiver has so long for everything: the look-up of its name, the connection and the answer. */
const timeoutMs = 10_000;

interface Address {
  readonly address: string;
  readonly family: number;
}

export interface WebhookSenderOptions {
  /** CIDR blocks that are not public and may be reached all the same. */
  readonly allowedRanges: readonly string[];
  /** All addresses of a host; that of the system unless a test has another. */
  readonly resolve?: (host: string) => Promise<readonly Address[]>;
}

/**
 * Sends webhooks. The name of the host is looked up once, its addresses are checked, and the connection goes to one of them: a name
 * that gives another address to the second question leads nowhere else. Redirections are not followed.
 */
export const createWebhookSender = ({
  allowedRanges,
  resolve = (host) => lookUpHost(host, { all: true }),
}: WebhookSenderOptions): WebhookSender => {
  const rules = createAddressRules(allowedRanges);
  const addressOf = async (host: string): Promise<Address | undefined> => {
    const family = isIP(host);
    const found = family === 0 ? await resolve(host) : [{ address: host, family }];
    return found.every(({ address }) => rules.mayReach(address)) ? found[0] : undefined;
  };

  return {
    post: async (text, request) => {
      try {
        const url = new URL(text);
        const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
        const signal = AbortSignal.timeout(timeoutMs);
        const address = await beforeEnd(addressOf(host), signal);
        if (address === undefined) {
          return unreached(`The host ${host} has an address that alerts may not go to.`);
        }
        if (url.protocol !== 'https:' && !rules.isListed(address.address)) {
          return unreached('The URL does not begin with https://.');
        }
        return await send(url, address, request, signal);
      } catch (error) {
        return unreached(describe(error));
      }
    },
  };
};

const unreached = (reason: string): WebhookAnswer => ({ kind: 'unreached', reason });

/** Messages of sockets have the host or the address, and never the path, which is a secret. */
const describe = (error: unknown): string => {
  const { name, code, message } = error as NodeJS.ErrnoException;
  if (name === 'TimeoutError' || name === 'AbortError') {
    return `The receiver did not answer within ${timeoutMs / 1_000} s.`;
  }
  return `Could not reach the receiver: ${code === 'ERR_INVALID_URL' ? 'its URL is not one' : message || code}.`;
};

const beforeEnd = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });

const send = (
  url: URL,
  { address, family }: Address,
  { body, headers }: WebhookRequest,
  signal: AbortSignal,
): Promise<WebhookAnswer> =>
  new Promise((resolve, reject) => {
    const lookup: LookupFunction = (_host, options, found) =>
      options.all === true ? found(null, [{ address, family }]) : found(null, address, family);
    const open = url.protocol === 'https:' ? requestHttps : requestHttp;
    const outgoing = open(url, {
      method: 'POST',
      // A connection of its own: one that is kept would have been opened for another look-up.
      agent: false,
      lookup,
      signal,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'Millrace',
        ...headers,
      },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      // What it says besides its status is of no use, and may be endless.
      response.destroy();
      const retryAfterMs = retryAfterOf(response.headers['retry-after']);
      resolve({
        kind: 'answered',
        status: response.statusCode ?? 0,
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      });
    });
    outgoing.end(body);
  });

/** Only the form in seconds. */
const retryAfterOf = (header: string | undefined): number | undefined =>
  header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : undefined;
