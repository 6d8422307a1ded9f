import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createAddressRules } from '#adapters/webhooks/address-rules.ts';
import { createWebhookSender } from '#adapters/webhooks/webhook-sender.ts';

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
});

const listen = async (
  status: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ port: number; seen: { request: IncomingMessage; body: string }[] }> => {
  const seen: { request: IncomingMessage; body: string }[] = [];
  server = createServer((request, response) => {
    text(request).then(
      (body) => {
        seen.push({ request, body });
        response.writeHead(status, headers).end('x'.repeat(100_000));
      },
      (error: Error) => response.destroy(error),
    );
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, seen };
};

const loopback = { allowedRanges: ['127.0.0.0/8'] };
const request = { body: '{"a":"é"}', headers: { 'webhook-id': 'msg_1' } };

test('posts once, to the address that was looked up, with the name of the host', async () => {
  const { port, seen } = await listen(202, { 'retry-after': '7' });
  let lookUps = 0;
  const sender = createWebhookSender({
    ...loopback,
    resolve: async () => {
      lookUps += 1;
      return [{ address: '127.0.0.1', family: 4 }];
    },
  });
  expect(await sender.post(`http://hooks.test:${port}/path?x=1`, request)).toEqual({
    kind: 'answered',
    status: 202,
    retryAfterMs: 7_000,
  });
  expect(lookUps).toBe(1);
  expect(seen).toMatchObject([
    {
      body: request.body,
      request: {
        method: 'POST',
        url: '/path?x=1',
        headers: { host: `hooks.test:${port}`, 'webhook-id': 'msg_1', 'content-type': 'application/json' },
      },
    },
  ]);
});

test('a redirection is an answer, and is not followed', async () => {
  const { port, seen } = await listen(307, { location: 'http://169.254.169.254/' });
  const sender = createWebhookSender(loopback);
  expect(await sender.post(`http://127.0.0.1:${port}/`, request)).toEqual({ kind: 'answered', status: 307 });
  expect(seen).toHaveLength(1);
});

test('nobody there is an answer, too, without the path', async () => {
  const { port } = await listen(200);
  await new Promise((resolve) => server?.close(resolve));
  const answer = await createWebhookSender(loopback).post(`http://127.0.0.1:${port}/secret-path`, request);
  expect(answer).toMatchObject({ kind: 'unreached', reason: expect.stringContaining('ECONNREFUSED') });
  expect(JSON.stringify(answer)).not.toContain('secret-path');
});

test.each([
  ['this machine', ['127.0.0.1']],
  ['one of its addresses', ['93.184.215.14', '10.0.0.5']],
  ['the metadata of AWS', ['169.254.169.254']],
  ['an IPv4 address in IPv6', ['::ffff:127.0.0.1']],
  ['no address', ['nonsense']],
])('a host that leads to %s is not connected to', async (_name, addresses) => {
  const sender = createWebhookSender({
    allowedRanges: [],
    resolve: async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
  });
  expect(await sender.post('https://hooks.test/', request)).toMatchObject({
    kind: 'unreached',
    reason: 'The host hooks.test has an address that alerts may not go to.',
  });
});

test.each([
  'http://127.0.0.1/',
  'http://[::1]/',
  'http://0x7f.1/',
  'http://2130706433/',
  'http://[::ffff:7f00:1]/',
])('%s is this machine in whatever form', async (url) => {
  const sender = createWebhookSender({ allowedRanges: [] });
  expect(await sender.post(url, request)).toMatchObject({
    reason: expect.stringContaining('may not go to'),
  });
});

test('without TLS only what the environment names is reached', async () => {
  const sender = createWebhookSender({
    ...loopback,
    resolve: async () => [{ address: '93.184.215.14', family: 4 }],
  });
  expect(await sender.post('http://hooks.test/', request)).toMatchObject({
    reason: 'The URL does not begin with https://.',
  });
});

describe('addresses', () => {
  const rules = createAddressRules(['10.1.0.0/16']);

  test.each([
    ['8.8.8.8', true],
    ['2606:4700::1111', true],
    ['10.1.2.3', true],
    ['10.2.2.3', false],
    ['172.31.255.255', false],
    ['172.32.0.1', true],
    ['192.168.1.1', false],
    ['100.64.0.1', false],
    ['169.254.170.2', false],
    ['fd00:ec2::254', false],
    ['fe80::1', false],
    ['::', false],
    ['0.0.0.0', false],
    ['::ffff:10.2.2.3', false],
    ['::ffff:a02:203', false],
    ['64:ff9b::a00:1', false],
    ['', false],
  ] as const)('%s: %s', (address, isAllowed) => {
    expect(rules.mayReach(address)).toBe(isAllowed);
  });
});
