import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useDeferredValue, useMemo, useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import type { FleetRow } from '../api/client.ts';
import {
  arrangeFleet,
  type FleetState,
  fleetStateNames,
  fleetStates,
  reasonOf,
  restateMs,
  type StatedRow,
  sentenceOf,
  sharedCauses,
} from '../data/fleet-state.ts';
import { fleetQuery, historyQuery } from '../data/queries.ts';
import { useMayOperate, useSession } from '../data/session.tsx';
import { formatBytes, formatCount, formatDuration, formatPercent, formatRate } from '../format/figures.ts';
import { CliLine } from '../parts/cli-line.tsx';
import { useNow } from '../parts/clock.ts';
import { Freshness } from '../parts/freshness.tsx';
import { Modal } from '../parts/modal.tsx';
import { Lasting } from '../parts/moment.tsx';
import { NotThere, QuietState } from '../parts/quiet-states.tsx';
import { type ActionName, actionWords, bulkLineOf, runAction } from '../parts/replication-actions.tsx';
import { type Column, Rows } from '../parts/rows.tsx';
import { Sparkline } from '../parts/sparkline.tsx';
import { FleetBadge, fleetTones } from '../parts/state-badge.tsx';

const noRows: readonly FleetRow[] = [];

/** Every replication that the token may see; what needs someone stands first. */
export const FleetScreen = ({ newPath }: { readonly newPath: string | undefined }) => {
  const fleet = useQuery(fleetQuery);
  const rows = fleet.data?.rows ?? noRows;
  const isWhole = fleet.data?.isWhole ?? false;
  const { me } = useSession();
  const mayOperate = useMayOperate();
  const [params, setParams] = useSearchParams();
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  const [bulk, setBulk] = useState<ActionName>();
  const nowMs = Math.floor(useNow() / restateMs) * restateMs;
  const text = params.get('q') ?? '';
  const sought = useDeferredValue(text);
  const state = fleetStates.find((name) => name === params.get('state'));
  const clientId = params.has('client') ? Number(params.get('client')) : undefined;
  const { shown, counts } = useMemo(
    () => arrangeFleet(rows, { text: sought, state, clientId }, nowMs),
    [rows, sought, state, clientId, nowMs],
  );
  const causes = useMemo(() => sharedCauses(shown), [shown]);
  const setParam = (name: string, value: string | undefined): void =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        if (value === undefined || value === '') after.delete(name);
        else after.set(name, value);
        return after;
      },
      { replace: true },
    );
  const clientName = rows.find((row) => row.client_id === clientId)?.client_name;
  const columns = useMemo(
    () => fleetColumns(me.client_id === null, mayOperate ? { selected, setSelected } : undefined),
    [me.client_id, mayOperate, selected],
  );
  const chosen = shown.filter(({ row }) => selected.has(row.replication_id));

  return (
    <div className="screen">
      <header className="screen-head">
        <div className="title">
          <h1>Fleet</h1>
          {fleet.data === undefined || isWhole ? (
            <Freshness query={fleet} />
          ) : (
            <span className="freshness" data-stale={fleet.isError}>
              {fleet.isError
                ? `only ${formatCount(rows.length)} could be read; trying again`
                : `reading · ${formatCount(rows.length)} so far`}
            </span>
          )}
        </div>
        <input
          type="search"
          className="search"
          aria-label="Search replications"
          placeholder="Search name, client, database  /"
          value={text}
          onChange={(event) => setParam('q', event.target.value)}
        />
        {me.client_id === null && (
          <ClientFilter rows={rows} clientId={clientId} onChoose={(id) => setParam('client', id)} />
        )}
        {mayOperate && newPath !== undefined && (
          <Link className="button primary" href={newPath}>
            New replication
          </Link>
        )}
      </header>
      <fieldset className="counters" style={{ border: 0, margin: 0, padding: 0 }}>
        <legend className="visually-hidden">Filter by state</legend>
        {fleetStates.map((name) => (
          <button
            type="button"
            key={name}
            className="counter"
            data-tone={fleetTones[name]}
            data-empty={counts[name] === 0}
            aria-pressed={state === name}
            onClick={() => setParam('state', state === name ? undefined : name)}
          >
            <b>{formatCount(counts[name])}</b>
            {fleetStateNames[name]}
          </button>
        ))}
      </fieldset>
      {causes.map((cause) => (
        <div key={`${cause.condition} ${cause.database}`} className="banner tone-bad">
          <b>{formatCount(cause.count)} replications</b>
          <span>
            {sentenceOf(cause.condition)}: {cause.database}
          </span>
          <button type="button" className="small" onClick={() => setParam('q', cause.database)}>
            Show them
          </button>
        </div>
      ))}
      <Chips
        text={text}
        state={state}
        clientName={clientId === undefined ? undefined : (clientName ?? `client ${clientId}`)}
        onClear={(name) => setParam(name, undefined)}
      />
      {chosen.length > 0 && (
        <div className="row" role="toolbar" aria-label="Actions on the selection">
          <b>{formatCount(chosen.length)} selected</b>
          {(['start', 'stop', 'restart'] as const).map((action) => (
            <button type="button" key={action} onClick={() => setBulk(action)}>
              {actionWords[action].label}
            </button>
          ))}
          <button type="button" className="quiet" onClick={() => setSelected(new Set())}>
            Select none
          </button>
        </div>
      )}
      {fleet.data === undefined ? (
        <div className="list">
          <NotThere query={fleet} />
        </div>
      ) : rows.length === 0 ? (
        <div className="list">
          <QuietState title="No replications yet">
            <p>Register a source and a target database, choose tables, and create the first one.</p>
            {mayOperate && newPath !== undefined && (
              <Link className="button primary" href={newPath}>
                New replication
              </Link>
            )}
            {newPath === undefined && <p>There is no client yet. Create one: millrace clients add NAME</p>}
          </QuietState>
        </div>
      ) : shown.length === 0 ? (
        <div className="list">
          <QuietState title="Nothing matches">
            <p>None of {formatCount(rows.length)} replications passes these filters.</p>
            <button type="button" onClick={() => setParams(new URLSearchParams(), { replace: true })}>
              Clear the filters
            </button>
          </QuietState>
        </div>
      ) : (
        <Rows label="Replications" items={shown} columns={columns} keyOf={({ row }) => row.replication_id} />
      )}
      {bulk !== undefined && <BulkDialog action={bulk} rows={chosen} onClose={() => setBulk(undefined)} />}
    </div>
  );
};

/** The clients that have replications, by name. */
const ClientFilter = ({
  rows,
  clientId,
  onChoose,
}: {
  readonly rows: readonly FleetRow[];
  readonly clientId: number | undefined;
  readonly onChoose: (id: string) => void;
}) => {
  const clients = useMemo(
    () =>
      [...new Map(rows.map((row) => [row.client_id, row.client_name]))].toSorted(([, one], [, other]) =>
        one.localeCompare(other),
      ),
    [rows],
  );
  // One that is chosen by the address stays to be seen, also while its rows are not here.
  const isKnown = clientId === undefined || clients.some(([id]) => id === clientId);
  return (
    <select
      aria-label="Client of the replications"
      value={clientId ?? ''}
      onChange={(event) => onChoose(event.target.value)}
    >
      <option value="">All clients</option>
      {!isKnown && <option value={clientId}>client {clientId}</option>}
      {clients.map(([id, name]) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
};

const Chips = ({
  text,
  state,
  clientName,
  onClear,
}: {
  readonly text: string;
  readonly state: FleetState | undefined;
  readonly clientName: string | undefined;
  readonly onClear: (name: 'q' | 'state' | 'client') => void;
}) => {
  const chips = [
    ...(state === undefined ? [] : ([['state', fleetStateNames[state]]] as const)),
    ...(clientName === undefined ? [] : ([['client', clientName]] as const)),
    ...(text === '' ? [] : ([['q', `“${text}”`]] as const)),
  ];
  if (chips.length === 0) return null;
  return (
    <div className="row">
      {chips.map(([name, label]) => (
        <span className="chip" key={name}>
          {label}
          <button type="button" aria-label={`Remove the filter ${label}`} onClick={() => onClear(name)}>
            ×
          </button>
        </span>
      ))}
    </div>
  );
};

interface Selection {
  readonly selected: ReadonlySet<number>;
  readonly setSelected: (selected: ReadonlySet<number>) => void;
}

const fleetColumns = (
  showsClient: boolean,
  selection: Selection | undefined,
): readonly Column<StatedRow>[] => [
  ...(selection === undefined
    ? []
    : [
        {
          name: 'Selected',
          width: '20px',
          head: <span className="visually-hidden">Selected</span>,
          cell: ({ row }: StatedRow) => (
            <input
              type="checkbox"
              aria-label={`Select ${row.name}`}
              checked={selection.selected.has(row.replication_id)}
              onChange={(event) => {
                const next = new Set(selection.selected);
                if (event.target.checked) next.add(row.replication_id);
                else next.delete(row.replication_id);
                selection.setSelected(next);
              }}
            />
          ),
        },
      ]),
  { name: 'State', width: '112px', cell: ({ state }) => <FleetBadge state={state} /> },
  {
    name: 'Replication',
    width: 'minmax(210px, 1.6fr)',
    cell: ({ row }) => (
      <div className="two">
        <Link
          className="clip"
          href={`/clients/${row.client_id}/replications/${row.replication_id}`}
          title={row.name}
        >
          {row.name}
        </Link>
        <span className="soft clip">
          {showsClient && `${row.client_name} · `}
          {row.source} → {row.target}
        </span>
      </div>
    ),
  },
  {
    name: 'Why',
    width: 'minmax(120px, 1.2fr)',
    cell: ({ row, state }) => {
      const reason = reasonOf(row, state);
      return (
        <span className="soft" title={reason}>
          {reason}
        </span>
      );
    },
  },
  {
    name: 'Lag, 30 min',
    width: '188px',
    cell: ({ row }) => <LagCell clientId={row.client_id} id={row.replication_id} status={row.status} />,
  },
  {
    name: 'Changes',
    width: '76px',
    isEnd: true,
    cell: ({ row }) => <RateCell clientId={row.client_id} id={row.replication_id} status={row.status} />,
  },
  { name: 'Tables', width: '54px', isEnd: true, cell: ({ row }) => formatCount(row.table_count) },
  { name: 'Dead letters', width: '82px', isEnd: true, cell: (stated) => <DeadLetterCell {...stated} /> },
  { name: 'Log left', width: '64px', isEnd: true, cell: (stated) => <LogLeftCell {...stated} /> },
  {
    name: 'Since',
    width: '92px',
    isEnd: true,
    cell: ({ row, state }) => (
      <Lasting
        since={
          (state === 'running' || state === 'behind' || state === 'needs-you') && row.health !== null
            ? row.health.since
            : row.status_since
        }
      />
    ),
  },
];

/** Figures of the health check are told while it looks. */
const isWatched = (state: FleetState): boolean => state !== 'stopped' && state !== 'unknown';

const none = <span className="faint">–</span>;

const DeadLetterCell = ({ row, state }: StatedRow) => {
  const count = row.health?.dead_letter_rows ?? null;
  if (count === null || !isWatched(state)) return none;
  if (count === 0) return <span className="faint">0</span>;
  return (
    <Link
      className="text-bad"
      href={`/clients/${row.client_id}/replications/${row.replication_id}/dead-letters`}
      title={`${formatCount(count)} rows are known to differ from the source`}
    >
      {formatCount(count)}
    </Link>
  );
};

/** Below these shares of what is left, the health check opens an incident and makes it worse. */
const warnLeftPercent = 50;
const badLeftPercent = 20;

/** How much of what the source may keep for it is left. */
const LogLeftCell = ({ row: { health }, state }: StatedRow) => {
  const kept = health?.source_retained_bytes ?? null;
  const limit = health?.source_limit_bytes ?? null;
  const minutes = health?.source_minutes_to_loss ?? null;
  const inWords = [
    ...(kept === null ? [] : [`${formatBytes(kept)} are kept${limit === null ? ', with no limit' : ''}`]),
    ...(limit === null ? [] : [`of at most ${formatBytes(limit)}`]),
    ...(minutes === null ? [] : [`full in ${formatDuration(minutes * 60_000)}`]),
  ].join(', ');
  if (!isWatched(state) || kept === null || limit === null || limit === 0)
    return minutes !== null && isWatched(state) ? (
      <span title={inWords}>{formatDuration(minutes * 60_000)}</span>
    ) : (
      <span title={isWatched(state) ? inWords : ''}>{none}</span>
    );
  const left = Math.max(0, 100 - (kept / limit) * 100);
  return (
    <span
      className={left <= badLeftPercent ? 'text-bad' : left <= warnLeftPercent ? 'text-warn' : ''}
      title={inWords}
    >
      {formatPercent(left)}
    </span>
  );
};

const sparkMinutes = 30;
interface OfRow {
  readonly clientId: number;
  readonly id: number;
  readonly status: string;
}

/** Only rows in sight ask for their history. */
const useRowHistory = ({ clientId, id, status }: OfRow) =>
  useQuery({
    ...historyQuery(clientId, id, sparkMinutes),
    enabled: status === 'active' || status === 'error',
  });

const LagCell = (row: OfRow) => {
  const { data } = useRowHistory(row);
  if (data === undefined || data.length === 0) return <span className="faint">–</span>;
  const lags = data.map((point) =>
    point.apply_lag_ms === null && point.capture_lag_ms === null
      ? null
      : Math.max(point.apply_lag_ms ?? 0, point.capture_lag_ms ?? 0),
  );
  const last = lags.at(-1);
  const text = last === null || last === undefined ? 'not known' : formatDuration(last);
  return (
    <span className="row" style={{ flexWrap: 'nowrap', gap: 10 }}>
      <Sparkline values={lags} label={`Lag of the last ${sparkMinutes} minutes, now ${text}`} />
      <span className="nowrap">{text}</span>
    </span>
  );
};

const RateCell = (row: OfRow) => {
  const { data } = useRowHistory(row);
  const [before, last] = (data ?? []).slice(-2);
  const [applied, appliedBefore] = [last?.applied_events ?? null, before?.applied_events ?? null];
  if (before === undefined || last === undefined || applied === null || appliedBefore === null)
    return <span className="faint">–</span>;
  const seconds = (Date.parse(last.at) - Date.parse(before.at)) / 1_000;
  return formatRate(Math.max(0, applied - appliedBefore) / Math.max(1, seconds));
};

interface BulkResult {
  readonly name: string;
  readonly problem: string | undefined;
}

/** One call of the API for each of the selection, one after the other; the result of each is shown. */
const BulkDialog = ({
  action,
  rows,
  onClose,
}: {
  readonly action: ActionName;
  readonly rows: readonly StatedRow[];
  readonly onClose: () => void;
}) => {
  const queries = useQueryClient();
  // What was chosen when it was opened: filters and answers may change the rows meanwhile.
  const [targets] = useState(rows);
  const [results, setResults] = useState<readonly BulkResult[]>();
  const run = async (): Promise<void> => {
    const done: BulkResult[] = [];
    setResults([]);
    for (const { row } of targets) {
      const problem = await runAction(action, { clientId: row.client_id, id: row.replication_id }).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      done.push({ name: row.name, problem });
      setResults([...done]);
    }
    await queries.invalidateQueries({ queryKey: fleetQuery.queryKey });
  };
  const words = actionWords[action];
  return (
    <Modal title={`${words.title}: ${formatCount(targets.length)} replications`} onClose={onClose}>
      <p>{words.does}</p>
      <CliLine
        line={bulkLineOf(
          action,
          targets.map(({ row }) => row.replication_id),
        )}
      />
      {results !== undefined && (
        <ul className="stack" aria-live="polite">
          {results.map(({ name, problem }) => (
            <li key={name}>
              <b>{name}</b> {problem ?? `${words.taken}.`}
            </li>
          ))}
        </ul>
      )}
      <div className="buttons">
        <button type="button" onClick={onClose}>
          {results === undefined ? 'Cancel' : 'Close'}
        </button>
        {results === undefined && (
          <button type="button" className="primary" onClick={() => void run()}>
            {words.label}
          </button>
        )}
      </div>
    </Modal>
  );
};
