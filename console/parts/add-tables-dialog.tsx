import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { api, type Replication, unwrap } from '../api/client.ts';
import { discoveryQuery } from '../data/queries.ts';
import { shellQuoted } from '../format/shell.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { NotThere, QuietState } from './quiet-states.tsx';
import { TableChoice, tableKey } from './table-choice.tsx';

export const AddTablesDialog = ({
  clientId,
  replication,
  onClose,
}: {
  readonly clientId: number;
  readonly replication: Replication;
  readonly onClose: () => void;
}) => {
  const found = useQuery(discoveryQuery(clientId, replication.source_database_id));
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const others = useMemo(() => {
    const known = new Set(replication.tables.map(({ source }) => tableKey(source)));
    return found.data?.filter((table) => !known.has(tableKey(table)));
  }, [found.data, replication.tables]);
  return (
    <ConfirmDialog
      title={`Add tables to ${replication.name}`}
      label={`Add ${chosen.size} tables`}
      isReady={chosen.size > 0}
      line={`millrace add-tables ${replication.replication_id} ${[...chosen].map(shellQuoted).join(' ')}`.trimEnd()}
      run={() =>
        unwrap(
          api.POST('/v1/replications/{replication_id}/tables', {
            params: {
              path: { replication_id: String(replication.replication_id) },
              query: { client_id: String(clientId) },
            },
            body: {
              version: replication.tables_version,
              tables: (others ?? [])
                .filter((table) => chosen.has(tableKey(table)))
                .map(({ schema, table }) => ({ source: { schema, table } })),
            },
          }),
        )
      }
      done={`${chosen.size} tables are being added.`}
      onClose={onClose}
    >
      <p>They are copied and then follow the source. The other tables stream on.</p>
      {others === undefined ? (
        <NotThere query={found} />
      ) : others.length === 0 ? (
        <QuietState title="Every table of the source is in it already">
          <p>Create a table at the source, then look again.</p>
        </QuietState>
      ) : (
        <TableChoice tables={others} chosen={chosen} onChoose={setChosen} maxHeight="320px" />
      )}
    </ConfirmDialog>
  );
};
