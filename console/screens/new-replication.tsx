import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { DiscoveredTable, Replication } from '../api/client.ts';
import { toPatterns } from '../data/new-tables.ts';
import { databasesQuery, discoveryQuery } from '../data/queries.ts';
import { defaultTemplate, type ReplicationDraft, type TableDraft } from '../data/replication-draft.ts';
import { useMayOperate } from '../data/session.tsx';
import { PatternFields, type PatternTexts, patternTextsOf } from '../parts/pattern-fields.tsx';
import { NotThere, QuietState } from '../parts/quiet-states.tsx';
import { TableChoice, tableKey } from '../parts/table-choice.tsx';
import { CheckStep } from './new-replication/check-step.tsx';
import { DatabaseStep } from './new-replication/database-step.tsx';
import { MappingStep } from './new-replication/mapping-step.tsx';
import { PlanStep } from './new-replication/plan-step.tsx';

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
