import type { Activity } from '#core/contracts/activity.ts';
import type { Database } from '#core/contracts/database.ts';
import type { ApiPorts } from './ports.ts';

interface DatabaseChange {
  /** Absent: it was registered. */
  readonly before?: Database | undefined;
  /** Absent: it was deleted. */
  readonly after?: Database | undefined;
  /** Who did it, as the activity names them. */
  readonly by: string;
  readonly hasNewPassword?: boolean;
}

/** What is told of a database: never its password, and of its certificates only whether there are any. */
const describe = ({ name, kind, host, port, databaseName, username, tlsMode, caPem }: Database) => ({
  name,
  kind,
  host,
  port: String(port),
  database: databaseName,
  username,
  tls_mode: tlsMode,
  ca_pem: caPem === undefined ? 'none' : 'given',
});

/** Records in the client's activity what was done to a registered database. */
export const recordDatabaseChange = async (
  { before, after, by, hasNewPassword = false }: DatabaseChange,
  { store, clock }: Pick<ApiPorts, 'store' | 'clock'>,
): Promise<void> => {
  const database = after ?? before;
  if (database === undefined) return;
  const { clientId, databaseId, name } = database;
  const what = before === undefined ? 'registered' : after === undefined ? 'deleted' : 'changed';
  await store.addActivity(
    { clientId },
    {
      at: clock.now().toISOString(),
      actor: 'user',
      action: `database-${what}`,
      message: `Database ${databaseId} (${name}) was ${what}${hasNewPassword ? ', with a password that was given' : ''}.`,
      by,
      ...differences(before, after),
    },
  );
};

const differences = (
  before: Database | undefined,
  after: Database | undefined,
): Pick<Activity, 'before' | 'after'> => {
  const [old, now] = [before, after].map((it) => (it === undefined ? undefined : describe(it)));
  const changed = (one: typeof old, other: typeof old): Readonly<Record<string, string>> =>
    Object.fromEntries(
      Object.entries(one ?? {}).filter(([field, value]) => other?.[field as keyof typeof other] !== value),
    );
  return {
    ...(old === undefined ? {} : { before: changed(old, now) }),
    ...(now === undefined ? {} : { after: changed(now, old) }),
  };
};
