import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/**
 * The trusted certificates as the driver takes them in Thin mode: a wallet, whose text it gives to TLS as the CA bundle
 * and as a client's key and certificate alike (node-oracledb 7, lib/thin/sqlnet/ntTcp.js), so a bundle alone is refused.
 * A key and certificate of no use are put in front. They are made for each process, since what is in the wallet is also
 * trusted: the key of a fixed one would be known to everybody.
 */
export const walletOf = (caPem: string): string => `${unusedIdentity()}\n${caPem}`;

let identity: string | undefined;

const unusedIdentity = (): string => {
  identity ??= makeIdentity();
  return identity;
};

/** DER: a tag, the length of what follows (up to 65,535 bytes), and the contents. */
const der = (tag: number, ...contents: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(contents);
  const length =
    body.length < 0x80
      ? [body.length]
      : body.length < 0x100
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};

const sequence = (...contents: readonly Uint8Array[]) => der(0x30, ...contents);
const objectIdentifier = (...bytes: readonly number[]) => der(0x06, Buffer.from(bytes));
const utcTime = (text: string) => der(0x17, Buffer.from(text));

/** Ed25519 (RFC 8410) and the common name (RFC 5280, appendix A). */
const ed25519 = sequence(objectIdentifier(0x2b, 0x65, 0x70));
const commonName = objectIdentifier(0x55, 0x04, 0x03);
const name = sequence(der(0x31, sequence(commonName, der(0x0c, Buffer.from('millrace')))));

/** A certificate of X.509 version 1 (RFC 5280, 4.1), signed with its own key and valid for so long that it does not matter. */
const makeIdentity = (): string => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const serial = Buffer.concat([Buffer.from([0x01]), randomBytes(15)]);
  const body = sequence(
    der(0x02, serial),
    ed25519,
    name,
    sequence(utcTime('200101000000Z'), utcTime('491231235959Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign(null, body, privateKey);
  const certificate = sequence(body, ed25519, der(0x03, Buffer.from([0]), signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return [
    '-----BEGIN CERTIFICATE-----',
    ...lines,
    '-----END CERTIFICATE-----',
    privateKey.export({ type: 'pkcs8', format: 'pem' }).toString().trim(),
  ].join('\n');
};
