import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import {
  api,
  type DeadLetterCause,
  type DeadLetterSettings,
  type Replication,
  unwrap,
} from '../../api/client.ts';
import {
  type DeadLetterSelection,
  deadLetterCausesQuery,
  deadLetterLine,
  discardDeadLetters,
  replayDeadLetters,
} from '../../data/dead-letters.ts';
import { ofClient, ofReplication } from '../../data/queries.ts';
import { useMayOperate } from '../../data/session.tsx';
import { formatCount } from '../../format/figures.ts';
import { ConfirmDialog, ReasonField } from '../../parts/confirm-dialog.tsx';
import { Freshness } from '../../parts/freshness.tsx';
import { Listed } from '../../parts/listed.tsx';
import { Ago } from '../../parts/moment.tsx';
import { QuietState } from '../../parts/quiet-states.tsx';
import { DeadLetterEvents } from './dead-letter-events.tsx';
import { DryRunDialog } from './dry-run-dialog.tsx';

type Action = 'events' | 'dry-run' | 'replay' | 'discard';

type Open =
  | { readonly dialog: 'settings' }
  | { readonly dialog: Action; readonly selection: DeadLetterSelection; readonly events: number };

const policyMeanings: Readonly<Record<DeadLetterSettings['policy'], string>> = {
  hold_table: 'The table waits exactly before the refused change.',
  continue: 'The change becomes a dead letter, and the other rows go on.',
  stop: 'The replication ends with an error.',
};

/** Changes that the target has refused, by cause: what they are, whether they would pass now, and what becomes of them. */
export const DeadLetters = ({
  clientId,
  replication,
}: {
  readonly clientId: number;
  readonly replication: Replication;
}) => {
  const { replication_id: id, name, dead_letters: settings } = replication;
  const causes = useQuery(deadLetterCausesQuery(clientId, id));
  const mayOperate = useMayOperate();
  const [open, setOpen] = useState<Open>();
  const close = (): void => setOpen(undefined);
  const events = (causes.data ?? []).reduce((sum, cause) => sum + cause.events, 0);
  return (
    <div className="stack">
      <section className="panel" aria-label="Dead letters">
        <header>
          <h2>
            {causes.data === undefined
              ? 'Dead letters'
              : `${formatCount(events)} of at most ${formatCount(settings.limit)} dead letters`}
          </h2>
          <Freshness query={causes} />
          {mayOperate && events > 0 && (
            <Actions
              isRunning={replication.status === 'active'}
              onChoose={(dialog) => setOpen({ dialog, selection: 'all', events })}
              what="all"
            />
          )}
        </header>
        <dl className="body facts">
          <dt>When the target refuses a change</dt>
          <dd className="row">
            <span>
              <b>{settings.policy.replaceAll('_', ' ')}</b>: {policyMeanings[settings.policy]}
            </span>
            {mayOperate && (
              <button type="button" className="small" onClick={() => setOpen({ dialog: 'settings' })}>
                Change
              </button>
            )}
          </dd>
        </dl>
        {events > 0 && replication.status !== 'active' && (
          <p className="body soft">
            The consumer replays and discards them in the order of the stream, and it does not run now. Start
            or resume the replication first.
          </p>
        )}
      </section>
      <Listed
        query={causes}
        empty={
          <section className="panel">
            <QuietState title="No dead letters">
              <p>The target has taken every change. One that it refuses is listed here with its cause.</p>
            </QuietState>
          </section>
        }
      >
        {(items) =>
          items.map((cause) => (
            <CausePanel key={`${cause.table} ${cause.cause}`} cause={cause}>
              <Actions
                isRunning={replication.status === 'active'}
                mayChange={mayOperate}
                showsEvents
                what={cause.table}
                onChoose={(dialog) => setOpen({ dialog, selection: cause, events: cause.events })}
              />
            </CausePanel>
          ))
        }
      </Listed>
      {open?.dialog === 'settings' && (
        <SettingsDialog clientId={clientId} id={id} settings={settings} onClose={close} />
      )}
      {open?.dialog === 'events' && open.selection !== 'all' && (
        <DeadLetterEvents clientId={clientId} id={id} cause={open.selection} onClose={close} />
      )}
      {open?.dialog === 'dry-run' && (
        <DryRunDialog clientId={clientId} id={id} selection={open.selection} onClose={close} />
      )}
      {(open?.dialog === 'replay' || open?.dialog === 'discard') && (
        <EndDialog
          clientId={clientId}
          id={id}
          name={name}
          action={open.dialog}
          selection={open.selection}
          events={open.events}
          onClose={close}
        />
      )}
    </div>
  );
};

const CausePanel = ({
  cause,
  children,
}: {
  readonly cause: DeadLetterCause;
  readonly children: React.ReactNode;
}) => (
  <section className="panel" aria-label={cause.cause}>
    <header>
      <h2 className="mono">{cause.cause}</h2>
      {children}
    </header>
    <dl className="body facts">
      <dt>Table</dt>
      <dd className="mono">{cause.table}</dd>
      <dt>Known to differ</dt>
      <dd>
        {formatCount(cause.rows)} rows, {formatCount(cause.events)} changes
      </dd>
      <dt>First and last</dt>
      <dd>
        <Ago at={cause.first_at} />, <Ago at={cause.last_at} />
      </dd>
      <dt>For example</dt>
      <dd>{cause.sample_message}</dd>
    </dl>
  </section>
);

const Actions = ({
  isRunning,
  mayChange = true,
  showsEvents = false,
  what,
  onChoose,
}: {
  readonly isRunning: boolean;
  readonly mayChange?: boolean;
  readonly showsEvents?: boolean;
  /** What the actions are about, for those who cannot see where the buttons stand. */
  readonly what: string;
  readonly onChoose: (action: Action) => void;
}) => (
  <div className="row" role="toolbar" aria-label={`Dead letters of ${what}`}>
    {showsEvents && (
      <button type="button" className="small" onClick={() => onChoose('events')}>
        Show them
      </button>
    )}
    {mayChange &&
      (
        [
          ['dry-run', 'Dry run'],
          ['replay', 'Replay'],
          ['discard', 'Discard'],
        ] as const
      ).map(([action, label]) => (
        <button
          type="button"
          key={action}
          className={action === 'discard' ? 'small danger' : 'small'}
          disabled={!isRunning}
          onClick={() => onChoose(action)}
        >
          {label}
        </button>
      ))}
  </div>
);

interface OfReplication {
  readonly clientId: number;
  readonly id: number;
  readonly onClose: () => void;
}

const EndDialog = ({
  clientId,
  id,
  name,
  action,
  selection,
  events,
  onClose,
}: OfReplication & {
  readonly name: string;
  readonly action: 'replay' | 'discard';
  readonly selection: DeadLetterSelection;
  readonly events: number;
}) => {
  const [reason, setReason] = useState('');
  const isDiscard = action === 'discard';
  const count = `${formatCount(events)} dead ${events === 1 ? 'letter' : 'letters'}`;
  return (
    <ConfirmDialog
      title={`${isDiscard ? 'Discard' : 'Replay'} ${count}`}
      label={isDiscard ? 'Discard' : 'Replay'}
      isDestructive={isDiscard}
      {...(isDiscard && { nameToType: name })}
      isReady={!isDiscard || reason.trim() !== ''}
      line={deadLetterLine(action, id, selection, { reason })}
      run={() =>
        isDiscard
          ? discardDeadLetters(clientId, id, selection, reason)
          : replayDeadLetters(clientId, id, selection, { dryRun: false, reason })
      }
      done={`${count} ${events === 1 ? 'is' : 'are'} being ${isDiscard ? 'discarded' : 'replayed'}; the activity says how it went.`}
      onClose={onClose}
    >
      <p>
        {isDiscard
          ? 'Their rows may differ from the source until their next change. The other changes of the same rows go with them. Nothing is written at the target.'
          : 'Each row is read again from the source and written in the order of the stream. An older image never overwrites a newer row.'}
      </p>
      <ReasonField value={reason} onChange={setReason} isRequired={isDiscard} />
    </ConfirmDialog>
  );
};

const SettingsDialog = ({
  clientId,
  id,
  settings,
  onClose,
}: OfReplication & { readonly settings: DeadLetterSettings }) => {
  const [policy, setPolicy] = useState(settings.policy);
  const [limit, setLimit] = useState(String(settings.limit));
  return (
    <ConfirmDialog
      title="When the target refuses a change"
      label="Change"
      line={`millrace dlq policy ${id} --policy ${policy} --limit ${limit}`}
      isReady={/^[1-9]\d*$/.test(limit)}
      run={() =>
        unwrap(
          api.PATCH('/v1/replications/{replication_id}/dead-letters', {
            params: { path: ofReplication(id), query: ofClient(clientId) },
            body: { policy, limit: Number(limit) },
          }),
        )
      }
      done="It is changed. A consumer that runs takes it within seconds."
      onClose={onClose}
    >
      <fieldset className="stack" style={{ border: 0, margin: 0, padding: 0 }}>
        <legend className="visually-hidden">What happens</legend>
        {(Object.keys(policyMeanings) as DeadLetterSettings['policy'][]).map((key) => (
          <label className="row" key={key}>
            <input type="radio" name="policy" checked={policy === key} onChange={() => setPolicy(key)} />
            <b>{key.replaceAll('_', ' ')}</b> {policyMeanings[key]}
          </label>
        ))}
      </fieldset>
      <label className="field">
        <span>At most so many dead letters</span>
        <input type="number" min={1} value={limit} onChange={(event) => setLimit(event.target.value)} />
        <span className="hint">A refused change beyond them holds its table.</span>
      </label>
    </ConfirmDialog>
  );
};
