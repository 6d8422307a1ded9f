import type { EnvironmentConfig } from './environment-config.ts';

/** Any address that is not ours, at the ports that the servers have by default (Oracle without and with TLS). */
export const anyDatabaseNetwork: EnvironmentConfig['databaseNetwork'] = {
  allowed: ['0.0.0.0/0', '::/0'],
  ports: [1521, 2484, 3306, 5432],
};
