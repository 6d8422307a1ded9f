import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type AlertChannel, api, unwrap } from '../../api/client.ts';
import { channelsQuery } from '../../data/alerts.ts';
import { shellQuoted } from '../../format/shell.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { NameField } from '../../parts/name-field.tsx';
import { ShownOnce } from '../../parts/shown-once.tsx';
import { OwnerField } from './owner.tsx';

const kinds = {
  slack: 'Slack: an incoming webhook',
  webhook: 'Webhook: signed JSON (Standard Webhooks)',
} as const satisfies Readonly<Record<AlertChannel['kind'], string>>;

/** Adds a channel, or gives one another name or address. A new signing key is shown once. */
export const ChannelDialog = ({
  clientId,
  channel,
  onClose,
}: {
  readonly clientId: number;
  readonly channel?: AlertChannel;
  readonly onClose: () => void;
}) => {
  const queries = useQueryClient();
  const [name, setName] = useState(channel?.name ?? '');
  const [kind, setKind] = useState<AlertChannel['kind']>(channel?.kind ?? 'slack');
  const [url, setUrl] = useState('');
  const [isForAll, setForAll] = useState(false);
  const save = useMutation({
    mutationFn: () =>
      unwrap(
        channel === undefined
          ? api.POST('/v1/alert-channels', {
              body: { name, kind, url, client_id: isForAll ? null : clientId },
            })
          : api.PATCH('/v1/alert-channels/{channel_id}', {
              params: { path: { channel_id: String(channel.channel_id) } },
              body: { name, ...(url === '' ? {} : { url }) },
            }),
      ),
    onSuccess: async ({ signing_secret: secret }) => {
      await queries.invalidateQueries({ queryKey: channelsQuery.queryKey });
      if (secret === null) onClose();
    },
  });
  if (save.data?.signing_secret != null)
    return (
      <ShownOnce
        title={`The signing key of ${save.data.name}`}
        explanation="It is shown this once. The receiver verifies each message with it."
        secret={save.data.signing_secret}
        onClose={onClose}
      />
    );
  return (
    <FormDialog
      title={channel === undefined ? 'Add a channel' : `Change ${channel.name}`}
      line={
        channel === undefined
          ? `millrace alerts add-channel ${shellQuoted(name || 'NAME')} --kind ${kind}${isForAll ? ' --all-clients' : ''}`
          : `millrace alerts update-channel ${channel.channel_id} --name ${shellQuoted(name)}${url === '' ? '' : ' --url'}`
      }
      error={save.error}
      label={channel === undefined ? 'Add' : 'Change'}
      isBusy={save.isPending}
      isReady={name.trim() !== ''}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <NameField value={name} onChange={setName} />
      {channel === undefined && (
        <>
          <label className="field">
            <span>Kind</span>
            <select value={kind} onChange={(event) => setKind(event.target.value as AlertChannel['kind'])}>
              {Object.entries(kinds).map(([key, meaning]) => (
                <option key={key} value={key}>
                  {meaning}
                </option>
              ))}
            </select>
          </label>
          <OwnerField isForAll={isForAll} onChange={setForAll} />
        </>
      )}
      <label className="field">
        <span>{channel === undefined ? 'URL' : 'New URL (empty: as it is)'}</span>
        <input
          type="password"
          autoComplete="off"
          required={channel === undefined}
          value={url}
          onChange={(event) => setUrl(event.target.value)}
        />
        <span className="hint">
          https, and a public address. It is a secret: it goes to Secrets Manager and is never shown.
        </span>
      </label>
    </FormDialog>
  );
};
