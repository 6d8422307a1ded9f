import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { Deletion } from '../../api/client.ts';
import { deletionQuery } from '../../data/queries.ts';
import { ActivityList } from '../../parts/activity-list.tsx';
import { Failed, Skeleton } from '../../parts/quiet-states.tsx';
import { Badge, capitalized } from '../../parts/state-badge.tsx';

interface OfReplication {
  readonly clientId: number;
  readonly id: number;
}

export const DeletionPanel = ({ clientId, id }: OfReplication) => {
  const deletion = useQuery(deletionQuery(clientId, id));
  return deletion.data === undefined ? null : <DeletionFacts deletion={deletion.data} />;
};

const DeletionFacts = ({ deletion }: { readonly deletion: Deletion }) => (
  <section className="panel" aria-label="Deletion">
    <header>
      <h2>Deletion</h2>
      <Badge tone={deletion.state === 'done' ? 'good' : deletion.state === 'blocked' ? 'bad' : 'busy'}>
        {capitalized(deletion.state)}
      </Badge>
    </header>
    <dl className="body facts">
      <dt>Removed</dt>
      <dd>{deletion.removed.length === 0 ? 'nothing yet' : deletion.removed.join(', ')}</dd>
      {deletion.remains.map(({ part, problem, remedy }) => (
        <div key={part} style={{ display: 'contents' }}>
          <dt>{part}</dt>
          <dd>
            {problem}
            {remedy !== null && <pre className="sql">{remedy}</pre>}
          </dd>
        </div>
      ))}
    </dl>
  </section>
);

/** A replication that is not there any more: what became of it. */
export const Gone = ({ clientId, id }: OfReplication) => {
  const deletion = useQuery(deletionQuery(clientId, id));
  return (
    <div className="screen">
      <header className="screen-head">
        <div className="title">
          <h1>{deletion.data?.name ?? `Replication ${id}`}</h1>
        </div>
        <Link className="button" href="/">
          To the fleet
        </Link>
      </header>
      {deletion.data !== undefined ? (
        <>
          <DeletionFacts deletion={deletion.data} />
          <section className="panel">
            <header>
              <h2>Activity</h2>
            </header>
            <ActivityList clientId={clientId} id={id} />
          </section>
        </>
      ) : deletion.isError ? (
        <Failed error={deletion.error} />
      ) : (
        <Skeleton />
      )}
    </div>
  );
};
