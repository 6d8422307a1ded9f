import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Database, DiscoveredTable } from '../../api/client.ts';
import { clientsQuery } from '../../data/queries.ts';
import { type TableDraft, targetNameOf } from '../../data/replication-draft.ts';
import { formatCount } from '../../format/figures.ts';
import { Rows } from '../../parts/rows.tsx';
import { tableKey } from '../../parts/table-choice.tsx';
import { ColumnDialog } from './column-dialog.tsx';

/** How tables and columns are named at the target. */
export const MappingStep = ({
  clientId,
  source,
  tables,
  draftOf,
  template,
  onTemplate,
  onChange,
}: {
  readonly clientId: number;
  readonly source: Database;
  readonly tables: readonly DiscoveredTable[];
  readonly draftOf: (table: DiscoveredTable) => TableDraft;
  readonly template: string;
  readonly onTemplate: (template: string) => void;
  readonly onChange: (table: TableDraft) => void;
}) => {
  const clients = useQuery(clientsQuery);
  const [edited, setEdited] = useState<DiscoveredTable>();
  const names = {
    template,
    sourceDatabase: source.database,
    client: clients.data?.find((it) => it.client_id === clientId)?.name ?? String(clientId),
  };
  return (
    <>
      <label className="field" style={{ maxWidth: 520 }}>
        <span>How target tables are named</span>
        <input
          type="text"
          value={template}
          spellCheck={false}
          onChange={(event) => onTemplate(event.target.value)}
        />
        <span className="hint">
          Text with the placeholders {'{sourcedb}'}, {'{schema}'}, {'{table}'} and {'{client}'}.
        </span>
      </label>
      <Rows
        label="Mapping"
        items={tables}
        keyOf={tableKey}
        maxHeight="calc(100vh - 420px)"
        columns={[
          { name: 'Source table', width: 'minmax(160px, 1fr)', cell: (table) => <b>{tableKey(table)}</b> },
          {
            name: 'Target table',
            width: 'minmax(200px, 1fr)',
            cell: (table) => (
              <input
                type="text"
                aria-label={`Target table of ${tableKey(table)}`}
                style={{ width: '100%' }}
                spellCheck={false}
                placeholder={targetNameOf({ ...draftOf(table), targetTable: '' }, names)}
                value={draftOf(table).targetTable}
                onChange={(event) => onChange({ ...draftOf(table), targetTable: event.target.value })}
              />
            ),
          },
          {
            name: 'Columns',
            width: '210px',
            cell: (table) => {
              const changed = draftOf(table).columns.length;
              return (
                <span className="row" style={{ flexWrap: 'nowrap' }}>
                  <button type="button" className="small" onClick={() => setEdited(table)}>
                    Change columns
                  </button>
                  <span className="soft">
                    {changed === 0 ? `all ${formatCount(table.columns)}` : `${changed} changed`}
                  </span>
                </span>
              );
            },
          },
        ]}
      />
      {edited !== undefined && (
        <ColumnDialog
          table={draftOf(edited)}
          onClose={() => setEdited(undefined)}
          onKeep={(table) => {
            onChange(table);
            setEdited(undefined);
          }}
        />
      )}
    </>
  );
};
