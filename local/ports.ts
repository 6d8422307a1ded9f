import { randomInt } from 'node:crypto';
import { connect, createServer, type NetConnectOpts } from 'node:net';
import getPort from 'get-port';

/** Servers of the local stack are for this machine only. */
export const loopback = '127.0.0.1';

/**
 * Below the range from which Linux (32768 to 60999, ip(7)), macOS and Windows (49152 and up) take the port of an outgoing connection: such a
 * connection may otherwise have the port of a server that is just being started again.
 */
const lowestPort = 16_384;
const highestPort = 32_000;
/** So many are tried before any port is taken. */
const candidateCount = 50;

const randomPorts = (): readonly number[] =>
  Array.from({ length: candidateCount }, () => randomInt(lowestPort, highestPort));

/**
 * `count` different TCP ports on which nobody listens now. The preferred ones come first where they are free, so that
 * a stack keeps its addresses from one start to the next.
 */
export const findFreePorts = async (
  count: number,
  preferred: readonly (number | undefined)[] = [],
): Promise<readonly number[]> => {
  const found: number[] = [];
  const kept = preferred.filter((wish) => wish !== undefined);
  for (let index = 0; index < count; index += 1) {
    const wish = preferred[index];
    const isGranted = wish !== undefined && !found.includes(wish) && (await isFree(wish));
    found.push(
      isGranted ? wish : await getPort({ host: loopback, port: randomPorts(), exclude: [...found, ...kept] }),
    );
  }
  return found;
};

export const findFreePort = async (): Promise<number> => {
  const [port] = await findFreePorts(1);
  return port as number;
};

/** get-port would refuse a port that it gave to this same process a few seconds ago. */
const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: loopback, exclusive: true }, () => server.close(() => resolve(true)));
  });

/** Whether anything listens there. */
export const accepts = (address: NetConnectOpts): Promise<boolean> =>
  new Promise((resolve) => {
    const client = connect(address);
    client.once('connect', () => {
      client.destroy();
      resolve(true);
    });
    client.once('error', () => resolve(false));
  });
