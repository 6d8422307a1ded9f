import { type LookupAddress, lookup } from 'node:dns';
import { lookup as lookUp } from 'node:dns/promises';
import { isIP, type LookupFunction, Socket } from 'node:net';
import type { NetworkRules } from '#core/databases/network-rules.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';

/**
 * A socket that connects to a client's database, and to nothing where the environment allows none. The name is looked up once, all its
 * addresses are checked, and the connection goes to one of them: a name that has another address the next time leads nowhere
 * else. A refusal is an error of the socket, `DatabaseAddressRefused`.
 */
export const createDatabaseSocket = (rules: NetworkRules): Socket => {
  const socket = new Socket();
  const connect = socket.connect.bind(socket);
  const connectTo = (port: number, host: string): Socket => {
    const refusal = refusalOf(rules, host, port);
    if (refusal === undefined) return connect({ port, host, lookup: checkedLookup(rules, host, port) });
    process.nextTick(() => socket.destroy(refusal));
    return socket;
  };
  // pg calls it so (8: connection.js), and so do our own callers.
  return Object.assign(socket, { connect: connectTo });
};

/**
 * For a driver that makes its own sockets: looks the name up and checks its addresses before the driver does the same. Rejects with
 * `DatabaseAddressRefused`. A name that cannot be looked up is left to the driver, which says so.
 */
export const requireDatabaseAddress = async (
  rules: NetworkRules,
  host: string,
  port: number,
): Promise<void> => {
  const refusal = refusalOf(rules, host, port);
  if (refusal !== undefined) throw refusal;
  if (isIP(host) !== 0) return;
  const addresses = await lookUp(host, { all: true }).catch((): LookupAddress[] => []);
  if (addresses.some(({ address }) => !rules.allowsAddress(address))) throw refused(host, port);
};

const checkedLookup =
  (rules: NetworkRules, host: string, port: number): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error !== null || first === undefined) callback(error, []);
      else if (addresses.some(({ address }) => !rules.allowsAddress(address))) {
        callback(refused(host, port), []);
      } else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };

const refusalOf = (rules: NetworkRules, host: string, port: number): MillraceError | undefined =>
  !rules.allowsPort(port) || (isIP(host) !== 0 && !rules.allowsAddress(host))
    ? refused(host, port)
    : undefined;

/** The address is not told: names of our own network must not be looked up by way of it. */
const refused = (host: string, port: number): MillraceError =>
  new MillraceError(
    'DatabaseAddressRefused',
    `This environment does not allow databases at ${host}:${port}, so no connection was made.`,
    { facts: { host, port } },
  );
