import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type Database, type DiscoveredTable, type Replication, unwrap } from '../../api/client.ts';
import { defaultTemplate, type ReplicationDraft, toRequest, toYaml } from '../../data/replication-draft.ts';
import { formatBytes, formatCount, formatShortCount } from '../../format/figures.ts';
import { shellQuoted } from '../../format/shell.ts';
import { CliLine } from '../../parts/cli-line.tsx';
import { useNotice } from '../../parts/notices.tsx';
import { ProblemBox } from '../../parts/quiet-states.tsx';
import { tableKey } from '../../parts/table-choice.tsx';

/** What a start will create where, the same as a file, and the button that creates the replication. */
export const PlanStep = ({
  clientId,
  draft,
  tables,
  source,
  target,
  onName,
  onCreated,
}: {
  readonly clientId: number;
  readonly draft: ReplicationDraft;
  readonly tables: readonly DiscoveredTable[];
  readonly source: Database;
  readonly target: Database;
  readonly onName: (name: string) => void;
  readonly onCreated: (replication: Replication) => void;
}) => {
  const queries = useQueryClient();
  const say = useNotice();
  const create = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/v1/replications', {
          params: { query: { client_id: String(clientId) } },
          body: toRequest(draft),
        }),
      ),
    onSuccess: async (replication) => {
      say(`${replication.name} is created. Nothing runs yet.`);
      onCreated(replication);
      await queries.invalidateQueries();
    },
  });
  const rows = tables.reduce((sum, table) => sum + (table.estimated_rows ?? 0), 0);
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
  const line = [
    `millrace create --source ${shellQuoted(source.name)} --target ${shellQuoted(target.name)}`,
    ...draft.tables.map((table) => `--table ${shellQuoted(tableKey(table))}`),
  ].join(' ');
  const isPlain =
    draft.template === defaultTemplate &&
    draft.newTables.include.length === 0 &&
    draft.tables.every((it) => it.targetTable === '' && it.columns.length === 0);
  return (
    <>
      <label className="field" style={{ maxWidth: 520 }}>
        <span>Name</span>
        <input
          type="text"
          maxLength={100}
          placeholder={`${source.name} to ${target.name}`}
          value={draft.name}
          onChange={(event) => onName(event.target.value)}
        />
      </label>
      <div className="columns">
        <section className="panel">
          <header>
            <h2>What a start will create</h2>
          </header>
          <dl className="body facts">
            <dt>At {source.name}</dt>
            <dd>
              {source.kind === 'postgresql'
                ? 'A publication of these tables, and a replication slot. No table, no trigger.'
                : 'Nothing.'}
            </dd>
            <dt>In Kafka</dt>
            <dd>A topic for each table, and one connector.</dd>
            <dt>At {target.name}</dt>
            <dd>
              {formatCount(tables.length)} tables with their keys, and the table of checkpoints where there is
              none.
            </dd>
            {draft.newTables.include.length > 0 && (
              <>
                <dt>Later</dt>
                <dd>
                  Tables like {draft.newTables.include.join(', ')} join when they are created, or wait for a
                  person, as the policy says.
                </dd>
              </>
            )}
            <dt>To copy</dt>
            <dd>
              About {formatShortCount(rows)} rows, {formatBytes(bytes)}
            </dd>
          </dl>
        </section>
        <section className="panel">
          <header>
            <h2>The same as a file for millrace apply</h2>
          </header>
          <pre className="body" style={{ margin: 0, maxHeight: 260, overflow: 'auto' }} tabIndex={0}>
            {toYaml(draft, { source: source.name, target: target.name })}
          </pre>
        </section>
      </div>
      {isPlain && <CliLine line={line} />}
      <ProblemBox error={create.error} />
      <div className="row">
        <button type="button" className="primary" disabled={create.isPending} onClick={() => create.mutate()}>
          {create.isPending ? 'Checking the tables at the source…' : 'Create the replication'}
        </button>
      </div>
    </>
  );
};
