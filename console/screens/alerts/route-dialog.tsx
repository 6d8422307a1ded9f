import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type AlertRoute, api, unwrap } from '../../api/client.ts';
import {
  type Condition,
  channelsQuery,
  concerns,
  conditions,
  type Severity,
  severityMeanings,
} from '../../data/alerts.ts';
import { sentenceOf } from '../../data/fleet-state.ts';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { OwnerField } from './owner.tsx';

/** Adds a route, or changes what one takes and where it sends it. */
export const RouteDialog = ({
  clientId,
  route,
  onClose,
}: {
  readonly clientId: number;
  readonly route?: AlertRoute;
  readonly onClose: () => void;
}) => {
  const channels = useQuery({ ...channelsQuery, select: (all) => all.filter(concerns(clientId)) });
  const [severity, setSeverity] = useState<Severity>(route?.min_severity ?? 'warning');
  const [only, setOnly] = useState<ReadonlySet<Condition>>(new Set(route?.conditions ?? []));
  const [channelIds, setChannelIds] = useState<ReadonlySet<number>>(new Set(route?.channel_ids ?? []));
  const [isDefault, setDefault] = useState(route?.is_default ?? false);
  const [isForAll, setForAll] = useState(false);
  const body = {
    min_severity: severity,
    conditions: only.size === 0 ? null : [...only],
    channel_ids: [...channelIds],
    is_default: isDefault,
  };
  return (
    <ConfirmDialog
      title={route === undefined ? 'Add a route' : 'Change a route'}
      label={route === undefined ? 'Add' : 'Change'}
      isReady={channelIds.size > 0}
      line={[
        route === undefined ? 'millrace alerts add-route' : `millrace alerts update-route ${route.route_id}`,
        ...[...channelIds].map((id) => `--channel ${id}`),
        `--severity ${severity}`,
        ...[...only].map((condition) => `--condition ${condition}`),
        ...(isDefault && route === undefined ? ['--default'] : []),
        ...(isForAll ? ['--all-clients'] : []),
      ].join(' ')}
      run={() =>
        unwrap(
          route === undefined
            ? api.POST('/v1/alert-routes', { body: { ...body, client_id: isForAll ? null : clientId } })
            : api.PATCH('/v1/alert-routes/{route_id}', {
                params: { path: { route_id: String(route.route_id) } },
                body,
              }),
        )
      }
      done={route === undefined ? 'The route is added.' : 'The route is changed.'}
      onClose={onClose}
    >
      <label className="field">
        <span>From which severity on</span>
        <select value={severity} onChange={(event) => setSeverity(event.target.value as Severity)}>
          {Object.entries(severityMeanings).map(([key, meaning]) => (
            <option key={key} value={key}>
              {key}: {meaning}
            </option>
          ))}
        </select>
      </label>
      <fieldset className="choices">
        <legend>Channels</legend>
        {(channels.data ?? []).map((channel) => (
          <Choice
            key={channel.channel_id}
            label={channel.name}
            isChosen={channelIds.has(channel.channel_id)}
            onChoose={() => setChannelIds(toggled(channelIds, channel.channel_id))}
          />
        ))}
      </fieldset>
      <details>
        <summary>
          {only.size === 0 ? 'Every condition; choose some' : `Only ${only.size} of the conditions`}
        </summary>
        <fieldset className="choices">
          <legend className="visually-hidden">Conditions</legend>
          {conditions.map((condition) => (
            <Choice
              key={condition}
              label={sentenceOf(condition)}
              isChosen={only.has(condition)}
              onChoose={() => setOnly(toggled(only, condition))}
            />
          ))}
        </fieldset>
      </details>
      <fieldset className="choices">
        <legend className="visually-hidden">Order</legend>
        <Choice
          label="Only what no other route takes"
          isChosen={isDefault}
          onChoose={() => setDefault(!isDefault)}
        />
      </fieldset>
      {route === undefined && <OwnerField isForAll={isForAll} onChange={setForAll} />}
    </ConfirmDialog>
  );
};

const toggled = <T,>(all: ReadonlySet<T>, one: T): ReadonlySet<T> => {
  const after = new Set(all);
  if (!after.delete(one)) after.add(one);
  return after;
};

const Choice = ({
  label,
  isChosen,
  onChoose,
}: {
  readonly label: string;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}) => (
  <label className="row">
    <input type="checkbox" checked={isChosen} onChange={onChoose} />
    {label}
  </label>
);
