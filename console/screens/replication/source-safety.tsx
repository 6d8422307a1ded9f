import { useQuery } from '@tanstack/react-query';
import type { SourceSafety } from '../../api/client.ts';
import { sourceSafetyQuery } from '../../data/queries.ts';
import { formatBytes, formatDuration, formatPercent } from '../../format/figures.ts';
import { CliLine } from '../../parts/cli-line.tsx';
import { Facts } from '../../parts/facts.tsx';
import { Freshness } from '../../parts/freshness.tsx';
import { RetainedLogChart } from '../../parts/history-charts.tsx';
import { Loaded } from '../../parts/listed.tsx';
import { Ago, Lasting } from '../../parts/moment.tsx';
import { Badge, type Tone } from '../../parts/state-badge.tsx';

/** From these shares of its limit on, the health check opens an incident and makes it worse. */
const warnPercent = 50;
const badPercent = 80;

/** What the source keeps for the replication, how long it can, and who holds it open. */
export const SourceSafetyTab = ({ clientId, id }: { readonly clientId: number; readonly id: number }) => {
  const safety = useQuery(sourceSafetyQuery(clientId, id));
  return (
    <Loaded query={safety}>
      {(data) => (
        <div className="stack">
          <section className="panel" aria-label="Source safety">
            <header>
              <h2>Log kept at the source</h2>
              <SafetyBadge safety={data} />
              <Freshness query={safety} />
            </header>
            <div className="body stack">
              {data.failure !== null && (
                <div className="problem" role="alert">
                  <b>
                    The log cannot be read, for <Lasting since={data.failure.since} />
                  </b>
                  <span>{data.failure.message}</span>
                </div>
              )}
              <Budget safety={data} />
              <Facts
                facts={{
                  'Grows by': rateOf(data),
                  'Full in':
                    data.minutes_to_loss === null
                      ? 'no limit, or nothing grows'
                      : formatDuration(data.minutes_to_loss * 60_000),
                  'Log ends at': <code>{data.position ?? 'not known'}</code>,
                  'Captured up to': (
                    <>
                      <code>{data.captured_position ?? 'nothing yet'}</code>
                      {data.ahead_bytes !== null && `, ${formatBytes(data.ahead_bytes)} behind`}
                    </>
                  ),
                  'Health check': data.read_at === null ? 'has not looked yet' : <Ago at={data.read_at} />,
                }}
              />
              <CliLine line={`millrace source ${id}`} />
            </div>
          </section>
          <RetainedLogChart clientId={clientId} id={id} />
          <div className="columns">
            <OpenTransactions safety={data} />
            <Created safety={data} />
          </div>
          {data.warnings.length > 0 && (
            <section className="panel" aria-label="Warnings">
              <header>
                <h2>What should be changed there</h2>
                <Badge tone="warn">{`${data.warnings.length} warnings`}</Badge>
              </header>
              <ul className="body stack">
                {data.warnings.map((warning) => (
                  <li key={warning}>{warning}</li>
                ))}
              </ul>
            </section>
          )}
        </div>
      )}
    </Loaded>
  );
};

const rateOf = ({ bytes_per_minute: perMinute }: SourceSafety): string =>
  perMinute === null ? 'not known yet' : `${formatBytes(Math.max(0, perMinute))} a minute`;

const shareOf = ({ retained_bytes: kept, limit_bytes: limit }: SourceSafety): number | undefined =>
  kept === null || limit === null || limit === 0 ? undefined : (kept / limit) * 100;

const SafetyBadge = ({ safety }: { readonly safety: SourceSafety }) => {
  const share = shareOf(safety);
  if (safety.read_at === null || safety.failure !== null) return <Badge tone="warn">Not known</Badge>;
  if (share === undefined)
    return safety.limit_bytes === null && safety.kept_ms === null ? (
      <Badge tone="warn">No limit is set</Badge>
    ) : (
      <Badge tone="still">Kept for a time</Badge>
    );
  const tone: Tone = share >= badPercent ? 'bad' : share >= warnPercent ? 'warn' : 'good';
  return <Badge tone={tone}>{`${formatPercent(share)} of its limit`}</Badge>;
};

const Budget = ({ safety }: { readonly safety: SourceSafety }) => {
  const { retained_bytes: kept, limit_bytes: limit, kept_ms: keptMs } = safety;
  const share = shareOf(safety);
  return (
    <div className="stack">
      <p>
        <b>{kept === null ? 'Not known' : formatBytes(kept)}</b>
        {limit !== null
          ? ` of at most ${formatBytes(limit)}. What is beyond it is removed, captured or not.`
          : keptMs !== null
            ? `. The source removes log after ${formatDuration(keptMs)}, captured or not.`
            : kept === null
              ? '.'
              : '. There is no limit: while nothing reads it, the disk of the source fills.'}
      </p>
      {share !== undefined && (
        <meter
          aria-label="Share of the limit"
          min={0}
          max={100}
          low={warnPercent}
          high={badPercent}
          optimum={0}
          value={Math.min(100, share)}
        />
      )}
    </div>
  );
};

const OpenTransactions = ({ safety }: { readonly safety: SourceSafety }) => {
  const { open_transactions: open, open_transactions_message: message } = safety;
  return (
    <section className="panel" aria-label="Open transactions">
      <header>
        <h2>Open transactions</h2>
      </header>
      <div className="body stack">
        {open !== null &&
          (open.length === 0 ? (
            <p>No transaction is open that has written something.</p>
          ) : (
            <>
              <p className="soft">The log is kept from where the oldest of them began.</p>
              <ol className="stack mono">
                {open.map((transaction) => (
                  <li key={transaction}>{transaction}</li>
                ))}
              </ol>
            </>
          ))}
        {message !== null && <p className="soft">{message}</p>}
      </div>
    </section>
  );
};

const Created = ({ safety: { objects, reader } }: { readonly safety: SourceSafety }) => (
  <section className="panel" aria-label="Created at the source">
    <header>
      <h2>What Millrace has created there</h2>
      {reader !== null &&
        (reader.is_reading ? <Badge tone="good">Being read</Badge> : <Badge tone="bad">Not read</Badge>)}
    </header>
    <div className="body stack">
      {reader !== null && (
        <p>
          {reader.is_reading ? 'Capture reads the log' : 'Nothing reads the log for the capture'}, since{' '}
          <Ago at={reader.since} />.
        </p>
      )}
      {objects.length === 0 ? (
        <p className="soft">Nothing.</p>
      ) : (
        <ul className="stack">
          {objects.map(({ kind, name, keeps_log: keepsLog }) => (
            <li key={`${kind} ${name}`}>
              {kind} <code>{name}</code>
              {keepsLog && <span className="soft">, for which the source keeps its log</span>}
            </li>
          ))}
        </ul>
      )}
    </div>
  </section>
);
