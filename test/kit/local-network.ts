import type { DatabaseNetwork } from '#core/contracts/database-network.ts';

/** Where the databases of the tests are. */
export const localNetwork: DatabaseNetwork = {
  allowed: ['127.0.0.0/8', '::1/128'],
  reserved: [],
  ports: 'any',
};
