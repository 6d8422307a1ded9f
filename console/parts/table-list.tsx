import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useDeferredValue, useMemo, useState } from 'react';
import { api, type Replication, type Status, type TableStatus, unwrap } from '../api/client.ts';
import { useMayOperate } from '../data/session.tsx';
import { formatBytes, formatCount, formatDuration, formatPercent } from '../format/figures.ts';
import { AddTablesDialog } from './add-tables-dialog.tsx';
import { CliLine, shellQuoted } from './cli-line.tsx';
import { Modal } from './modal.tsx';
import { useNotice } from './notices.tsx';
import { ProblemBox, QuietState } from './quiet-states.tsx';
import { type Column, Rows } from './rows.tsx';
import { TableBadge } from './state-badge.tsx';

type TableAction = 'resync' | 'remove';

const nameOf = ({ source }: Pick<TableStatus, 'source'>): string => `${source.schema}.${source.table}`;

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
  const [text, setText] = useState('');
  const [state, setState] = useState('');
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
  const states = [...new Set(status.tables.map((table) => table.state))].toSorted();
  const columns: readonly Column<TableStatus>[] = [
    { name: 'State', width: '116px', cell: (table) => <TableBadge state={table.state} /> },
    {
      name: 'Table',
      width: 'minmax(180px, 1.2fr)',
      cell: (table) => (
        <div className="two">
          <b className="clip" title={nameOf(table)}>
            {nameOf(table)}
          </b>
          <span className="soft clip">
            → {table.target.schema}.{table.target.table}
          </span>
        </div>
      ),
    },
    {
      name: 'Why',
      width: 'minmax(120px, 1fr)',
      cell: (table) => (
        <span className="soft" title={table.message ?? ''}>
          {table.message ?? ''}
        </span>
      ),
    },
    {
      name: 'Copied',
      width: '92px',
      isEnd: true,
      cell: (table) => (
        <div className="two">
          <span>{formatCount(table.rows_copied)}</span>
          <span className="soft">{table.state === 'copying' ? formatPercent(table.percent) : 'rows'}</span>
        </div>
      ),
    },
    { name: 'Size', width: '76px', isEnd: true, cell: (table) => formatBytes(table.bytes_copied) },
    {
      name: 'Waiting',
      width: '84px',
      isEnd: true,
      cell: (table) => (table.lag_events === null ? '–' : formatCount(table.lag_events)),
    },
    {
      name: 'Lag',
      width: '84px',
      isEnd: true,
      cell: (table) => (table.lag_ms === null ? '–' : formatDuration(table.lag_ms)),
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
          onChange={(event) => setText(event.target.value)}
        />
        <select aria-label="State" value={state} onChange={(event) => setState(event.target.value)}>
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
            <button
              type="button"
              onClick={() => {
                setText('');
                setState('');
              }}
            >
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
  const queries = useQueryClient();
  const say = useNotice();
  const name = nameOf(table);
  const [typedName, setTypedName] = useState('');
  const run = useMutation({
    mutationFn: async () => {
      const path = { replication_id: String(replication.replication_id), table: name };
      const query = { client_id: String(clientId) };
      const version = replication.tables_version;
      if (action === 'resync')
        await unwrap(
          api.POST('/v1/replications/{replication_id}/tables/{table}/resync', {
            params: { path, query },
            body: { version },
          }),
        );
      else
        await unwrap(
          api.DELETE('/v1/replications/{replication_id}/tables/{table}', {
            params: { path, query: { ...query, version: String(version) } },
          }),
        );
    },
    onSuccess: async () => {
      say(action === 'resync' ? `${name} is copied again.` : `${name} is being left out.`);
      onClose();
      await queries.invalidateQueries();
    },
  });
  const line =
    action === 'resync'
      ? `millrace resync ${replication.replication_id} --table ${shellQuoted(name)}`
      : `millrace remove-tables ${replication.replication_id} ${shellQuoted(name)}`;
  return (
    <Modal title={action === 'resync' ? `Copy ${name} again` : `Leave ${name} out`} onClose={onClose}>
      <p>
        {action === 'resync'
          ? `The target table ${table.target.schema}.${table.target.table} is copied again, in the shape that ${name} has at the source now. The others stream on.`
          : `Changes of ${name} are not replicated any more. The target table ${table.target.schema}.${table.target.table} remains as it is, and the other tables stream on.`}
      </p>
      <label className="field">
        <span>
          Type the name to confirm: <b>{name}</b>
        </span>
        <input type="text" value={typedName} onChange={(event) => setTypedName(event.target.value)} />
      </label>
      <CliLine line={line} />
      <ProblemBox error={run.error} />
      <div className="buttons">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          className="danger"
          disabled={run.isPending || typedName !== name}
          onClick={() => run.mutate()}
        >
          {action === 'resync' ? 'Copy again' : 'Leave it out'}
        </button>
      </div>
    </Modal>
  );
};
