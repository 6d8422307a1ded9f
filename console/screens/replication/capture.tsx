import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Connector, Replication } from '../../api/client.ts';
import {
  type ConnectorAction,
  connectorConfigQuery,
  connectorLine,
  connectorQuery,
  runConnectorAction,
} from '../../data/connectors.ts';
import { useMayOperate } from '../../data/session.tsx';
import { CliLine } from '../../parts/cli-line.tsx';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { Freshness } from '../../parts/freshness.tsx';
import { Loaded } from '../../parts/listed.tsx';
import { PlainTable } from '../../parts/plain-table.tsx';
import { QuietState } from '../../parts/quiet-states.tsx';
import { RawJson } from '../../parts/raw-json.tsx';
import { Badge, capitalized, type Tone } from '../../parts/state-badge.tsx';

const stateTones: Readonly<Record<string, Tone>> = {
  RUNNING: 'good',
  FAILED: 'bad',
  UNASSIGNED: 'warn',
  RESTARTING: 'busy',
};

const StateBadge = ({ state }: { readonly state: string }) => (
  <Badge tone={stateTones[state] ?? 'still'}>{capitalized(state.toLowerCase())}</Badge>
);

/** Of these, the API resumes a connector and refuses to pause it: the health check would resume it within a minute. */
const capturing: ReadonlySet<Replication['status']> = new Set(['active', 'starting', 'pausing', 'paused']);

/** The connector in Kafka Connect: its state, its tasks with their traces, and its configuration. */
export const Capture = ({
  clientId,
  replication,
}: {
  readonly clientId: number;
  readonly replication: Replication;
}) => {
  const connector = useQuery(connectorQuery(clientId, replication.connector_name));
  const mayOperate = useMayOperate();
  const [action, setAction] = useState<ConnectorAction>();
  return (
    <div className="stack">
      <Loaded query={connector}>
        {(data) =>
          data.state === null ? (
            <section className="panel">
              <QuietState title="Kafka Connect has no such connector">
                <p>
                  A start of the replication creates <code>{data.name}</code>.
                </p>
              </QuietState>
            </section>
          ) : (
            <>
              <section className="panel" aria-label="Connector">
                <header>
                  <StateBadge state={data.state} />
                  <h2 className="mono">{data.name}</h2>
                  <Freshness query={connector} />
                  {mayOperate && (
                    <ConnectorActions connector={data} replication={replication} onChoose={setAction} />
                  )}
                </header>
                <Trace text={data.trace} />
                <Tasks connector={data} {...(mayOperate && { onRestart: setAction })} />
                <div className="body">
                  <CliLine line={`millrace connectors status ${data.name}`} />
                </div>
              </section>
              <Configuration clientId={clientId} connector={data} />
            </>
          )
        }
      </Loaded>
      {action !== undefined && (
        <ActionDialog
          clientId={clientId}
          connector={replication.connector_name}
          action={action}
          onClose={() => setAction(undefined)}
        />
      )}
    </div>
  );
};

const ConnectorActions = ({
  connector,
  replication,
  onChoose,
}: {
  readonly connector: Connector;
  readonly replication: Replication;
  readonly onChoose: (action: ConnectorAction) => void;
}) => {
  const isMeantToRun = capturing.has(replication.status);
  const isPaused = connector.state === 'PAUSED' || connector.state === 'STOPPED';
  return (
    <div className="row" role="toolbar" aria-label="Actions on the connector">
      <button type="button" className="small" onClick={() => onChoose('restart')}>
        Restart
      </button>
      {isPaused ? (
        <button
          type="button"
          className="small"
          disabled={!isMeantToRun}
          title={isMeantToRun ? '' : 'Its replication is not to capture. Start the replication instead.'}
          onClick={() => onChoose('resume')}
        >
          Resume
        </button>
      ) : (
        <button
          type="button"
          className="small"
          disabled={isMeantToRun}
          title={isMeantToRun ? 'Its replication captures. Stop the replication to pause it.' : ''}
          onClick={() => onChoose('pause')}
        >
          Pause
        </button>
      )}
    </div>
  );
};

const Trace = ({ text }: { readonly text: string | null }) =>
  text === null ? null : (
    <pre className="trace" tabIndex={0}>
      {text}
    </pre>
  );

const Tasks = ({
  connector,
  onRestart,
}: {
  readonly connector: Connector;
  readonly onRestart?: (action: ConnectorAction) => void;
}) =>
  connector.tasks.length === 0 ? (
    <p className="body soft">It has no task now: Kafka Connect has not begun one, or is moving it.</p>
  ) : (
    <PlainTable
      label="Tasks"
      items={connector.tasks}
      keyOf={({ task }) => task}
      columns={[
        { name: 'Task', cell: ({ task }) => task },
        { name: 'State', cell: ({ state }) => <StateBadge state={state} /> },
        {
          name: 'Trace',
          cell: ({ trace }) =>
            trace === null ? <span className="faint">none</span> : <Trace text={trace} />,
        },
        ...(onRestart === undefined
          ? []
          : [
              {
                name: 'Actions',
                isEnd: true,
                cell: ({ task }: Connector['tasks'][number]) => (
                  <button type="button" className="small" onClick={() => onRestart({ restartTask: task })}>
                    Restart task {task}
                  </button>
                ),
              },
            ]),
      ]}
    />
  );

const Configuration = ({
  clientId,
  connector,
}: {
  readonly clientId: number;
  readonly connector: Connector;
}) => {
  const config = useQuery(connectorConfigQuery(clientId, connector.name));
  const [text, setText] = useState('');
  return (
    <>
      <section className="panel" aria-label="Configuration">
        <header>
          <h2>Configuration, without its secrets</h2>
          <input
            type="search"
            aria-label="Search the configuration"
            placeholder="Search  /"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </header>
        <Loaded query={config}>
          {(data) => {
            const sought = text.toLowerCase();
            const found = Object.entries(data)
              .filter(([name, value]) => `${name}=${value}`.toLowerCase().includes(sought))
              .toSorted(([a], [b]) => (a < b ? -1 : 1));
            return found.length === 0 ? (
              <QuietState title="Nothing matches">
                <button type="button" onClick={() => setText('')}>
                  Clear the search
                </button>
              </QuietState>
            ) : (
              <dl className="body facts mono">
                {found.map(([name, value]) => (
                  <div key={name} style={{ display: 'contents' }}>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                  </div>
                ))}
              </dl>
            );
          }}
        </Loaded>
        <div className="body">
          <CliLine line={`millrace connectors config ${connector.name}`} />
        </div>
      </section>
      <RawJson title="As Kafka Connect has it" value={{ ...connector, config: config.data }} />
    </>
  );
};

const words: Readonly<Record<'pause' | 'resume' | 'restart', { title: string; does: string; done: string }>> =
  {
    pause: {
      title: 'Pause the connector',
      does: 'It reads nothing from the source until it is resumed.',
      done: 'The connector is paused.',
    },
    resume: {
      title: 'Resume the connector',
      does: 'It goes on where it stopped.',
      done: 'The connector is resumed.',
    },
    restart: {
      title: 'Restart the connector',
      does: 'It starts again with all its tasks, which read their secrets again. It goes on where it stopped.',
      done: 'The connector is restarted.',
    },
  };

const ActionDialog = ({
  clientId,
  connector,
  action,
  onClose,
}: {
  readonly clientId: number;
  readonly connector: string;
  readonly action: ConnectorAction;
  readonly onClose: () => void;
}) => {
  const { title, does, done } =
    typeof action === 'string'
      ? words[action]
      : {
          title: `Restart task ${action.restartTask}`,
          does: 'Only this task starts again. It goes on where it stopped.',
          done: `Task ${action.restartTask} is restarted.`,
        };
  return (
    <ConfirmDialog
      title={title}
      label={title.split(' ')[0] ?? title}
      line={connectorLine(connector, action)}
      run={() => runConnectorAction(clientId, connector, action)}
      done={done}
      onClose={onClose}
    >
      <p>{does}</p>
    </ConfirmDialog>
  );
};
