import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { ApiProblem, type Replication, type Status } from '../api/client.ts';
import { replicationIncidentsQuery, replicationQuery, statusQuery } from '../data/queries.ts';
import { useMayOperate } from '../data/session.tsx';
import { formatCount } from '../format/figures.ts';
import { ActivityList } from '../parts/activity-list.tsx';
import { CopyList } from '../parts/copy-list.tsx';
import { Freshness } from '../parts/freshness.tsx';
import { IncidentTable } from '../parts/incident-table.tsx';
import { Listed } from '../parts/listed.tsx';
import { Ago } from '../parts/moment.tsx';
import { Failed, QuietState, Skeleton } from '../parts/quiet-states.tsx';
import { ActionDialog, type ActionName, actionsFor, actionWords } from '../parts/replication-actions.tsx';
import { ScreenTabs } from '../parts/screen-tabs.tsx';
import { HealthBadge } from '../parts/state-badge.tsx';
import { TableList } from '../parts/table-list.tsx';
import { Capture } from './replication/capture.tsx';
import { Configuration } from './replication/configuration.tsx';
import { DeadLetters } from './replication/dead-letters.tsx';
import { Gone } from './replication/deletion.tsx';
import { Logs } from './replication/logs.tsx';
import { Overview } from './replication/overview.tsx';
import { SchemaChanges } from './replication/schema-changes.tsx';
import { SourceSafetyTab } from './replication/source-safety.tsx';

const tabs = [
  ['', 'Overview'],
  ['tables', 'Tables'],
  ['copy', 'Copy'],
  ['schema-changes', 'Schema changes'],
  ['dead-letters', 'Dead letters'],
  ['source', 'Source safety'],
  ['capture', 'Capture'],
  ['logs', 'Logs'],
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
            <HealthBadge
              overall={status.data.overall}
              condition={conditionOf(status.data)}
              triesAgainAt={status.data.tries_again_at}
            />
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
      <Held path={path} status={status.data} />
      <ScreenTabs label="Replication" path={path} tabs={tabs} current={tab} />
      <Tab tab={tab} clientId={clientId} id={id} replication={replication.data} status={status.data} />
      {action !== undefined && (
        <ActionDialog action={action} target={{ clientId, id, name }} onClose={() => setAction(undefined)} />
      )}
    </div>
  );
};

/** The most likely cause of what the status says. */
const conditionOf = ({ hop, hops }: Status): string | null =>
  hops.find((it) => it.hop === hop)?.fault ?? null;

const maxNamedTables = 3;

/** Which tables wait for a person, and why the first of them does. */
const Held = ({ path, status: { tables } }: { readonly path: string; readonly status: Status }) => {
  const held = tables.filter(({ state }) => state === 'held');
  const [first] = held;
  if (first === undefined) return null;
  const names = held.slice(0, maxNamedTables).map(({ source }) => `${source.schema}.${source.table}`);
  const others = held.length - names.length;
  return (
    <div className="banner tone-bad">
      <Link href={`${path}/tables?state=held`}>
        <b>
          {names.join(', ')}
          {others > 0 && ` and ${formatCount(others)} more`} {held.length === 1 ? 'is' : 'are'} held
        </b>
      </Link>
      <span className="soft clip" title={first.message ?? ''}>
        {first.message}
      </span>
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
    case 'schema-changes':
      return <SchemaChanges clientId={clientId} replication={replication} />;
    case 'dead-letters':
      return <DeadLetters clientId={clientId} replication={replication} />;
    case 'source':
      return <SourceSafetyTab clientId={clientId} id={id} />;
    case 'capture':
      return <Capture clientId={clientId} replication={replication} />;
    case 'logs':
      return <Logs clientId={clientId} id={id} />;
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

const Incidents = ({ clientId, id }: OfReplication) => {
  const incidents = useQuery(replicationIncidentsQuery(clientId, id));
  return (
    <section className="panel">
      <Listed
        query={incidents}
        empty={
          <QuietState title="There was no incident">
            <p>
              An incident opens when a health check finds something wrong, and closes when it has caught up.
            </p>
          </QuietState>
        }
      >
        {(items) => <IncidentTable clientId={clientId} incidents={items} />}
      </Listed>
    </section>
  );
};
