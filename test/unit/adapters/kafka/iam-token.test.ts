import { afterEach, expect, test } from '@jest/globals';
import { iamToken } from '#adapters/kafka/iam-token.ts';

const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;

const restore = (name: string, value: string | undefined): void => {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
};

afterEach(() => {
  restore('AWS_ACCESS_KEY_ID', AWS_ACCESS_KEY_ID);
  restore('AWS_SECRET_ACCESS_KEY', AWS_SECRET_ACCESS_KEY);
});

test('is a request to connect, signed for the region with the credentials at hand', async () => {
  process.env.AWS_ACCESS_KEY_ID = 'AKIDEXAMPLE';
  process.env.AWS_SECRET_ACCESS_KEY = 'secret';
  const url = new URL(Buffer.from(await iamToken('eu-central-1'), 'base64url').toString());
  expect(url.host).toBe('kafka.eu-central-1.amazonaws.com');
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    Action: 'kafka-cluster:Connect',
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': expect.stringMatching(
      /^AKIDEXAMPLE\/\d{8}\/eu-central-1\/kafka-cluster\/aws4_request$/,
    ),
    'X-Amz-Expires': '900',
  });
  expect(url.toString()).not.toContain('secret');
});

test('cannot be made without a region', async () => {
  await expect(iamToken('')).rejects.toMatchObject({ code: 'Internal' });
});
