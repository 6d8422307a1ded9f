import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type AlertRoute, api, unwrap } from '../../api/client.ts';
import { channelsQuery, concerns, routesQuery, severityMeanings } from '../../data/alerts.ts';
import { sentenceOf } from '../../data/fleet-state.ts';
import { useMayOperate, useSession } from '../../data/session.tsx';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { Freshness } from '../../parts/freshness.tsx';
import { Listed } from '../../parts/listed.tsx';
import { PlainTable } from '../../parts/plain-table.tsx';
import { QuietState } from '../../parts/quiet-states.tsx';
import { ownerName } from './owner.tsx';
import { RouteDialog } from './route-dialog.tsx';

type Open = { readonly dialog: 'add' } | { readonly dialog: 'change' | 'delete'; readonly route: AlertRoute };

/** Which incidents go to which channels. */
export const RoutesTab = ({ clientId }: { readonly clientId: number }) => {
  const routes = useQuery({ ...routesQuery, select: (all) => all.filter(concerns(clientId)) });
  const channels = useQuery(channelsQuery);
  const { me } = useSession();
  const mayOperate = useMayOperate();
  const [open, setOpen] = useState<Open>();
  const close = (): void => setOpen(undefined);
  const nameOf = (id: number): string =>
    channels.data?.find((channel) => channel.channel_id === id)?.name ?? `channel ${id}`;
  const hasChannels = (channels.data ?? []).some(concerns(clientId));
  return (
    <section className="panel" aria-label="Routes">
      <header>
        <h2>Which incidents go where</h2>
        <Freshness query={routes} />
        {mayOperate && (
          <button
            type="button"
            className="primary"
            disabled={!hasChannels}
            title={hasChannels ? '' : 'Add a channel first.'}
            onClick={() => setOpen({ dialog: 'add' })}
          >
            Add a route
          </button>
        )}
      </header>
      <Listed
        query={routes}
        empty={
          <QuietState title="No routes yet">
            <p>
              Without a route only the alert topic of the deployment is told.{' '}
              {hasChannels ? 'Add one to use your channels.' : 'Add a channel first.'}
            </p>
          </QuietState>
        }
      >
        {(items) => (
          <PlainTable
            label="Routes"
            items={items}
            keyOf={(route) => route.route_id}
            columns={[
              {
                name: 'From severity',
                cell: ({ min_severity: severity }) => (
                  <>
                    <b>{severity}</b>
                    <br />
                    <span className="faint">{severityMeanings[severity]}</span>
                  </>
                ),
              },
              {
                name: 'Conditions',
                cell: ({ conditions }) =>
                  conditions === null ? 'every condition' : conditions.map(sentenceOf).join(', '),
              },
              {
                name: 'Channels',
                cell: ({ channel_ids: ids }) => ids.map((id) => <div key={id}>{nameOf(id)}</div>),
              },
              { name: 'For', cell: ownerName },
              {
                name: 'Takes',
                cell: ({ is_default: isDefault }) =>
                  isDefault ? 'what no other route takes' : 'whatever fits',
              },
              {
                name: 'Actions',
                isEnd: true,
                cell: (route) =>
                  mayOperate &&
                  (me.client_id === null || route.client_id === me.client_id) && (
                    <span className="row" style={{ justifyContent: 'flex-end', flexWrap: 'nowrap' }}>
                      <button
                        type="button"
                        className="small"
                        onClick={() => setOpen({ dialog: 'change', route })}
                      >
                        Change
                      </button>
                      <button
                        type="button"
                        className="small"
                        onClick={() => setOpen({ dialog: 'delete', route })}
                      >
                        Delete
                      </button>
                    </span>
                  ),
              },
            ]}
          />
        )}
      </Listed>
      {open?.dialog === 'add' && <RouteDialog clientId={clientId} onClose={close} />}
      {open?.dialog === 'change' && <RouteDialog clientId={clientId} route={open.route} onClose={close} />}
      {open?.dialog === 'delete' && (
        <ConfirmDialog
          title="Delete a route"
          label="Delete"
          isDestructive
          line={`millrace alerts remove-route ${open.route.route_id}`}
          run={() =>
            unwrap(
              api.DELETE('/v1/alert-routes/{route_id}', {
                params: { path: { route_id: String(open.route.route_id) } },
              }),
            )
          }
          done="The route is deleted."
          onClose={close}
        >
          <p>
            Its incidents do not go to {open.route.channel_ids.map(nameOf).join(', ')} by it any more. The
            channels remain.
          </p>
        </ConfirmDialog>
      )}
    </section>
  );
};
