import type { Replication, Status } from '../../api/client.ts';
import { formatCount } from '../../format/figures.ts';
import { Moment } from '../../parts/moment.tsx';
import { RawJson } from '../../parts/raw-json.tsx';

/** What was configured, and the same as the API has it. */
export const Configuration = ({
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
    <div style={{ gridColumn: '1 / -1' }}>
      <RawJson title="As the API has it" value={replication} />
    </div>
  </div>
);
