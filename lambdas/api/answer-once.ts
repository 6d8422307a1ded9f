import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  randomUUID,
} from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { RequestClaim } from '#core/ports/idempotency-store.ts';
import type { ApiPorts } from './ports.ts';

/** A POST with an `Idempotency-Key`. */
export interface KeyedRequest {
  /** As the header has it; undefined when there is none. */
  readonly key: string | undefined;
  /** Whose request it is: two clients may have the same key. */
  readonly scope: string;
  /** Method and path. */
  readonly route: string;
  /** Everything else that was sent. */
  readonly content: string;
}

export interface OnceAnswer {
  readonly answer: unknown;
  /** The answer of an earlier call. */
  readonly isReplay: boolean;
}

/** Long enough that nobody guesses it, since answers are encrypted with it. A UUID is 36 characters. */
export const minKeyLength = 16;
export const maxKeyLength = 255;
const keyPattern = /^[\x21-\x7e]+$/;

/** Longer than the API's Lambda lives (29 s): who has claimed a request and not answered it by then is dead. */
const claimTtlMs = 35_000;

/**
 * Does the work once for all requests with the same key, and gives each the same answer. Work that fails is not remembered: the
 * same request does it again, which is harmless by itself for every route, and right where the cause was removed.
 *
 * Throws `InvalidRequest` for a key that cannot be one, `IdempotencyKeyReused` when the key came with something else before, and
 * `Conflict` while the first request is at work.
 */
export const answerOnce = async (
  { key: header, scope, route, content }: KeyedRequest,
  { store, clock }: Pick<ApiPorts, 'store' | 'clock'>,
  work: () => Promise<unknown>,
): Promise<OnceAnswer> => {
  if (header === undefined) return { answer: await work(), isReplay: false };
  const key = parseKey(header);
  const claim: RequestClaim = {
    requestHash: createHash('sha256')
      .update(JSON.stringify([scope, route, key]))
      .digest('hex'),
    claimId: randomUUID(),
    // Keyed: a body can hold a password, which could be guessed from a plain hash.
    bodyHash: createHmac('sha256', key).update(content).digest('hex'),
  };
  const known = await store.claimRequest(claim, claimTtlMs, clock.now());
  if (known.state !== 'claimed') {
    if (known.bodyHash !== claim.bodyHash) {
      throw new MillraceError(
        'IdempotencyKeyReused',
        `This Idempotency-Key came with another request to ${route} within the last 24 hours.`,
      );
    }
    if (known.state === 'done') return { answer: decrypt(known.answer, key), isReplay: true };
    throw new MillraceError(
      'Conflict',
      'The first request with this Idempotency-Key is still at work. Send it again in a few seconds.',
    );
  }
  let answer: unknown;
  try {
    answer = await work();
  } catch (error) {
    // What failed first is what the caller must hear.
    await store.releaseRequest(claim).catch(() => undefined);
    throw error;
  }
  // The work is done, and its caller is told so, also when that cannot be stored.
  await store.finishRequest(claim, encrypt(answer, key)).catch(() => undefined);
  return { answer, isReplay: false };
};

/** As a structured field (RFC 9651) a key stands in quotes; most clients send it without. */
const parseKey = (header: string): string => {
  const key = /^"(.*)"$/.exec(header)?.[1] ?? header;
  if (key.length >= minKeyLength && key.length <= maxKeyLength && keyPattern.test(key)) return key;
  throw new MillraceError(
    'InvalidRequest',
    `An Idempotency-Key has ${minKeyLength} to ${maxKeyLength} visible ASCII characters and nobody can guess it: send a UUID.`,
  );
};

/*
 * An answer can hold a new token, of which nothing but a hash may be stored. Only the key opens it, and of the key itself
 * nothing but a hash is stored.
 */

const cipher = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

const cipherKey = (key: string): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', key, '', 'millrace idempotency answer', 32));

/** Compressed: a replication of 1,000 tables is more than the 400 KB of an item. */
const encrypt = (answer: unknown, key: string): string => {
  const iv = randomBytes(ivBytes);
  const sealer = createCipheriv(cipher, cipherKey(key), iv);
  const sealed = Buffer.concat([sealer.update(gzipSync(JSON.stringify(answer))), sealer.final()]);
  return Buffer.concat([iv, sealer.getAuthTag(), sealed]).toString('base64');
};

const decrypt = (text: string, key: string): unknown => {
  const bytes = Buffer.from(text, 'base64');
  const opener = createDecipheriv(cipher, cipherKey(key), bytes.subarray(0, ivBytes));
  opener.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
  const opened = Buffer.concat([opener.update(bytes.subarray(ivBytes + tagBytes)), opener.final()]);
  return JSON.parse(gunzipSync(opened).toString('utf8'));
};
