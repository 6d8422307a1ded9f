import { useDeferredValue, useMemo, useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { api, type Replication, type Status, type TableStatus, unwrap } from '../api/client.ts';
import { useMayOperate } from '../data/session.tsx';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatPercent,
  formatShortCount,
} from '../format/figures.ts';
import { shellQuoted } from '../format/shell.ts';
import { AddTablesDialog } from './add-tables-dialog.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { Ago } from './moment.tsx';
import { QuietState } from './quiet-states.tsx';
import { type Column, Rows } from './rows.tsx';
import { TableBadge } from './state-badge.tsx';

type TableAction = 'resync' | 'remove';

const nameOf = ({ source }: Pick<TableStatus, 'source'>): string => `${source.schema}.${source.table}`;

const targetOf = ({ target }: Pick<TableStatus, 'target'>): string => `${target.schema}.${target.table}`;

/** Since the replication has the table; large figures are short, with all digits on hover. */
const appliedOf = (rows: number | null) =>
  rows === null ? '–' : <span title={formatCount(rows)}>{formatShortCount(rows)}</span>;

/** What needs someone first, then what moves, then the rest by name. */
const stateOrder = ['held', 'skipped', 'copying', 'catching-up', 'pending', 'live'];

export const TableList = ({
  clientId,
  replication,
  status,
}: {
  readonly clientId: number;
  readonly replication: Replication;
  readonly status: Status;
}) => {
  const mayOperate = useMayOperate();
  // In the address: a link can name the tables that are held.
  const [params, setParams] = useSearchParams();
  const text = params.get('q') ?? '';
  const state = params.get('state') ?? '';
  const filterBy = (filter: { readonly q: string; readonly state: string }): void =>
    setParams(Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== '')), {
      replace: true,
    });
  const [action, setAction] = useState<{ readonly action: TableAction; readonly table: TableStatus }>();
  const [adds, setAdds] = useState(false);
  const sought = useDeferredValue(text.toLowerCase());
  const tables = useMemo(
    () =>
      status.tables
        .filter(
          (table) =>
            (state === '' || table.state === state) &&
            (sought === '' ||
              nameOf(table).toLowerCase().includes(sought) ||
              table.target.table.toLowerCase().includes(sought)),
        )
        .toSorted(
          (a, b) =>
            stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state) || nameOf(a).localeCompare(nameOf(b)),
        ),
    [status.tables, sought, state],
  );
  // One that is chosen stays to be seen, also when no table is in it any more.
  const states = [...new Set([...status.tables.map((table) => table.state as string), state])]
    .filter((name) => name !== '')
    .toSorted();
  const columns: readonly Column<TableStatus>[] = [
    { name: 'State', width: '110px', cell: (table) => <TableBadge state={table.state} /> },
    {
      name: 'Table',
      width: 'minmax(220px, 1fr)',
      cell: (table) => (
        <div className="two">
          <b className="clip" title={nameOf(table)}>
            {nameOf(table)}
          </b>
          <span className="soft clip" title={table.message ?? targetOf(table)}>
            {table.message ?? `→ ${targetOf(table)}`}
          </span>
        </div>
      ),
    },
    {
      name: 'Copied',
      width: '92px',
      isEnd: true,
      cell: (table) => (
        <div className="two">
          <span>{formatCount(table.rows_copied)}</span>
          <span className="soft">
            {table.state === 'copying' ? formatPercent(table.percent) : formatBytes(table.bytes_copied)}
          </span>
        </div>
      ),
    },
    { name: 'Inserted', width: '60px', isEnd: true, cell: (table) => appliedOf(table.rows_inserted) },
    { name: 'Updated', width: '60px', isEnd: true, cell: (table) => appliedOf(table.rows_updated) },
    { name: 'Deleted', width: '60px', isEnd: true, cell: (table) => appliedOf(table.rows_deleted) },
    {
      name: 'Last change',
      width: '82px',
      isEnd: true,
      cell: ({ last_change_at: at }) => (at === null ? '–' : <Ago at={at} />),
    },
    {
      name: 'Waiting',
      width: '84px',
      isEnd: true,
      cell: (table) =>
        table.lag_events === null ? (
          '–'
        ) : (
          <div className="two">
            <span>{formatCount(table.lag_events)}</span>
            {table.lag_ms !== null && table.lag_events > 0 && (
              <span className="soft">{formatDuration(table.lag_ms)}</span>
            )}
          </div>
        ),
    },
    {
      name: 'Dead letters',
      width: '78px',
      isEnd: true,
      cell: ({ rows_known_to_differ: rows }) =>
        rows === null ? (
          '–'
        ) : rows === 0 ? (
          <span className="faint">0</span>
        ) : (
          <Link
            className="text-bad"
            href={`/clients/${clientId}/replications/${replication.replication_id}/dead-letters`}
            title={`${formatCount(rows)} rows are known to differ from the source`}
          >
            {formatCount(rows)}
          </Link>
        ),
    },
    ...(mayOperate
      ? [
          {
            name: 'Actions',
            width: '158px',
            isEnd: true,
            cell: (table: TableStatus) => (
              <span className="row" style={{ justifyContent: 'flex-end', flexWrap: 'nowrap', gap: 4 }}>
                <button
                  type="button"
                  className="small"
                  onClick={() => setAction({ action: 'resync', table })}
                >
                  Copy again
                </button>
                <button
                  type="button"
                  className="small quiet"
                  disabled={status.tables.length === 1}
                  title={status.tables.length === 1 ? 'A replication has one table at least.' : ''}
                  onClick={() => setAction({ action: 'remove', table })}
                >
                  Remove
                </button>
              </span>
            ),
          },
        ]
      : []),
  ];
  return (
    <div className="stack">
      <div className="row">
        <input
          type="search"
          className="search"
          aria-label="Search tables"
          placeholder="Search tables  /"
          value={text}
          onChange={(event) => filterBy({ q: event.target.value, state })}
        />
        <select
          aria-label="State"
          value={state}
          onChange={(event) => filterBy({ q: text, state: event.target.value })}
        >
          <option value="">All states</option>
          {states.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
        <span className="soft grow">
          {formatCount(tables.length)} of {formatCount(status.tables.length)} tables
        </span>
        {mayOperate && (
          <button type="button" onClick={() => setAdds(true)}>
            Add tables
          </button>
        )}
      </div>
      {tables.length === 0 ? (
        <div className="list">
          <QuietState title="Nothing matches">
            <button type="button" onClick={() => filterBy({ q: '', state: '' })}>
              Clear the filters
            </button>
          </QuietState>
        </div>
      ) : (
        <Rows
          label="Tables"
          items={tables}
          columns={columns}
          keyOf={nameOf}
          maxHeight="calc(100vh - 330px)"
        />
      )}
      {action !== undefined && (
        <TableDialog
          clientId={clientId}
          replication={replication}
          {...action}
          onClose={() => setAction(undefined)}
        />
      )}
      {adds && (
        <AddTablesDialog clientId={clientId} replication={replication} onClose={() => setAdds(false)} />
      )}
    </div>
  );
};

const TableDialog = ({
  clientId,
  replication,
  action,
  table,
  onClose,
}: {
  readonly clientId: number;
  readonly replication: Replication;
  readonly action: TableAction;
  readonly table: TableStatus;
  readonly onClose: () => void;
}) => {
  const name = nameOf(table);
  const version = replication.tables_version;
  const path = { replication_id: String(replication.replication_id), table: name };
  const query = { client_id: String(clientId) };
  const target = targetOf(table);
  return action === 'resync' ? (
    <ConfirmDialog
      title={`Copy ${name} again`}
      label="Copy again"
      isDestructive
      nameToType={name}
      line={`millrace resync ${replication.replication_id} --table ${shellQuoted(name)}`}
      run={() =>
        unwrap(
          api.POST('/v1/replications/{replication_id}/tables/{table}/resync', {
            params: { path, query },
            body: { version },
          }),
        )
      }
      done={`${name} is copied again.`}
      onClose={onClose}
    >
      <p>
        The target table {target} is copied again, in the shape that {name} has at the source now. The others
        stream on.
      </p>
    </ConfirmDialog>
  ) : (
    <ConfirmDialog
      title={`Leave ${name} out`}
      label="Leave it out"
      isDestructive
      nameToType={name}
      line={`millrace remove-tables ${replication.replication_id} ${shellQuoted(name)}`}
      run={() =>
        unwrap(
          api.DELETE('/v1/replications/{replication_id}/tables/{table}', {
            params: { path, query: { ...query, version: String(version) } },
          }),
        )
      }
      done={`${name} is being left out.`}
      onClose={onClose}
    >
      <p>
        Changes of {name} are not replicated any more. The target table {target} remains as it is, and the
        other tables stream on.
      </p>
    </ConfirmDialog>
  );
};
