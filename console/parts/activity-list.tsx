import { Link } from 'wouter';
import type { ActivityEntry } from '../api/client.ts';
import { useActivity } from '../data/queries.ts';
import { Moment } from './moment.tsx';
import { MoreButton } from './more-button.tsx';
import { NotThere, QuietState } from './quiet-states.tsx';

/** Who did what, the newest first, with what was changed. */
export const ActivityList = ({ clientId, id }: { readonly clientId: number; readonly id?: number }) => {
  const activity = useActivity(clientId, id);
  const entries = activity.data?.pages.flatMap((page) => page.activity);
  if (entries === undefined) return <NotThere query={activity} />;
  if (entries.length === 0)
    return (
      <QuietState title="Nothing has happened yet">
        <p>Starts, stops, changes and heals of the last 90 days are listed here.</p>
      </QuietState>
    );
  return (
    <>
      <ol className="timeline">
        {entries.map((entry, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: entries have no identity, and two can be alike.
          <li key={`${entry.at} ${index}`}>
            <span className="soft">
              <Moment at={entry.at} />
            </span>
            <span className="soft clip" title={entry.by ?? entry.actor}>
              {entry.by ?? entry.actor}
            </span>
            <div>
              {id === undefined && entry.replication_id !== null && (
                <>
                  <Link href={`/clients/${clientId}/replications/${entry.replication_id}`}>
                    Replication {entry.replication_id}
                  </Link>
                  {': '}
                </>
              )}
              {entry.message}
              {entry.reason !== null && <span className="soft"> Reason: {entry.reason}</span>}
              <Changes before={entry.before} after={entry.after} />
            </div>
          </li>
        ))}
      </ol>
      <MoreButton query={activity} label="Show earlier" />
    </>
  );
};

/** What was changed; a value that stayed as it was is none. */
const Changes = ({ before, after }: Pick<ActivityEntry, 'before' | 'after'>) => {
  const changed = Object.entries(after ?? {}).filter(([name, value]) => before?.[name] !== value);
  if (changed.length === 0) return null;
  return (
    <ul className="soft mono">
      {changed.map(([name, value]) => (
        <li key={name}>
          {name}: {before?.[name] ?? '–'} → {value}
        </li>
      ))}
    </ul>
  );
};
