import { WireReader } from './wire-reader.ts';

/**
 * Kafka's SASL with the mechanism OAUTHBEARER, for connections that are not kafkajs's: SaslHandshake version 1 and SaslAuthenticate
 * version 1 (https://kafka.apache.org/protocol). Throws what the broker says against it.
 */
export const authenticate = async (
  clientId: string,
  token: string,
  exchange: (request: Buffer) => Promise<Buffer>,
): Promise<void> => {
  const mechanism = 'OAUTHBEARER';
  const handshake = new WireReader(
    await exchange(encodeRequest({ apiKey: 17, apiVersion: 1, clientId }, shortText(mechanism))),
  );
  handshake.skip(correlationBytes);
  const refused = handshake.int16();
  if (refused !== 0) throw new Error(`the broker does not take ${mechanism} (Kafka error ${refused})`);
  // RFC 7628: no channel binding, no other identity, the token.
  const message = Buffer.from(`n,,\u0001auth=Bearer ${token}\u0001\u0001`);
  const length = Buffer.alloc(4);
  length.writeInt32BE(message.length);
  const answer = new WireReader(
    await exchange(encodeRequest({ apiKey: 36, apiVersion: 1, clientId }, Buffer.concat([length, message]))),
  );
  answer.skip(correlationBytes);
  const error = answer.int16();
  if (error === 0) return;
  const textLength = answer.int16();
  const reason = textLength < 0 ? `Kafka error ${error}` : answer.bytes(textLength).toString();
  throw new Error(`the broker refused the authentication: ${reason}`);
};

const correlationBytes = 4;

const shortText = (text: string): Buffer => {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(2);
  length.writeInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

/** With its size before it and a header of version 1. */
const encodeRequest = (
  { apiKey, apiVersion, clientId }: { apiKey: number; apiVersion: number; clientId: string },
  body: Buffer,
): Buffer => {
  const numbers = Buffer.alloc(8);
  numbers.writeInt16BE(apiKey, 0);
  numbers.writeInt16BE(apiVersion, 2);
  const content = Buffer.concat([numbers, shortText(clientId), body]);
  const size = Buffer.alloc(4);
  size.writeInt32BE(content.length);
  return Buffer.concat([size, content]);
};
