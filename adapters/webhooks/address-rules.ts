import { isIP } from 'node:net';
import { createAddressList, ownNetworks } from '#core/contracts/address-list.ts';

/**
 * Addresses to which no alert goes unless the environment allows them: besides those that are ours, private networks with the platform's
 * own VPC, shared, test and multicast ranges (IANA special-purpose address registries, RFC 6890). A client chooses the host of a
 * webhook, and must not reach by it what only we can reach.
 */
const isForbidden = createAddressList([
  ...ownNetworks,
  '10.0.0.0/8',
  '100.64.0.0/10',
  '172.16.0.0/12',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  'fc00::/7',
]);

/** Which addresses alerts may go to. */
export interface AddressRules {
  mayReach(address: string): boolean;
  /** Whether the environment allows the address by name, and with it HTTP without TLS. */
  isListed(address: string): boolean;
}

/** `allowedRanges`: CIDR blocks that the environment allows although they are not public. */
export const createAddressRules = (allowedRanges: readonly string[]): AddressRules => {
  const isListed = createAddressList(allowedRanges);
  return {
    isListed,
    mayReach: (address) => isIP(address) !== 0 && (isListed(address) || !isForbidden(address)),
  };
};
