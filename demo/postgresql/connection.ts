import { createHash } from 'node:crypto';
import pg, { type Client, type ClientConfig } from 'pg';
import type { DemoConnection } from '../demo-database.ts';

/** A connection of the demo's own, named in pg_stat_activity. The caller ends it. */
export const connect = async (config: ClientConfig, part: string): Promise<Client> => {
  const client = new pg.Client({ ...config, application_name: `millrace-demo-${part}` });
  // The statement that is under way, or the next one, fails with the same error and says so to its caller.
  client.on('error', () => undefined);
  await client.connect();
  return client;
};

/** PostgreSQL's codes for what concurrent writers may meet: unique_violation, deadlock_detected, serialization_failure. */
const refusals: ReadonlySet<unknown> = new Set(['23505', '40P01', '40001']);

/** What all kinds of databases can do, on a connection to PostgreSQL. */
export const demoConnection = (client: Client): DemoConnection => ({
  change: async (text, values = []) => (await client.query(text, [...values])).rowCount ?? 0,
  read: async <Row extends object>(text: string, values: readonly unknown[] = []) => {
    // Reads with values are repeated, some of them 200 times a second: each is prepared under a name of its own.
    const name = values.length === 0 ? {} : { name: createHash('md5').update(text).digest('hex') };
    return (await client.query<Row>({ ...name, text, values: [...values] })).rows;
  },
  inTransaction: async (change) => {
    await client.query('BEGIN');
    try {
      const changes = await change();
      await client.query('COMMIT');
      return changes;
    } catch (error) {
      await client.query('ROLLBACK');
      if (error instanceof pg.DatabaseError && refusals.has(error.code)) return undefined;
      throw error;
    }
  },
  end: () => client.end(),
});
