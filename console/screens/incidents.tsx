import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import { incidentsQuery, replicationsQuery } from '../data/queries.ts';
import { Freshness } from '../parts/freshness.tsx';
import { IncidentTable } from '../parts/incident-table.tsx';
import { NotThere, QuietState } from '../parts/quiet-states.tsx';

export const IncidentsScreen = ({ clientId }: { readonly clientId: number }) => {
  const [params, setParams] = useSearchParams();
  const state = params.get('state') === 'all' ? 'all' : 'open';
  const incidents = useQuery(incidentsQuery(clientId, state));
  const replications = useQuery(replicationsQuery(clientId));
  const namesById = useMemo(
    () => new Map((replications.data ?? []).map(({ replication_id: id, name }) => [id, name])),
    [replications.data],
  );
  return (
    <div className="screen">
      <header className="screen-head">
        <div className="title">
          <h1>Incidents</h1>
          <Freshness query={incidents} />
        </div>
        <label className="row">
          <input
            type="checkbox"
            checked={state === 'all'}
            onChange={(event) => setParams(event.target.checked ? { state: 'all' } : {}, { replace: true })}
          />
          Also closed ones, of 90 days
        </label>
      </header>
      <section className="panel">
        {incidents.data === undefined ? (
          <NotThere query={incidents} />
        ) : incidents.data.length === 0 ? (
          <QuietState title={state === 'open' ? 'Nothing is open' : 'There was no incident'}>
            <p>
              An incident opens when a health check finds something wrong, and closes when it has caught up.
            </p>
          </QuietState>
        ) : (
          <IncidentTable clientId={clientId} incidents={incidents.data} namesById={namesById} />
        )}
      </section>
    </div>
  );
};
