import type { AuthenticationProviderArgs, SaslAuthenticateArgs } from 'kafkajs';
import type { Credentials } from '#core/ports/services.ts';
import { scramLogin } from './kafkajs-internals.ts';
import { WireReader } from './wire-reader.ts';

/*
 * Kafka's SASL for connections that are not kafkajs's: SaslHandshake version 1 and SaslAuthenticate version 1
 * (https://kafka.apache.org/protocol).
 */

/** A connection on which a request is answered before the next one is sent. */
export interface SaslConnection {
  readonly clientId: string;
  /** `host:port` */
  readonly broker: string;
  exchange(request: Buffer): Promise<Buffer>;
}

/** OAUTHBEARER with a token. Throws what the broker says against it. */
export const authenticateByToken = async (connection: SaslConnection, token: string): Promise<void> => {
  await agreeOn('OAUTHBEARER', connection);
  // RFC 7628: no channel binding, no other identity, the token.
  await authenticate(connection, withLength(Buffer.from(`n,,\u0001auth=Bearer ${token}\u0001\u0001`)));
};

/** SCRAM-SHA-512. Throws what the broker says against it. */
export const authenticateByScram = async (connection: SaslConnection, user: Credentials): Promise<void> => {
  await agreeOn('SCRAM-SHA-512', connection);
  const colon = connection.broker.lastIndexOf(':');
  await scramLogin(user, {
    host: connection.broker.slice(0, colon),
    port: Number(connection.broker.slice(colon + 1)),
    logger: silentLogger,
    saslAuthenticate: async <ParseResult>({ request, response }: SaslAuthenticateArgs<ParseResult>) => {
      const answer = await authenticate(connection, await request.encode());
      return response === undefined ? undefined : response.parse(await response.decode(answer));
    },
  });
};

/** What is wrong is thrown. */
const silentLogger: AuthenticationProviderArgs['logger'] = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  namespace: () => silentLogger,
  setLogLevel: () => undefined,
};

const correlationBytes = 4;

const agreeOn = async (mechanism: string, { clientId, exchange }: SaslConnection): Promise<void> => {
  const answer = new WireReader(
    await exchange(encodeRequest({ apiKey: 17, apiVersion: 1, clientId }, shortText(mechanism))),
  );
  answer.skip(correlationBytes);
  const refused = answer.int16();
  if (refused !== 0) throw new Error(`the broker does not take ${mechanism} (Kafka error ${refused})`);
};

/** Sends one message of the mechanism and returns the broker's; both have their length before them. */
const authenticate = async ({ clientId, exchange }: SaslConnection, message: Buffer): Promise<Buffer> => {
  const answer = new WireReader(
    await exchange(encodeRequest({ apiKey: 36, apiVersion: 1, clientId }, message)),
  );
  answer.skip(correlationBytes);
  const error = answer.int16();
  const textLength = answer.int16();
  const reason = textLength < 0 ? `Kafka error ${error}` : answer.bytes(textLength).toString();
  if (error !== 0) throw new Error(`the broker refused the authentication: ${reason}`);
  return withLength(answer.bytes(answer.int32()));
};

const withLength = (bytes: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

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
