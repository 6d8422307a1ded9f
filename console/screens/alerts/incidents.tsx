import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import type { Incident } from '../../api/client.ts';
import { incidentsQuery, useReplicationNames } from '../../data/queries.ts';
import { useMayOperate } from '../../data/session.tsx';
import { Freshness } from '../../parts/freshness.tsx';
import { IncidentTable } from '../../parts/incident-table.tsx';
import { Listed } from '../../parts/listed.tsx';
import { QuietState } from '../../parts/quiet-states.tsx';
import { MuteDialog } from './mute-dialog.tsx';

export const IncidentsTab = ({ clientId }: { readonly clientId: number }) => {
  const [params, setParams] = useSearchParams();
  const state = params.get('state') === 'all' ? 'all' : 'open';
  const incidents = useQuery(incidentsQuery(clientId, state));
  const namesById = useReplicationNames(clientId);
  const mayOperate = useMayOperate();
  const [muted, setMuted] = useState<Incident>();
  return (
    <section className="panel" aria-label="Incidents">
      <header>
        <h2>{state === 'open' ? 'Open incidents' : 'Incidents of 90 days'}</h2>
        <Freshness query={incidents} />
        <label className="row">
          <input
            type="checkbox"
            checked={state === 'all'}
            onChange={(event) => setParams(event.target.checked ? { state: 'all' } : {}, { replace: true })}
          />
          Also closed ones, of 90 days
        </label>
      </header>
      <Listed
        query={incidents}
        empty={
          <QuietState title={state === 'open' ? 'Nothing is open' : 'There was no incident'}>
            <p>
              An incident opens when a health check finds something wrong, and closes when it has caught up.
            </p>
          </QuietState>
        }
      >
        {(items) => (
          <IncidentTable
            clientId={clientId}
            incidents={items}
            namesById={namesById}
            {...(mayOperate && { onMute: setMuted })}
          />
        )}
      </Listed>
      {muted !== undefined && (
        <MuteDialog
          clientId={clientId}
          replicationId={muted.replication_id}
          condition={muted.condition}
          onClose={() => setMuted(undefined)}
        />
      )}
    </section>
  );
};
