import { isIP } from 'node:net';
import { createAddressList, ownNetworks, parseNetwork } from '../contracts/address-list.ts';
import type { DatabaseNetwork } from '../contracts/database-network.ts';
import type { Problem } from '../errors/millrace-error.ts';

export interface NetworkRules {
  allowsAddress(address: string): boolean;
  allowsPort(port: number): boolean;
  /** What can be said of a host without looking its name up. */
  findProblems(host: string, port: number): readonly Problem[];
}

interface Rule {
  readonly bits: number;
  readonly isAllowed: boolean;
  readonly holds: (address: string) => boolean;
}

/**
 * The narrowest network that holds an address decides, as with routes; of two equal ones, that which allows. An address that no
 * network holds is refused. Throws `InvalidRequest` as `parseNetwork` does.
 */
export const createNetworkRules = ({ allowed, reserved, ports }: DatabaseNetwork): NetworkRules => {
  const rules = [
    ...allowed.map((network) => toRule(network, true)),
    ...[...reserved, ...ownNetworks].map((network) => toRule(network, false)),
  ].toSorted((a, b) => b.bits - a.bits || Number(b.isAllowed) - Number(a.isAllowed));

  const allowsAddress = (address: string): boolean =>
    rules.find(({ holds }) => holds(address))?.isAllowed ?? false;
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
  const { bits, family } = parseNetwork(network);
  return {
    bits: family === 'ipv4' ? bits + mappedBits : bits,
    isAllowed,
    holds: createAddressList([network]),
  };
};

/** IPv4 addresses are compared with IPv6 ones as the last 32 of 128 bits. */
const mappedBits = 96;
