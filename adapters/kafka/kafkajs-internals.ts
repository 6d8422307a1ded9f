import type { AuthenticationProviderArgs } from 'kafkajs';
import kafkajsPackage from 'kafkajs/package.json' with { type: 'json' };
import scram512 from 'kafkajs/src/broker/saslAuthenticator/scram512.js';
import requestQueue from 'kafkajs/src/network/requestQueue/index.js';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import compression from 'kafkajs/src/protocol/message/compression/index.js';
import decodeMessages from 'kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js';
import fetchResponse from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { Credentials } from '#core/ports/services.ts';

/**
 * Everything that Millrace takes from inside of kafkajs or changes there. kafkajs has had no release since 2023, so its inside
 * is stable; another version could differ in any of it, and is refused.
 */
export { compression, Decoder, decodeMessages };

const knownVersion = '2.2.4';

/** Throws `Internal` for a version of kafkajs whose inside nobody has looked at. */
export const requireKnownVersion = (version: string = kafkajsPackage.version): void => {
  if (version === knownVersion) return;
  throw new MillraceError(
    'Internal',
    `Millrace changes parts of kafkajs ${knownVersion}, but ${version} is installed. Install ${knownVersion}, or check every ` +
      'change in adapters/kafka/kafkajs-internals.ts against the new version.',
    { facts: { version } },
  );
};

/**
 * Replaces how kafkajs reads answers to Fetch version 11, which it sends to every broker since Kafka 2.3. kafkajs makes several
 * objects and a dozen bigints of each record, which showed in the consumer's profile: record-batches.ts hands on whole
 * batches instead.
 */
export const replaceFetchDecoder = (decode: (response: Buffer) => Promise<unknown>): void => {
  requireKnownVersion();
  fetchResponse.decode = decode;
};

/** kafkajs's SCRAM-SHA-512 (RFC 5802) over any connection. Throws what the broker says against it. */
export const scramLogin = async (
  user: Credentials,
  connection: AuthenticationProviderArgs,
): Promise<void> => {
  requireKnownVersion();
  await scram512(user)(connection).authenticate();
};

/** kafkajs's own interval for requests that wait for others to be answered. */
const checkPendingIntervalMs = 10;

/**
 * kafkajs 2.2.4 schedules a look at its pending requests after each answer, also when none is pending and nothing is
 * throttled. The delay is then `-1 - Date.now()`, which Node takes for 1 ms (and since version 24 warns about with
 * TimeoutNegativeWarning), and the look schedules the next one: a timer every millisecond for each connection,
 * forever. With nothing pending there is nothing to look at, so none is scheduled.
 */
export const repairRequestQueue = (): void => {
  requireKnownVersion();
  requestQueue.prototype.scheduleCheckPendingRequests = function () {
    if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
    const throttledForMs = this.throttledUntil - Date.now();
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      throttledForMs > 0 ? throttledForMs : checkPendingIntervalMs,
    );
  };
};
