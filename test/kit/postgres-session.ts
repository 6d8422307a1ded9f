import pg from 'pg';

/** A connection for this call alone, to a server that may be killed meanwhile. */
export const withPostgres = async <T>(
  config: pg.ClientConfig,
  use: (client: pg.Client) => Promise<T>,
): Promise<T> => {
  const client = new pg.Client(config);
  // A server that is killed ends its sessions; the statement under way fails as well.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end().catch(() => undefined);
  }
};
