import getPort from 'get-port';

/** Servers of the local stack are for this machine only. */
export const loopback = '127.0.0.1';

/**
 * `count` different TCP ports on which nobody listens now. The preferred ones come first where they are free, so that
 * a stack keeps its addresses from one start to the next.
 */
export const findFreePorts = async (
  count: number,
  preferred: readonly number[] = [],
): Promise<readonly number[]> => {
  const found: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const wish = preferred[index];
    found.push(
      await getPort({ host: loopback, exclude: found, ...(wish === undefined ? {} : { port: wish }) }),
    );
  }
  return found;
};

export const findFreePort = async (preferred?: number): Promise<number> => {
  const [port] = await findFreePorts(1, preferred === undefined ? [] : [preferred]);
  return port as number;
};
