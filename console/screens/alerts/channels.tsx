import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type AlertChannel, api, unwrap } from '../../api/client.ts';
import { channelsQuery, concerns } from '../../data/alerts.ts';
import { useMayOperate, useSession } from '../../data/session.tsx';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { Freshness } from '../../parts/freshness.tsx';
import { Listed } from '../../parts/listed.tsx';
import { Moment } from '../../parts/moment.tsx';
import { PlainTable } from '../../parts/plain-table.tsx';
import { QuietState } from '../../parts/quiet-states.tsx';
import { ChannelDialog } from './channel-dialog.tsx';
import { ownerName } from './owner.tsx';
import { TestDialog } from './test-dialog.tsx';

type Open =
  | { readonly dialog: 'add' | 'test-topic' }
  | { readonly dialog: 'test' | 'change' | 'delete'; readonly channel: AlertChannel };

/** Where alerts go to. Their addresses are secrets: only the host of each is shown. */
export const ChannelsTab = ({ clientId }: { readonly clientId: number }) => {
  const channels = useQuery({ ...channelsQuery, select: (all) => all.filter(concerns(clientId)) });
  const mayOperate = useMayOperate();
  const { me } = useSession();
  const [open, setOpen] = useState<Open>();
  const close = (): void => setOpen(undefined);
  const mayChange = ({ client_id: owner }: AlertChannel): boolean =>
    mayOperate && (me.client_id === null || owner === me.client_id);
  return (
    <section className="panel" aria-label="Channels">
      <header>
        <h2>Where alerts go to</h2>
        <Freshness query={channels} />
        {mayOperate && me.client_id === null && (
          <button type="button" onClick={() => setOpen({ dialog: 'test-topic' })}>
            Test the alert topic
          </button>
        )}
        {mayOperate && (
          <button type="button" className="primary" onClick={() => setOpen({ dialog: 'add' })}>
            Add a channel
          </button>
        )}
      </header>
      <Listed
        query={channels}
        empty={
          <QuietState title="No channels yet">
            <p>
              Alerts go to the alert topic of the deployment, whose subscribers get them by mail. A channel is
              a webhook of Slack, or one of your own that verifies a signature. A route says what it gets.
            </p>
          </QuietState>
        }
      >
        {(items) => (
          <PlainTable
            label="Channels"
            items={items}
            keyOf={(channel) => channel.channel_id}
            columns={[
              { name: 'Name', cell: (channel) => <b>{channel.name}</b> },
              { name: 'Kind', cell: (channel) => channel.kind },
              { name: 'Host', cell: (channel) => <code>{channel.host}</code> },
              { name: 'For', cell: ownerName },
              {
                name: 'Created',
                cell: (channel) => (
                  <>
                    <Moment at={channel.created_at} /> <span className="faint">by {channel.created_by}</span>
                  </>
                ),
              },
              {
                name: 'Actions',
                isEnd: true,
                cell: (channel) =>
                  mayChange(channel) && (
                    <span className="row" style={{ justifyContent: 'flex-end', flexWrap: 'nowrap' }}>
                      {(
                        [
                          ['test', 'Test'],
                          ['change', 'Change'],
                          ['delete', 'Delete'],
                        ] as const
                      ).map(([dialog, label]) => (
                        <button
                          type="button"
                          key={dialog}
                          className="small"
                          onClick={() => setOpen({ dialog, channel })}
                        >
                          {label}
                        </button>
                      ))}
                    </span>
                  ),
              },
            ]}
          />
        )}
      </Listed>
      {open?.dialog === 'add' && <ChannelDialog clientId={clientId} onClose={close} />}
      {open?.dialog === 'change' && (
        <ChannelDialog clientId={clientId} channel={open.channel} onClose={close} />
      )}
      {open?.dialog === 'test' && <TestDialog channel={open.channel} onClose={close} />}
      {open?.dialog === 'test-topic' && <TestDialog onClose={close} />}
      {open?.dialog === 'delete' && (
        <ConfirmDialog
          title={`Delete the channel ${open.channel.name}`}
          label="Delete"
          isDestructive
          nameToType={open.channel.name}
          line={`millrace alerts remove-channel ${open.channel.channel_id}`}
          run={() =>
            unwrap(
              api.DELETE('/v1/alert-channels/{channel_id}', {
                params: { path: { channel_id: String(open.channel.channel_id) } },
              }),
            )
          }
          done={`The channel ${open.channel.name} is deleted.`}
          onClose={close}
        >
          <p>
            Nothing is sent there any more, and its address is removed from Secrets Manager. What remains: the
            log of what was sent there, for 30 days.
          </p>
        </ConfirmDialog>
      )}
    </section>
  );
};
