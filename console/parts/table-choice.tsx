import { useDeferredValue, useMemo, useState } from 'react';
import type { DiscoveredTable } from '../api/client.ts';
import { formatBytes, formatCount, formatShortCount } from '../format/figures.ts';
import { QuietState } from './quiet-states.tsx';
import { Rows } from './rows.tsx';
import { Badge } from './state-badge.tsx';

export const tableKey = ({ schema, table }: Pick<DiscoveredTable, 'schema' | 'table'>): string =>
  `${schema}.${table}`;

/** The tables of a source to choose from, with what keeps one from being replicated. */
export const TableChoice = ({
  tables,
  chosen,
  onChoose,
  maxHeight = 'calc(100vh - 400px)',
}: {
  readonly tables: readonly DiscoveredTable[];
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (chosen: ReadonlySet<string>) => void;
  readonly maxHeight?: string;
}) => {
  const [text, setText] = useState('');
  const sought = useDeferredValue(text.toLowerCase());
  const shown = useMemo(
    () => tables.filter((table) => tableKey(table).toLowerCase().includes(sought)),
    [tables, sought],
  );
  const usable = shown.filter((table) => table.replicable);
  const toggle = (key: string, isChosen: boolean): void => {
    const next = new Set(chosen);
    if (isChosen) next.add(key);
    else next.delete(key);
    onChoose(next);
  };
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
        <button type="button" onClick={() => onChoose(new Set([...chosen, ...usable.map(tableKey)]))}>
          Choose all {formatCount(usable.length)} shown
        </button>
        <button
          type="button"
          className="quiet"
          disabled={chosen.size === 0}
          onClick={() => onChoose(new Set())}
        >
          Choose none
        </button>
        <span className="soft" aria-live="polite">
          {formatCount(chosen.size)} chosen
        </span>
      </div>
      {shown.length === 0 ? (
        <div className="list">
          <QuietState title="Nothing matches">
            <button type="button" onClick={() => setText('')}>
              Clear the search
            </button>
          </QuietState>
        </div>
      ) : (
        <Rows
          label="Tables of the source"
          items={shown}
          keyOf={tableKey}
          maxHeight={maxHeight}
          columns={[
            {
              name: 'Chosen',
              width: '20px',
              head: <span className="visually-hidden">Chosen</span>,
              cell: (table) => (
                <input
                  type="checkbox"
                  aria-label={`Choose ${tableKey(table)}`}
                  disabled={!table.replicable}
                  checked={chosen.has(tableKey(table))}
                  onChange={(event) => toggle(tableKey(table), event.target.checked)}
                />
              ),
            },
            {
              name: 'Table',
              width: 'minmax(180px, 1fr)',
              cell: (table) => (
                <div className="two">
                  <b className="clip">{tableKey(table)}</b>
                  <span className="soft clip">
                    {table.primary_key.length === 0
                      ? 'no primary key'
                      : `key ${table.primary_key.join(', ')}${table.key_index === null ? '' : ` (index ${table.key_index})`}`}
                  </span>
                </div>
              ),
            },
            {
              name: 'Can be replicated',
              width: 'minmax(160px, 1.2fr)',
              cell: (table) => {
                const problem = table.problems.map(({ message }) => message).join(' ');
                return table.replicable ? (
                  <Badge tone="good">Yes</Badge>
                ) : (
                  <span
                    title={table.problems
                      .map(({ message, remedy }) => `${message} ${remedy ?? ''}`)
                      .join('\n')}
                  >
                    <Badge tone="warn">No</Badge> <span className="soft">{problem}</span>
                  </span>
                );
              },
            },
            { name: 'Columns', width: '66px', isEnd: true, cell: (table) => formatCount(table.columns) },
            {
              name: 'Rows, about',
              width: '92px',
              isEnd: true,
              cell: (table) =>
                table.estimated_rows === null ? 'not known' : formatShortCount(table.estimated_rows),
            },
            { name: 'Size', width: '84px', isEnd: true, cell: (table) => formatBytes(table.bytes) },
          ]}
        />
      )}
    </div>
  );
};
