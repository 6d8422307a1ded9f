import type { Database } from '../../contracts/database.ts';
import { MillraceError } from '../../errors/millrace-error.ts';

/**
 * Debezium puts the name into a URL with a replacement of Java's (`$` and `\` are references there), and pgjdbc reads parameters behind
 * `?` and decodes `%` and `+`. Such a name would be another database to Connect than to our own connections, or set options of the
 * driver. `/`, `#` and `&` are refused with them, so that it does not depend on how a version splits a URL (Debezium 3.5,
 * JdbcConnection; pgjdbc 42.7, Driver.parseURL).
 */
const inUrls = /[?%+/#&$\\]/;

/** Throws `InvalidRequest` for a name that Kafka Connect would take for something else. */
export const checkDatabaseName = (name: string): void => {
  const [found] = inUrls.exec(name) ?? [];
  if (found === undefined) return;
  throw new MillraceError(
    'InvalidRequest',
    `The name of a PostgreSQL database must not contain "${found}", which means something else to Kafka Connect's driver. ` +
      'Rename the database (ALTER DATABASE ... RENAME TO ...), or replicate another one.',
  );
};

export const checkRegistration = ({ databaseName }: Pick<Database, 'databaseName'>): void =>
  checkDatabaseName(databaseName);
