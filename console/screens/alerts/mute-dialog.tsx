import { useState } from 'react';
import { api, unwrap } from '../../api/client.ts';
import { type Condition, conditions } from '../../data/alerts.ts';
import { sentenceOf } from '../../data/fleet-state.ts';
import { useReplicationNames } from '../../data/queries.ts';
import { shellQuoted } from '../../format/shell.ts';
import { ConfirmDialog, ReasonField } from '../../parts/confirm-dialog.tsx';

const spans = [
  ['30m', 30, '30 minutes'],
  ['2h', 120, '2 hours'],
  ['8h', 480, '8 hours'],
  ['1d', 1_440, '1 day'],
  ['7d', 10_080, '7 days'],
  ['30d', 43_200, '30 days'],
] as const;

/** Tells nobody of incidents for a while, for maintenance. They are listed as before. */
export const MuteDialog = ({
  clientId,
  replicationId: givenId,
  condition: givenCondition,
  onClose,
}: {
  readonly clientId: number;
  readonly replicationId?: number;
  readonly condition?: Condition;
  readonly onClose: () => void;
}) => {
  const namesById = useReplicationNames(clientId);
  const [replicationId, setReplicationId] = useState(givenId === undefined ? '' : String(givenId));
  const [condition, setCondition] = useState<Condition | undefined>(givenCondition);
  const [span, setSpan] = useState<(typeof spans)[number][0]>('2h');
  const [reason, setReason] = useState('');
  const minutes = spans.find(([key]) => key === span)?.[1] ?? 120;
  return (
    <ConfirmDialog
      title="Mute alerts"
      label="Mute"
      isReady={reason.trim() !== ''}
      line={[
        'millrace alerts mute',
        ...(replicationId === '' ? [] : [replicationId]),
        `--for ${span}`,
        ...(condition === undefined ? [] : [`--condition ${condition}`]),
        `--reason ${shellQuoted(reason || 'WHY')}`,
      ].join(' ')}
      run={() =>
        unwrap(
          api.POST('/v1/alert-mutes', {
            body: {
              client_id: clientId,
              replication_id: replicationId === '' ? null : Number(replicationId),
              condition: condition ?? null,
              until: new Date(Date.now() + minutes * 60_000).toISOString(),
              reason,
            },
          }),
        )
      }
      done="It is muted. What still lasts at the end is told then."
      onClose={onClose}
    >
      <p>
        Incidents are listed as before, and nobody is told of them. What still lasts at the end is told then.
      </p>
      <label className="field">
        <span>Replication</span>
        <select value={replicationId} onChange={(event) => setReplicationId(event.target.value)}>
          <option value="">All of the client</option>
          {[...namesById].map(([id, name]) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>Condition</span>
        <select
          value={condition ?? ''}
          onChange={(event) => setCondition(conditions.find((it) => it === event.target.value))}
        >
          <option value="">Every condition</option>
          {conditions.map((name) => (
            <option key={name} value={name}>
              {sentenceOf(name)}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>For how long</span>
        <select
          value={span}
          onChange={(event) => setSpan(spans.find(([key]) => key === event.target.value)?.[0] ?? '2h')}
        >
          {spans.map(([key, , name]) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <ReasonField value={reason} onChange={setReason} isRequired />
    </ConfirmDialog>
  );
};
