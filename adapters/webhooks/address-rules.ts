import { BlockList, isIP } from 'node:net';

/**
 * Addresses to which no alert goes unless the environment allows them: this machine, private networks with the platform's own VPC,
 * link-local with the metadata of AWS, shared, test and multicast ranges (IANA special-purpose address registries, RFC 6890).
 * A client chooses the host of a webhook, and must not reach by it what only we can reach.
 */
const forbiddenRanges = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '::1/128',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
] as const;

const listOf = (ranges: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix = ''] = range.split('/');
    list.addSubnet(network, Number(prefix), isIP(network) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
};

const forbidden = listOf(forbiddenRanges);

/** An IPv4 address in IPv6 (`::ffff:10.0.0.1`) is the IPv4 address. */
const withoutMapping = (address: string): string =>
  /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;

/** Which addresses alerts may go to. */
export interface AddressRules {
  mayReach(address: string): boolean;
  /** Whether the environment allows the address by name, and with it HTTP without TLS. */
  isListed(address: string): boolean;
}

/** `allowedRanges`: CIDR blocks that the environment allows although they are not public. */
export const createAddressRules = (allowedRanges: readonly string[]): AddressRules => {
  const allowed = listOf(allowedRanges);
  const isIn = (list: BlockList, address: string): boolean => {
    const plain = withoutMapping(address);
    return list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
  };
  const isListed = (address: string): boolean => isIn(allowed, address);
  return {
    isListed,
    mayReach: (address) => isIP(address) !== 0 && (isListed(address) || !isIn(forbidden, address)),
  };
};
