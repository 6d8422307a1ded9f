import pg, { type Client, type ClientConfig } from 'pg';

/** A connection of the demo's own, named in pg_stat_activity. The caller ends it. */
export const connect = async (config: ClientConfig, part: string): Promise<Client> => {
  const client = new pg.Client({ ...config, application_name: `millrace-demo-${part}` });
  // The statement that is under way, or the next one, fails with the same error and says so to its caller.
  client.on('error', () => undefined);
  await client.connect();
  return client;
};
