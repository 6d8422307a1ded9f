import { BlockList, isIP } from 'node:net';
import { MillraceError } from '../errors/millrace-error.ts';

export interface Network {
  readonly address: string;
  readonly bits: number;
  readonly family: 'ipv4' | 'ipv6';
}

/**
 * Networks that a client's host must never lead into unless an environment says so: this machine, the metadata of an instance or a task
 * (169.254.0.0/16, and fd00:ec2::/32 for IPv6), and forms of such addresses in others (IANA IPv4 and IPv6 special-purpose address
 * registries).
 */
export const ownNetworks: readonly string[] = [
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
];

/** A network in CIDR notation. Throws `InvalidRequest` for a text that is none. */
export const parseNetwork = (network: string): Network => {
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

/** Whether an address is in one of the networks; false for a text that is no address. Throws as `parseNetwork` does. */
export const createAddressList = (networks: readonly string[]): ((address: string) => boolean) => {
  const list = new BlockList();
  for (const network of networks) {
    const { address, bits, family } = parseNetwork(network);
    list.addSubnet(address, bits, family);
  }
  return (address) => {
    const plain = withoutMapping(address);
    const family = isIP(plain);
    return family !== 0 && list.check(plain, family === 6 ? 'ipv6' : 'ipv4');
  };
};

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
