import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type AlertMute, api, unwrap } from '../../api/client.ts';
import { concerns, mutesQuery } from '../../data/alerts.ts';
import { sentenceOf } from '../../data/fleet-state.ts';
import { useReplicationNames } from '../../data/queries.ts';
import { useMayOperate } from '../../data/session.tsx';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { Freshness } from '../../parts/freshness.tsx';
import { Listed } from '../../parts/listed.tsx';
import { Moment } from '../../parts/moment.tsx';
import { PlainTable } from '../../parts/plain-table.tsx';
import { QuietState } from '../../parts/quiet-states.tsx';
import { MuteDialog } from './mute-dialog.tsx';

export const MutesTab = ({ clientId }: { readonly clientId: number }) => {
  const mutes = useQuery({ ...mutesQuery, select: (all) => all.filter(concerns(clientId)) });
  const namesById = useReplicationNames(clientId);
  const mayOperate = useMayOperate();
  const [adds, setAdds] = useState(false);
  const [ended, setEnded] = useState<AlertMute>();
  return (
    <section className="panel" aria-label="Mutes">
      <header>
        <h2>What nobody is told of now</h2>
        <Freshness query={mutes} />
        {mayOperate && (
          <button type="button" className="primary" onClick={() => setAdds(true)}>
            Mute alerts
          </button>
        )}
      </header>
      <Listed
        query={mutes}
        empty={
          <QuietState title="Nothing is muted">
            <p>Mute a replication before its maintenance, so that nobody is woken for what is expected.</p>
          </QuietState>
        }
      >
        {(items) => (
          <PlainTable
            label="Mutes"
            items={items}
            keyOf={(mute) => mute.mute_id}
            columns={[
              {
                name: 'Replication',
                cell: ({ replication_id: id, client_id: owner }) =>
                  id === null
                    ? owner === null
                      ? 'all of all clients'
                      : 'all of the client'
                    : (namesById.get(id) ?? `Replication ${id}`),
              },
              {
                name: 'Condition',
                cell: ({ condition }) => (condition === null ? 'every condition' : sentenceOf(condition)),
              },
              { name: 'Until', cell: ({ until }) => <Moment at={until} /> },
              { name: 'By', cell: ({ created_by: by }) => by },
              { name: 'Reason', cell: ({ reason }) => reason },
              ...(mayOperate
                ? [
                    {
                      name: 'Actions',
                      isEnd: true,
                      cell: (mute: AlertMute) => (
                        <button type="button" className="small" onClick={() => setEnded(mute)}>
                          End it
                        </button>
                      ),
                    },
                  ]
                : []),
            ]}
          />
        )}
      </Listed>
      {adds && <MuteDialog clientId={clientId} onClose={() => setAdds(false)} />}
      {ended !== undefined && (
        <ConfirmDialog
          title="End a mute"
          label="End it"
          line={`millrace alerts unmute ${ended.mute_id}`}
          run={() =>
            unwrap(
              api.DELETE('/v1/alert-mutes/{mute_id}', {
                params: { path: { mute_id: String(ended.mute_id) } },
              }),
            )
          }
          done="The mute is ended."
          onClose={() => setEnded(undefined)}
        >
          <p>What still lasts is told within a minute.</p>
        </ConfirmDialog>
      )}
    </section>
  );
};
