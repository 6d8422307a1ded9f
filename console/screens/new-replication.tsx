import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { api, type Database, type DiscoveredTable, type Replication, unwrap } from '../api/client.ts';
import { toPatterns } from '../data/new-tables.ts';
import { clientsQuery, databasesQuery, discoveryQuery } from '../data/queries.ts';
import {
  type ColumnDraft,
  defaultTemplate,
  type ReplicationDraft,
  type TableDraft,
  targetNameOf,
  toRequest,
  toYaml,
} from '../data/replication-draft.ts';
import { useMayOperate } from '../data/session.tsx';
import { formatBytes, formatCount, formatShortCount } from '../format/figures.ts';
import { shellQuoted } from '../format/shell.ts';
import { CliLine } from '../parts/cli-line.tsx';
import { DatabaseForm, kindNames } from '../parts/database-form.tsx';
import { Modal } from '../parts/modal.tsx';
import { useNotice } from '../parts/notices.tsx';
import { PatternFields, type PatternTexts, patternTextsOf } from '../parts/pattern-fields.tsx';
import { NotThere, ProblemBox, ProblemList, QuietState, Skeleton } from '../parts/quiet-states.tsx';
import { Rows } from '../parts/rows.tsx';
import { Badge } from '../parts/state-badge.tsx';
import { TableChoice, tableKey } from '../parts/table-choice.tsx';

const steps = ['Databases', 'Tables', 'Mapping', 'Plan', 'Checks'] as const;

/** From two registered databases to a configured replication, checked and ready to start. */
export const NewReplicationScreen = ({ clientId }: { readonly clientId: number }) => {
  const databases = useQuery(databasesQuery(clientId));
  const mayOperate = useMayOperate();
  const [step, setStep] = useState(0);
  const [sourceId, setSourceId] = useState<number>();
  const [targetId, setTargetId] = useState<number>();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [mapped, setMapped] = useState<ReadonlyMap<string, TableDraft>>(new Map());
  const [name, setName] = useState('');
  const [template, setTemplate] = useState(defaultTemplate);
  const [patterns, setPatterns] = useState<PatternTexts>(patternTextsOf(null));
  const [created, setCreated] = useState<Replication>();
  const found = useQuery({
    ...discoveryQuery(clientId, sourceId ?? 0),
    enabled: sourceId !== undefined && step > 0,
  });
  const source = databases.data?.find((it) => it.database_id === sourceId);
  const target = databases.data?.find((it) => it.database_id === targetId);
  const tables = (found.data ?? []).filter((table) => chosen.has(tableKey(table)));
  const draftOf = (table: DiscoveredTable): TableDraft =>
    mapped.get(tableKey(table)) ?? { schema: table.schema, table: table.table, targetTable: '', columns: [] };
  const draft: ReplicationDraft = {
    name,
    sourceId: sourceId ?? 0,
    targetId: targetId ?? 0,
    template,
    tables: tables.map(draftOf),
    newTables: { include: toPatterns(patterns.include), exclude: toPatterns(patterns.exclude) },
  };

  if (!mayOperate)
    return (
      <QuietState title="No permission">
        <p>Creating a replication needs a token of role operator.</p>
      </QuietState>
    );
  const canGoOn = [source !== undefined && target !== undefined && source !== target, chosen.size > 0, true][
    step
  ];
  return (
    <div className="screen">
      <header className="screen-head">
        <div className="title">
          <h1>New replication</h1>
          <span className="soft">Creating it starts nothing.</span>
        </div>
        <ol className="steps" aria-label="Steps">
          {steps.map((label, index) => (
            <li key={label} aria-current={index === step ? 'step' : undefined}>
              <b>{index + 1}</b>
              {label}
            </li>
          ))}
        </ol>
      </header>
      {step === 0 && (
        <DatabaseStep
          clientId={clientId}
          databases={databases.data}
          sourceId={sourceId}
          targetId={targetId}
          onSource={(id) => {
            setSourceId(id);
            setChosen(new Set());
            setMapped(new Map());
          }}
          onTarget={setTargetId}
        />
      )}
      {step === 1 &&
        (found.data === undefined ? (
          <section className="panel">
            <NotThere query={found} />
          </section>
        ) : found.data.length === 0 ? (
          <section className="panel">
            <QuietState title={`${source?.name ?? 'The source'} has no tables`}>
              <p>
                Create tables there, or choose another source. The user of the database may also lack the
                right to see them.
              </p>
              <button type="button" onClick={() => void found.refetch()}>
                Look again
              </button>
            </QuietState>
          </section>
        ) : (
          <>
            <TableChoice tables={found.data} chosen={chosen} onChoose={setChosen} />
            <details className="panel body">
              <summary>Tables that are created later</summary>
              <PatternFields value={patterns} onChange={setPatterns} />
            </details>
          </>
        ))}
      {step === 2 && source !== undefined && (
        <MappingStep
          clientId={clientId}
          source={source}
          tables={tables}
          draftOf={draftOf}
          template={template}
          onTemplate={setTemplate}
          onChange={(table) => setMapped(new Map(mapped).set(tableKey(table), table))}
        />
      )}
      {step === 3 && source !== undefined && target !== undefined && (
        <PlanStep
          clientId={clientId}
          draft={draft}
          tables={tables}
          source={source}
          target={target}
          onName={setName}
          onCreated={(replication) => {
            setCreated(replication);
            setStep(4);
          }}
        />
      )}
      {step === 4 && created !== undefined && <CheckStep clientId={clientId} replication={created} />}
      {step < 4 && (
        <div className="row">
          <button type="button" disabled={step === 0} onClick={() => setStep(step - 1)}>
            Back
          </button>
          {step < 3 && (
            <button
              type="button"
              className="primary"
              disabled={canGoOn !== true}
              onClick={() => setStep(step + 1)}
            >
              Next: {steps[step + 1]}
            </button>
          )}
        </div>
      )}
    </div>
  );
};

const DatabaseStep = ({
  clientId,
  databases,
  sourceId,
  targetId,
  onSource,
  onTarget,
}: {
  readonly clientId: number;
  readonly databases: readonly Database[] | undefined;
  readonly sourceId: number | undefined;
  readonly targetId: number | undefined;
  readonly onSource: (id: number) => void;
  readonly onTarget: (id: number) => void;
}) => {
  const [registers, setRegisters] = useState<'source' | 'target'>();
  if (databases === undefined) return <Skeleton />;
  const choice = (
    side: 'source' | 'target',
    label: string,
    hint: string,
    value: number | undefined,
    onChoose: (id: number) => void,
  ) => (
    <section className="panel">
      <header>
        <h2>{label}</h2>
      </header>
      <div className="body stack">
        <label className="field">
          <span>{hint}</span>
          <select value={value ?? ''} onChange={(event) => onChoose(Number(event.target.value))}>
            <option value="" disabled>
              {databases.length === 0 ? 'None is registered' : 'Choose a database'}
            </option>
            {databases.map((database) => (
              <option key={database.database_id} value={database.database_id}>
                {database.name} · {kindNames[database.kind]} · {database.host}:{database.port}/
                {database.database}
              </option>
            ))}
          </select>
        </label>
        <div className="row">
          <button type="button" onClick={() => setRegisters(side)}>
            Register another one
          </button>
        </div>
      </div>
    </section>
  );
  return (
    <>
      <div className="columns">
        {choice('source', 'Source', 'Where the changes come from', sourceId, onSource)}
        {choice('target', 'Target', 'Where they go to', targetId, onTarget)}
      </div>
      {sourceId !== undefined && sourceId === targetId && (
        <p className="problem">Source and target must not be the same database.</p>
      )}
      {registers !== undefined && (
        <Modal title={`Register a ${registers}`} onClose={() => setRegisters(undefined)}>
          <DatabaseForm
            clientId={clientId}
            onCancel={() => setRegisters(undefined)}
            onDone={({ database_id: id }) => {
              if (registers === 'source') onSource(id);
              else onTarget(id);
              setRegisters(undefined);
            }}
          />
        </Modal>
      )}
    </>
  );
};

const MappingStep = ({
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

const newColumn: ColumnDraft = { source: '', target: '', type: '', omit: false };

/** Columns that do not keep their name and type. The API checks them against the source when the replication is created. */
const ColumnDialog = ({
  table,
  onKeep,
  onClose,
}: {
  readonly table: TableDraft;
  readonly onKeep: (table: TableDraft) => void;
  readonly onClose: () => void;
}) => {
  const [columns, setColumns] = useState<readonly ColumnDraft[]>(
    table.columns.length === 0 ? [newColumn] : table.columns,
  );
  const set = (index: number, change: Partial<ColumnDraft>): void =>
    setColumns(columns.map((column, place) => (place === index ? { ...column, ...change } : column)));
  return (
    <Modal title={`Columns of ${tableKey(table)}`} onClose={onClose}>
      <p className="soft">A column that is not listed here keeps its name and its type.</p>
      {columns.map((column, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line has no identity but its place.
        <fieldset key={index} className="fields" style={{ border: 0, padding: 0, margin: 0 }}>
          <legend className="visually-hidden">Column {index + 1}</legend>
          <label className="field">
            <span>Column at the source</span>
            <input
              type="text"
              spellCheck={false}
              value={column.source}
              onChange={(event) => set(index, { source: event.target.value })}
            />
          </label>
          <label className="field">
            <span>Name at the target</span>
            <input
              type="text"
              spellCheck={false}
              disabled={column.omit}
              value={column.target}
              onChange={(event) => set(index, { target: event.target.value })}
            />
          </label>
          <label className="field">
            <span>Type at the target</span>
            <input
              type="text"
              spellCheck={false}
              placeholder="as the source has it"
              disabled={column.omit}
              value={column.type}
              onChange={(event) => set(index, { type: event.target.value })}
            />
          </label>
          <label className="row">
            <input
              type="checkbox"
              checked={column.omit}
              onChange={(event) => set(index, { omit: event.target.checked })}
            />
            Leave it out
          </label>
        </fieldset>
      ))}
      <div className="row">
        <button type="button" className="small" onClick={() => setColumns([...columns, newColumn])}>
          One more
        </button>
      </div>
      <div className="buttons">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          className="primary"
          onClick={() => onKeep({ ...table, columns: columns.filter(({ source }) => source.trim() !== '') })}
        >
          Keep
        </button>
      </div>
    </Modal>
  );
};

const PlanStep = ({
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

const CheckStep = ({
  clientId,
  replication,
}: {
  readonly clientId: number;
  readonly replication: Replication;
}) => {
  const [, go] = useLocation();
  const queries = useQueryClient();
  const params = {
    path: { replication_id: String(replication.replication_id) },
    query: { client_id: String(clientId) },
  };
  const checks = useQuery({
    queryKey: ['validation', clientId, replication.replication_id],
    queryFn: () => unwrap(api.POST('/v1/replications/{replication_id}/validate', { params, body: {} })),
    staleTime: 0,
    refetchOnWindowFocus: false,
  });
  const place = `/clients/${clientId}/replications/${replication.replication_id}`;
  const start = useMutation({
    mutationFn: () => unwrap(api.POST('/v1/replications/{replication_id}/start', { params, body: {} })),
    onSuccess: async () => {
      go(`${place}/copy`);
      await queries.invalidateQueries();
    },
  });
  return (
    <section className="panel">
      <header>
        <h2>{replication.name}: every check of a start</h2>
        {checks.data !== undefined && !checks.isFetching && (
          <Badge tone={checks.data.ready ? 'good' : 'bad'}>
            {checks.data.ready ? 'Ready to start' : `${checks.data.problems.length} problems`}
          </Badge>
        )}
      </header>
      <div className="body stack">
        {checks.isFetching ? (
          <Skeleton lines={4} />
        ) : checks.data === undefined ? (
          <ProblemBox error={checks.error} />
        ) : (
          <>
            <ProblemList problems={checks.data.problems} />
            {checks.data.warnings.length > 0 && <h3>Warnings: they keep no start from succeeding</h3>}
            <ProblemList problems={checks.data.warnings} />
            {checks.data.problems.length + checks.data.warnings.length === 0 && (
              <p>
                Connections, grants, log settings, tables, keys, types, target, Kafka and Connect are as they
                should be.
              </p>
            )}
          </>
        )}
        <CliLine line={`millrace check ${replication.replication_id} --fix-sql`} />
        <ProblemBox error={start.error} />
        <div className="row">
          <button
            type="button"
            className="primary"
            disabled={checks.data?.ready !== true || checks.isFetching || start.isPending}
            onClick={() => start.mutate()}
          >
            {start.isPending ? 'Starting…' : 'Start it'}
          </button>
          <button type="button" disabled={checks.isFetching} onClick={() => void checks.refetch()}>
            Check again
          </button>
          <button type="button" className="quiet" onClick={() => go(place)}>
            Not now: show it
          </button>
        </div>
      </div>
    </section>
  );
};
