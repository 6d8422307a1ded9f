import { useQuery } from '@tanstack/react-query';
import type { Replication, Status } from '../../api/client.ts';
import { databasesQuery } from '../../data/queries.ts';
import { useWhy } from '../../data/use-why.ts';
import { formatCount, formatDuration } from '../../format/figures.ts';
import { ChecksPanel } from '../../parts/checks-panel.tsx';
import { Flow } from '../../parts/flow.tsx';
import { HistoryCharts } from '../../parts/history-charts.tsx';
import { Ago, Moment } from '../../parts/moment.tsx';
import { Badge, capitalized } from '../../parts/state-badge.tsx';
import { WhyPanel } from '../../parts/why-panel.tsx';
import { DeletionPanel } from './deletion.tsx';

/** The way of a change with its lag, why it is so, and the figures of an hour. */
export const Overview = ({
  clientId,
  id,
  replication,
  status,
}: {
  readonly clientId: number;
  readonly id: number;
  readonly replication: Replication;
  readonly status: Status;
}) => {
  const why = useWhy(clientId, id);
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
      {why.data !== undefined && <ChecksPanel checks={why.data.checks} />}
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
