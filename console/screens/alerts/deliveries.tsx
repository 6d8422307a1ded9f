import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'wouter';
import type { AlertDelivery } from '../../api/client.ts';
import { channelsQuery, concerns, useDeliveries } from '../../data/alerts.ts';
import { sentenceOf } from '../../data/fleet-state.ts';
import { CliLine } from '../../parts/cli-line.tsx';
import { Freshness } from '../../parts/freshness.tsx';
import { Listed } from '../../parts/listed.tsx';
import { Moment } from '../../parts/moment.tsx';
import { MoreButton } from '../../parts/more-button.tsx';
import { PlainTable } from '../../parts/plain-table.tsx';
import { QuietState } from '../../parts/quiet-states.tsx';
import { DeliveryBadge } from './delivery-badge.tsx';

const states = ['waiting', 'delivered', 'failed'] as const;

/** Which alerts went where in the last 30 days, and how each attempt ended. */
export const DeliveriesTab = ({ clientId }: { readonly clientId: number }) => {
  const [params, setParams] = useSearchParams();
  const state = states.find((name) => name === params.get('state'));
  const channelId = params.has('channel') ? Number(params.get('channel')) : undefined;
  const channels = useQuery({ ...channelsQuery, select: (all) => all.filter(concerns(clientId)) });
  const found = useDeliveries({ state, channelId });
  const deliveries = { ...found, data: found.data?.pages.flatMap((page) => page.deliveries) };
  const setParam = (name: string, value: string): void =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        if (value === '') after.delete(name);
        else after.set(name, value);
        return after;
      },
      { replace: true },
    );
  const isFiltered = state !== undefined || channelId !== undefined;
  return (
    <section className="panel" aria-label="Deliveries">
      <header>
        <h2>What was sent in 30 days</h2>
        <Freshness query={found} />
        <select
          aria-label="State"
          value={state ?? ''}
          onChange={(event) => setParam('state', event.target.value)}
        >
          <option value="">Every state</option>
          {states.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
        <select
          aria-label="Channel"
          value={channelId ?? ''}
          onChange={(event) => setParam('channel', event.target.value)}
        >
          <option value="">Every channel</option>
          {(channels.data ?? []).map((channel) => (
            <option key={channel.channel_id} value={channel.channel_id}>
              {channel.name}
            </option>
          ))}
        </select>
      </header>
      <Listed
        query={deliveries}
        empty={
          isFiltered ? (
            <QuietState title="Nothing matches">
              <button type="button" onClick={() => setParams({}, { replace: true })}>
                Clear the filters
              </button>
            </QuietState>
          ) : (
            <QuietState title="Nothing was sent">
              <p>Alerts are sent when an incident opens, gets worse or closes, and a route takes it.</p>
            </QuietState>
          )
        }
      >
        {(items) => (
          <PlainTable
            label="Deliveries"
            items={items}
            keyOf={(delivery) => delivery.delivery_id}
            columns={[
              { name: 'At', cell: (delivery) => <Moment at={delivery.created_at} /> },
              { name: 'State', cell: (delivery) => <DeliveryBadge state={delivery.state} /> },
              { name: 'Channel', cell: (delivery) => delivery.channel },
              {
                name: 'What',
                cell: (delivery) => (
                  <>
                    {delivery.subject}
                    <br />
                    <span className="faint">
                      {delivery.event}, {delivery.severity}
                      {delivery.condition !== null && `, ${sentenceOf(delivery.condition)}`}
                    </span>
                  </>
                ),
              },
              { name: 'Attempts', isEnd: true, cell: attemptsOf },
              { name: 'The last one', cell: lastOf },
            ]}
          />
        )}
      </Listed>
      <MoreButton query={found} label="Show earlier" />
      <div className="body">
        <CliLine
          line={[
            'millrace alerts deliveries',
            ...(state === undefined ? [] : [`--state ${state}`]),
            ...(channelId === undefined ? [] : [`--channel ${channelId}`]),
          ].join(' ')}
        />
      </div>
    </section>
  );
};

const attemptsOf = ({ begun_attempts: begun, max_attempts: most }: AlertDelivery): string =>
  `${begun} of ${most}`;

const lastOf = ({ attempts, due_at: dueAt }: AlertDelivery) => {
  const last = attempts.at(-1);
  return (
    <>
      {last === undefined
        ? '–'
        : (last.error ?? (last.http_status === null ? 'taken' : `HTTP ${last.http_status}`))}
      {dueAt !== null && (
        <span className="soft">
          {' '}
          next at <Moment at={dueAt} />
        </span>
      )}
    </>
  );
};
