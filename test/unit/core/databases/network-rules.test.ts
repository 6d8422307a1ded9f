import { expect, test } from '@jest/globals';
import { parseNetwork } from '#core/contracts/address-list.ts';
import { createNetworkRules } from '#core/databases/network-rules.ts';

const anywhere = createNetworkRules({
  allowed: ['0.0.0.0/0', '::/0'],
  reserved: ['10.62.0.0/16'],
  ports: [3306, 5432],
});

test.each([
  '8.8.8.8',
  '10.61.255.255',
  '172.16.0.9',
  '192.168.1.5',
  '2600:1f18::5',
  'fd12:3456::1',
  '::ffff:10.61.0.1',
])('a database may be at %s', (address) => {
  expect(anywhere.allowsAddress(address)).toBe(true);
});

test.each([
  '127.0.0.1',
  '127.1.2.3',
  '0.0.0.0',
  '169.254.169.254',
  '169.254.170.2',
  '10.62.3.4',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '0:0:0:0:0:ffff:7f00:0001',
  '::ffff:10.62.3.4',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  'fe80::1',
  'fe80::1%eth0',
  'fd00:ec2::254',
  'localhost',
  '127.1',
  '0x7f000001',
  '',
])('no database is at %s', (address) => {
  expect(anywhere.allowsAddress(address)).toBe(false);
});

test('the narrowest network decides, and of two equal ones that which allows', () => {
  const rules = createNetworkRules({
    allowed: ['10.0.0.0/8', '10.62.128.0/20', '127.0.0.0/8'],
    reserved: ['10.62.0.0/16'],
    ports: 'any',
  });
  expect(
    ['10.1.2.3', '10.62.0.1', '10.62.128.7', '10.62.144.1', '127.0.0.1', '192.168.1.1', '::1'].map(
      rules.allowsAddress,
    ),
  ).toEqual([true, false, true, false, true, false, false]);
});

test('a host is refused with what is allowed instead', () => {
  expect(anywhere.findProblems('127.0.0.1', 22)).toEqual([
    {
      subject: 'body.host',
      problem: 'This environment does not allow databases at 127.0.0.1.',
      remedy: 'Give an address of 0.0.0.0/0, ::/0, or add it to databaseNetwork in infra/config and deploy.',
    },
    {
      subject: 'body.port',
      problem: 'This environment does not allow databases at port 22.',
      remedy: 'Use one of 3306, 5432, or add it to databaseNetwork in infra/config and deploy.',
    },
  ]);
  expect(anywhere.findProblems('db.example', 5432)).toEqual([]);
});

test.each(['10.0.0.0', '10.0.0.0/33', '::/129', 'db/8', '10.0.0.0/-1', '10.0.0.0/8/8', ''])(
  '"%s" is no network',
  (network) => {
    expect(() => parseNetwork(network)).toThrow(expect.objectContaining({ code: 'InvalidRequest' }));
  },
);
