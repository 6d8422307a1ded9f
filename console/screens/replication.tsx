import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { ApiProblem, type Deletion, type Replication, type Status } from '../api/client.ts';
import {
  databasesQuery,
  deletionQuery,
  replicationIncidentsQuery,
  replicationQuery,
  statusQuery,
  whyQuery,
} from '../data/queries.ts';
import { useMayOperate } from '../data/session.tsx';
import { formatBytes, formatCount, formatDuration } from '../format/figures.ts';
import { ActivityList } from '../parts/activity-list.tsx';
import { CopyList } from '../parts/copy-list.tsx';
import { Flow } from '../parts/flow.tsx';
import { Freshness } from '../parts/freshness.tsx';
import { HistoryCharts } from '../parts/history-charts.tsx';
import { IncidentTable } from '../parts/incident-table.tsx';
import { Ago, Moment } from '../parts/moment.tsx';
import { Failed, NotThere, QuietState, Skeleton } from '../parts/quiet-states.tsx';
import { ActionDialog, type ActionName, actionsFor, actionWords } from '../parts/replication-actions.tsx';
import { Badge, capitalized, HealthBadge } from '../parts/state-badge.tsx';
import { TableList } from '../parts/table-list.tsx';
import { WhyPanel } from '../parts/why-panel.tsx';

const tabs = [
  ['', 'Overview'],
  ['tables', 'Tables'],
  ['copy', 'Copy'],
  ['incidents', 'Incidents'],
  ['activity', 'Activity'],
  ['configuration', 'Configuration'],
] as const;

interface OfReplication {
  readonly clientId: number;
  readonly id: number;
}

export const ReplicationScreen = ({
  clientId,
  id,
  tab = '',
}: OfReplication & { readonly tab: string | undefined }) => {
  const replication = useQuery(replicationQuery(clientId, id));
  const status = useQuery({ ...statusQuery(clientId, id), enabled: replication.data !== undefined });
  const mayOperate = useMayOperate();
  const [action, setAction] = useState<ActionName>();
  const isGone = replication.error instanceof ApiProblem && replication.error.details.status === 404;
  if (isGone) return <Gone clientId={clientId} id={id} />;
  if (replication.data === undefined || status.data === undefined)
    return (
      <div className="screen">
        {replication.isError || status.isError ? (
          <Failed error={replication.error ?? status.error} retry={replication.refetch} />
        ) : (
          <Skeleton lines={10} />
        )}
      </div>
    );
  const path = `/clients/${clientId}/replications/${id}`;
  const { name } = replication.data;
  return (
    <div className="screen">
      <header className="screen-head">
        <div className="title">
          <div className="row">
            <h1>{name}</h1>
            <HealthBadge overall={status.data.overall} />
          </div>
          <div className="row soft">
            <Freshness query={status} />
            <span>
              Status <b>{status.data.config.status}</b>, <Ago at={status.data.config.status_since} />
            </span>
          </div>
        </div>
        {mayOperate && (
          <div className="row" role="toolbar" aria-label="Actions">
            {actionsFor(status.data.config.status).map((it, index) => (
              <button
                type="button"
                key={it}
                className={
                  actionWords[it].isDestructive === true
                    ? 'danger'
                    : index === 0 && (it === 'start' || it === 'resume')
                      ? 'primary'
                      : ''
                }
                onClick={() => setAction(it)}
              >
                {actionWords[it].label}
              </button>
            ))}
          </div>
        )}
      </header>
      <nav className="tabs" aria-label="Replication">
        {tabs.map(([key, label]) => (
          <Link
            key={key}
            href={key === '' ? path : `${path}/${key}`}
            aria-current={tab === key ? 'page' : undefined}
          >
            {label}
          </Link>
        ))}
      </nav>
      <Tab tab={tab} clientId={clientId} id={id} replication={replication.data} status={status.data} />
      {action !== undefined && (
        <ActionDialog action={action} target={{ clientId, id, name }} onClose={() => setAction(undefined)} />
      )}
    </div>
  );
};

const Tab = ({
  tab,
  clientId,
  id,
  replication,
  status,
}: OfReplication & {
  readonly tab: string;
  readonly replication: Replication;
  readonly status: Status;
}) => {
  switch (tab) {
    case 'tables':
      return <TableList clientId={clientId} replication={replication} status={status} />;
    case 'copy':
      return <CopyList clientId={clientId} id={id} />;
    case 'incidents':
      return <Incidents clientId={clientId} id={id} />;
    case 'activity':
      return (
        <section className="panel">
          <ActivityList clientId={clientId} id={id} />
        </section>
      );
    case 'configuration':
      return <Configuration replication={replication} status={status} />;
    default:
      return <Overview clientId={clientId} id={id} replication={replication} status={status} />;
  }
};

const Overview = ({
  clientId,
  id,
  replication,
  status,
}: OfReplication & { readonly replication: Replication; readonly status: Status }) => {
  const why = useQuery(whyQuery(clientId, id));
  const databases = useQuery(databasesQuery(clientId));
  const nameOf = (databaseId: number): string =>
    databases.data?.find((database) => database.database_id === databaseId)?.name ?? `database ${databaseId}`;
  const { statistics } = status;
  return (
    <>
      {why.data !== undefined && <WhyPanel why={why.data} />}
      {status.config.status === 'deleting' && <DeletionPanel clientId={clientId} id={id} />}
      <section className="panel" aria-label="Flow">
        <Flow
          status={status}
          source={nameOf(replication.source_database_id)}
          target={nameOf(replication.target_database_id)}
        />
      </section>
      {status.wait !== null && (
        <section className="panel">
          <header>
            <h2>
              The start waits for {formatCount(status.wait.transaction_count)} open transactions at the source
            </h2>
            <span className="soft">
              until <Moment at={status.wait.until} />
            </span>
          </header>
          <ul className="body mono">
            {status.wait.transactions.map((transaction) => (
              <li key={transaction}>{transaction}</li>
            ))}
          </ul>
        </section>
      )}
      {status.pause !== null && (
        <section className="panel">
          <header>
            <h2>
              Paused by {status.pause.by}
              {status.pause.reason !== null && `: ${status.pause.reason}`}
            </h2>
            <span className="soft">
              Kafka keeps changes until <Moment at={status.pause.changes_kept_until} />
            </span>
          </header>
        </section>
      )}
      <HistoryCharts clientId={clientId} id={id} />
      <div className="columns narrow">
        <section className="panel">
          <header>
            <h2>Rows at the target</h2>
          </header>
          <dl className="body facts">
            <dt>Copied</dt>
            <dd>{formatCount(statistics.rows_copied)}</dd>
            <dt>Inserted</dt>
            <dd>{formatCount(statistics.rows_inserted)}</dd>
            <dt>Updated</dt>
            <dd>{formatCount(statistics.rows_updated)}</dd>
            <dt>Deleted</dt>
            <dd>{formatCount(statistics.rows_deleted)}</dd>
            <dt>Tables live</dt>
            <dd>
              {formatCount(statistics.tables_live)} of {formatCount(statistics.tables_enabled)}
            </dd>
            <dt>Waiting</dt>
            <dd>
              {statistics.lag_events === null
                ? (statistics.lag_message ?? 'not known')
                : statistics.lag_events === 0
                  ? 'nothing'
                  : `${formatCount(statistics.lag_events)} changes, ${formatDuration(statistics.lag_ms ?? 0)} behind`}
            </dd>
            <dt>Last change</dt>
            <dd>{statistics.last_sync_at === null ? 'none yet' : <Ago at={statistics.last_sync_at} />}</dd>
          </dl>
        </section>
        <SourceSafety status={status} />
        <section className="panel">
          <header>
            <h2>Capture</h2>
            <Badge tone={status.connector.healthy ? 'good' : status.config.is_active ? 'bad' : 'still'}>
              {capitalized(status.connector.state.toLowerCase().replaceAll('_', ' '))}
            </Badge>
          </header>
          <dl className="body facts">
            <dt>Connector</dt>
            <dd className="mono">{status.config.connector_name}</dd>
            {status.connector.tasks.map((task) => (
              <div key={task.id} style={{ display: 'contents' }}>
                <dt>Task {task.id}</dt>
                <dd>{task.state.toLowerCase()}</dd>
              </div>
            ))}
            <dt>Message</dt>
            <dd>{status.connector.message}</dd>
          </dl>
        </section>
        <section className="panel">
          <header>
            <h2>Consumer</h2>
            <Badge tone={status.consumer.healthy ? 'good' : status.config.is_active ? 'bad' : 'still'}>
              {capitalized(status.consumer.state.toLowerCase().replaceAll('_', ' '))}
            </Badge>
          </header>
          <dl className="body facts">
            <dt>Heartbeat</dt>
            <dd>
              {status.consumer.last_heartbeat === null ? (
                'none yet'
              ) : (
                <Ago at={status.consumer.last_heartbeat} />
              )}
            </dd>
            <dt>Task</dt>
            <dd className="mono">{status.consumer.task_arn ?? 'none'}</dd>
            <dt>Message</dt>
            <dd>{status.consumer.message}</dd>
          </dl>
        </section>
      </div>
    </>
  );
};

/** What the source keeps for the replication, and how long it can. */
const SourceSafety = ({
  status: { statistics, warnings, source_objects: objects },
}: {
  readonly status: Status;
}) => (
  <section className="panel">
    <header>
      <h2>Source safety</h2>
      {warnings.length > 0 && <Badge tone="warn">{`${warnings.length} warnings`}</Badge>}
    </header>
    <dl className="body facts">
      <dt>Log kept</dt>
      <dd>
        {statistics.source_retained_bytes === null
          ? 'not known'
          : `${formatBytes(statistics.source_retained_bytes)}, `}
        {statistics.source_retained_at !== null && <Ago at={statistics.source_retained_at} />}
      </dd>
      <dt>Grows by</dt>
      <dd>
        {statistics.source_retained_bytes_per_minute === null
          ? 'not known yet'
          : `${formatBytes(Math.max(0, statistics.source_retained_bytes_per_minute))} a minute`}
      </dd>
      <dt>Full in</dt>
      <dd>
        {statistics.source_minutes_to_loss === null
          ? 'no limit, or nothing grows'
          : formatDuration(statistics.source_minutes_to_loss * 60_000)}
      </dd>
      <dt>Created there</dt>
      <dd>
        {objects.length === 0
          ? 'nothing'
          : objects.map(({ kind, name, keeps_log: keepsLog }) => (
              <div key={`${kind} ${name}`}>
                {kind} <code>{name}</code>
                {keepsLog && <span className="soft"> (the source keeps its log for it)</span>}
              </div>
            ))}
      </dd>
      {warnings.map((warning) => (
        <div key={warning} style={{ display: 'contents' }}>
          <dt>Warning</dt>
          <dd>{warning}</dd>
        </div>
      ))}
    </dl>
  </section>
);

const Incidents = ({ clientId, id }: OfReplication) => {
  const incidents = useQuery(replicationIncidentsQuery(clientId, id));
  return (
    <section className="panel">
      {incidents.data === undefined ? (
        <NotThere query={incidents} />
      ) : incidents.data.length === 0 ? (
        <QuietState title="There was no incident">
          <p>
            An incident opens when a health check finds something wrong, and closes when it has caught up.
          </p>
        </QuietState>
      ) : (
        <IncidentTable clientId={clientId} incidents={incidents.data} />
      )}
    </section>
  );
};

const Configuration = ({
  replication,
  status,
}: {
  readonly replication: Replication;
  readonly status: Status;
}) => (
  <div className="columns">
    <section className="panel">
      <header>
        <h2>Replication</h2>
      </header>
      <dl className="body facts">
        <dt>Number</dt>
        <dd>{replication.replication_id}</dd>
        <dt>Connector</dt>
        <dd className="mono">{replication.connector_name}</dd>
        <dt>Topics</dt>
        <dd className="mono">{replication.topic_prefix}.*</dd>
        <dt>Target names</dt>
        <dd className="mono">{replication.target_table_name}</dd>
        <dt>Starts</dt>
        <dd>{formatCount(replication.generation)}</dd>
        <dt>Created</dt>
        <dd>
          <Moment at={replication.created_at} />
        </dd>
        <dt>Desired</dt>
        <dd>{status.config.desired}</dd>
      </dl>
    </section>
    <section className="panel">
      <header>
        <h2>Capture options</h2>
      </header>
      <dl className="body facts">
        {Object.entries(replication.capture).map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt className="mono">{name}</dt>
            <dd>{value === null ? "the driver's own" : value.toLocaleString('en')}</dd>
          </div>
        ))}
      </dl>
    </section>
    <section className="panel" style={{ gridColumn: '1 / -1' }}>
      <header>
        <h2>As the API has it</h2>
      </header>
      <pre className="body" style={{ margin: 0, maxHeight: 420, overflow: 'auto' }} tabIndex={0}>
        {JSON.stringify(replication, undefined, 2)}
      </pre>
    </section>
  </div>
);

const DeletionPanel = ({ clientId, id }: OfReplication) => {
  const deletion = useQuery(deletionQuery(clientId, id));
  return deletion.data === undefined ? null : <DeletionFacts deletion={deletion.data} />;
};

const DeletionFacts = ({ deletion }: { readonly deletion: Deletion }) => (
  <section className="panel" aria-label="Deletion">
    <header>
      <h2>Deletion</h2>
      <Badge tone={deletion.state === 'done' ? 'good' : deletion.state === 'blocked' ? 'bad' : 'busy'}>
        {capitalized(deletion.state)}
      </Badge>
    </header>
    <dl className="body facts">
      <dt>Removed</dt>
      <dd>{deletion.removed.length === 0 ? 'nothing yet' : deletion.removed.join(', ')}</dd>
      {deletion.remains.map(({ part, problem, remedy }) => (
        <div key={part} style={{ display: 'contents' }}>
          <dt>{part}</dt>
          <dd>
            {problem}
            {remedy !== null && <pre className="sql">{remedy}</pre>}
          </dd>
        </div>
      ))}
    </dl>
  </section>
);

/** A replication that is not there any more: what became of it. */
const Gone = ({ clientId, id }: OfReplication) => {
  const deletion = useQuery(deletionQuery(clientId, id));
  return (
    <div className="screen">
      <header className="screen-head">
        <div className="title">
          <h1>{deletion.data?.name ?? `Replication ${id}`}</h1>
        </div>
        <Link className="button" href="/">
          To the fleet
        </Link>
      </header>
      {deletion.data !== undefined ? (
        <>
          <DeletionFacts deletion={deletion.data} />
          <section className="panel">
            <header>
              <h2>Activity</h2>
            </header>
            <ActivityList clientId={clientId} id={id} />
          </section>
        </>
      ) : deletion.isError ? (
        <Failed error={deletion.error} />
      ) : (
        <Skeleton />
      )}
    </div>
  );
};
