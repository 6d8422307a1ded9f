import { useQuery } from '@tanstack/react-query';
import type { CopyProgress, TableCopy } from '../api/client.ts';
import { copyQuery } from '../data/queries.ts';
import { formatBytes, formatCount, formatDuration, formatPercent, formatRate } from '../format/figures.ts';
import { Freshness } from './freshness.tsx';
import { NotThere, QuietState } from './quiet-states.tsx';
import { Rows } from './rows.tsx';
import { TableBadge } from './state-badge.tsx';

const rateOf = (rowsPerSecond: number | null): string =>
  rowsPerSecond === null ? '–' : formatRate(rowsPerSecond);
const byteRateOf = (bytesPerSecond: number | null): string =>
  bytesPerSecond === null ? '–' : `${formatBytes(bytesPerSecond)}/s`;
const leftOf = (seconds: number | null): string =>
  seconds === null ? '–' : seconds === 0 ? 'none' : formatDuration(seconds * 1_000);

/** What runs first, then what waits, then what is done. */
const order = ['copying', 'pending', 'held', 'skipped', 'catching-up', 'live'];

/** How far the initial copy is, in all and of each table. */
export const CopyList = ({ clientId, id }: { readonly clientId: number; readonly id: number }) => {
  const copy = useQuery(copyQuery(clientId, id));
  if (copy.data === undefined) return <NotThere query={copy} />;
  const { data } = copy;
  const isPlanned = data.tables.some(({ chunks }) => chunks > 0);
  return (
    <div className="stack">
      <section className="panel">
        <header>
          <h2>Copy</h2>
          <Freshness query={copy} />
        </header>
        <div className="body stack">
          <Progress name="All tables" percent={data.percent} />
          <Figures copy={data} />
        </div>
      </section>
      {isPlanned ? (
        <Rows
          label="Copy of each table"
          items={data.tables.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))}
          keyOf={({ source }) => `${source.schema}.${source.table}`}
          columns={[
            { name: 'State', width: '116px', cell: (table) => <TableBadge state={table.state} /> },
            {
              name: 'Table',
              width: 'minmax(160px, 1fr)',
              cell: ({ source }) => (
                <b>
                  {source.schema}.{source.table}
                </b>
              ),
            },
            {
              name: 'Progress',
              width: 'minmax(140px, 1fr)',
              cell: (table) => (
                <Progress name={`${table.source.schema}.${table.source.table}`} percent={table.percent} />
              ),
            },
            { name: 'Chunks', width: '84px', isEnd: true, cell: chunksOf },
            {
              name: 'Copied',
              width: '104px',
              isEnd: true,
              cell: (table) => (
                <div className="two">
                  <span>{formatCount(table.rows_copied)} rows</span>
                  <span className="soft">{formatBytes(table.bytes_copied)}</span>
                </div>
              ),
            },
            {
              name: 'Speed',
              width: '88px',
              isEnd: true,
              cell: (table) => (
                <div className="two">
                  <span>{rateOf(table.rows_per_second)}</span>
                  <span className="soft">{byteRateOf(table.bytes_per_second)}</span>
                </div>
              ),
            },
            { name: 'Slowest chunk', width: '104px', isEnd: true, cell: slowestOf },
            { name: 'Left', width: '88px', isEnd: true, cell: (table) => leftOf(table.seconds_left) },
            { name: 'Runs on', width: '72px', cell: (table) => table.runs_on ?? '–' },
          ]}
          maxHeight="calc(100vh - 420px)"
        />
      ) : (
        <section className="panel">
          <QuietState title="Nothing is planned yet">
            <p>A start plans the copy once capture streams.</p>
          </QuietState>
        </section>
      )}
    </div>
  );
};

const chunksOf = ({ chunks, chunks_done: done }: TableCopy): string =>
  `${formatCount(done)} / ${formatCount(chunks)}`;

const slowestOf = ({ slowest_chunk: slowest, chunks }: TableCopy) =>
  slowest === null ? (
    '–'
  ) : (
    <div className="two">
      <span>{formatDuration(slowest.duration_ms)}</span>
      <span className="soft">
        {formatCount(slowest.chunk)} of {formatCount(chunks)}
      </span>
    </div>
  );

export const Progress = ({ name, percent }: { readonly name: string; readonly percent: number }) => (
  <span className="row" style={{ flexWrap: 'nowrap' }}>
    <progress aria-label={name} max={100} value={percent} data-done={percent >= 100} />
    <span className="end nowrap" style={{ width: 52 }}>
      {formatPercent(percent)}
    </span>
  </span>
);

const Figures = ({ copy }: { readonly copy: CopyProgress }) => (
  <dl className="facts">
    <dt>Rows</dt>
    <dd>
      {formatCount(copy.rows_copied)} of about {formatCount(copy.estimated_rows)}
    </dd>
    <dt>Size</dt>
    <dd>{formatBytes(copy.bytes_copied)}</dd>
    <dt>Speed</dt>
    <dd>
      {rateOf(copy.rows_per_second)}
      {copy.rows_per_second !== null && ` rows, ${byteRateOf(copy.bytes_per_second)}`}
    </dd>
    <dt>Time left</dt>
    <dd>{leftOf(copy.seconds_left)}</dd>
  </dl>
);
