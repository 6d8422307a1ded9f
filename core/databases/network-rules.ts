import { BlockList, isIP } from 'node:net';
import type { DatabaseNetwork } from '../contracts/database-network.ts';
import { MillraceError, type Problem } from '../errors/millrace-error.ts';

/**
 * Networks in which no database of a client is, and from where a request would reach what is ours: this machine, the metadata of an
 * instance or a task (169.254.0.0/16, and fd00:ec2::/32 for IPv6), and forms of such addresses in others
 * (IANA IPv4 and IPv6 special-purpose address registries).
 */
const neverDatabases = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '::1/128',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2001::/32',
  '2002::/16',
  'fd00:ec2::/32',
  'fe80::/10',
  'ff00::/8',
] as const;

export interface NetworkRules {
  allowsAddress(address: string): boolean;
  allowsPort(port: number): boolean;
  /** What can be said of a host without looking its name up. */
  findProblems(host: string, port: number): readonly Problem[];
}

/** A network in CIDR notation. Throws `InvalidRequest` for a text that is none. */
export const parseNetwork = (
  network: string,
): { readonly address: string; readonly bits: number; readonly family: 'ipv4' | 'ipv6' } => {
  const [address = '', digits = '', ...rest] = network.split('/');
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const bits = Number(digits);
  const isValid =
    rest.length === 0 &&
    isIP(address) !== 0 &&
    /^\d{1,3}$/.test(digits) &&
    bits <= (family === 'ipv6' ? 128 : 32);
  if (isValid) return { address, bits, family };
  throw new MillraceError(
    'InvalidRequest',
    `"${network}" is no network: write it as 10.0.0.0/16 or fd00::/8.`,
  );
};

interface Rule {
  readonly bits: number;
  readonly isAllowed: boolean;
  readonly list: BlockList;
}

/**
 * The narrowest network that holds an address decides, as with routes; of two equal ones, that which allows. An address that no
 * network holds is refused. Throws `InvalidRequest` as `parseNetwork` does.
 */
export const createNetworkRules = ({ allowed, reserved, ports }: DatabaseNetwork): NetworkRules => {
  const rules = [
    ...allowed.map((network) => toRule(network, true)),
    ...[...reserved, ...neverDatabases].map((network) => toRule(network, false)),
  ].toSorted((a, b) => b.bits - a.bits || Number(b.isAllowed) - Number(a.isAllowed));

  const allowsAddress = (address: string): boolean => {
    const plain = withoutMapping(address);
    const family = isIP(plain);
    if (family === 0) return false;
    return rules.find(({ list }) => list.check(plain, family === 6 ? 'ipv6' : 'ipv4'))?.isAllowed ?? false;
  };
  const allowsPort = (port: number): boolean => ports === 'any' || ports.includes(port);

  return {
    allowsAddress,
    allowsPort,
    findProblems: (host, port) => [
      ...(isIP(host) !== 0 && !allowsAddress(host)
        ? [
            {
              subject: 'body.host',
              problem: `This environment does not allow databases at ${host}.`,
              remedy: `Give an address of ${listWords(allowed)}, or ${extendRemedy}`,
            },
          ]
        : []),
      ...(allowsPort(port)
        ? []
        : [
            {
              subject: 'body.port',
              problem: `This environment does not allow databases at port ${port}.`,
              remedy: `Use one of ${listWords(ports === 'any' ? [] : ports.map(String))}, or ${extendRemedy}`,
            },
          ]),
    ],
  };
};

const extendRemedy = 'add it to databaseNetwork in infra/config and deploy.';

const listWords = (words: readonly string[]): string => words.join(', ');

const toRule = (network: string, isAllowed: boolean): Rule => {
  const { address, bits, family } = parseNetwork(network);
  const list = new BlockList();
  list.addSubnet(address, bits, family);
  return { bits: family === 'ipv4' ? bits + mappedBits : bits, isAllowed, list };
};

/** IPv4 addresses are compared with IPv6 ones as the last 32 of 128 bits. */
const mappedBits = 96;

/** An IPv4 address that is written as an IPv6 one (`::ffff:10.0.0.1`, `::ffff:a00:1`) is the IPv4 address. */
const withoutMapping = (address: string): string => {
  const [plain = ''] = address.split('%');
  if (isIP(plain) !== 6) return plain;
  const { hostname } = new URL(`http://[${plain}]`);
  const [, high, low] = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(hostname) ?? [];
  if (high === undefined || low === undefined) return plain;
  const bytes = [high, low].flatMap((part) => {
    const number = Number.parseInt(part, 16);
    return [number >> 8, number & 255];
  });
  return bytes.join('.');
};
