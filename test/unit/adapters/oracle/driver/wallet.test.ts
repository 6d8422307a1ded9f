import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { expect, test } from '@jest/globals';
import { walletOf } from '#adapters/oracle/driver/wallet.ts';

const certificates = (pem: string): readonly string[] =>
  pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];

test('TLS takes the wallet as a bundle, a key and a certificate at once, as the driver gives it', () => {
  // Any certificate stands for a CA's.
  const [ca = ''] = certificates(walletOf(''));
  const wallet = walletOf(ca);
  expect(() => createSecureContext({ ca: wallet, cert: wallet, key: wallet })).not.toThrow();
  expect(() => createSecureContext({ ca, cert: ca, key: ca })).toThrow();
  expect(certificates(wallet)).toHaveLength(2);
});

test('its own certificate is signed with its key, and no key of a file', () => {
  const [pem = ''] = certificates(walletOf(''));
  const certificate = new X509Certificate(pem);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.subject).toBe('CN=millrace');
});
