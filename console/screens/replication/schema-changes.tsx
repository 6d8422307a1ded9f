import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import type { Replication } from '../../api/client.ts';
import { changeStates, presetMeanings, useSchemaChanges } from '../../data/schema-changes.ts';
import { nameOf, schemaPolicyQuery } from '../../data/schema-policy.ts';
import { useMayOperate } from '../../data/session.tsx';
import { formatCount } from '../../format/figures.ts';
import { CliLine } from '../../parts/cli-line.tsx';
import { Freshness } from '../../parts/freshness.tsx';
import { Listed } from '../../parts/listed.tsx';
import { Ago } from '../../parts/moment.tsx';
import { MoreButton } from '../../parts/more-button.tsx';
import { PlainTable } from '../../parts/plain-table.tsx';
import { QuietState } from '../../parts/quiet-states.tsx';
import { ChangeBadge, RiskBadge } from './change-badges.tsx';
import { NewTables } from './new-tables.tsx';
import { PolicyDialog } from './policy-dialog.tsx';
import { SchemaChangeDialog } from './schema-change-dialog.tsx';

/** Changes of tables at the source: those that wait for a person, each with its table held exactly before it, and those that were decided. */
export const SchemaChanges = ({
  clientId,
  replication,
}: {
  readonly clientId: number;
  readonly replication: Replication;
}) => {
  const { replication_id: id } = replication;
  const [params, setParams] = useSearchParams();
  const state = changeStates.find((name) => name === params.get('state'));
  const found = useSchemaChanges(clientId, id, state);
  const changes = { ...found, data: found.data?.pages.flatMap((page) => page.schema_changes) };
  const waiting = (changes.data ?? []).filter((change) => change.state === 'waiting').length;
  const [openId, setOpenId] = useState<string>();
  return (
    <div className="stack">
      <section className="panel" aria-label="Schema changes">
        <header>
          <h2>{waiting === 0 ? 'Changes of tables' : `${formatCount(waiting)} wait for you`}</h2>
          <Freshness query={found} />
          <select
            aria-label="State"
            value={state ?? ''}
            onChange={(event) =>
              setParams(event.target.value === '' ? {} : { state: event.target.value }, { replace: true })
            }
          >
            <option value="">Every state</option>
            {changeStates.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </header>
        <Listed
          query={changes}
          empty={
            state === undefined ? (
              <QuietState title="No change waits">
                <p>
                  A change of a table that Millrace may not follow by itself holds the table exactly before
                  it, and is listed here. The other tables stream on.
                </p>
              </QuietState>
            ) : (
              <QuietState title="Nothing matches">
                <button type="button" onClick={() => setParams({}, { replace: true })}>
                  Clear the filter
                </button>
              </QuietState>
            )
          }
        >
          {(items) => (
            <PlainTable
              label="Changes"
              items={items}
              keyOf={(change) => change.change_id}
              columns={[
                { name: 'State', cell: (change) => <ChangeBadge state={change.state} /> },
                { name: 'Table', cell: (change) => <b>{change.table}</b> },
                {
                  name: 'Change at the source',
                  cell: (change) => (
                    <>
                      {change.what}
                      <br />
                      <span className="faint">{change.note ?? change.message}</span>
                    </>
                  ),
                },
                { name: 'Risk', cell: (change) => <RiskBadge risk={change.risk} /> },
                { name: 'Since', cell: (change) => <Ago at={change.detected_at} /> },
                {
                  name: 'Actions',
                  isEnd: true,
                  cell: (change) => (
                    <button type="button" className="small" onClick={() => setOpenId(change.change_id)}>
                      {change.state === 'waiting' ? 'Decide' : 'Show'}
                    </button>
                  ),
                },
              ]}
            />
          )}
        </Listed>
        <MoreButton query={found} label="Show earlier" />
      </section>
      <PolicyPanel clientId={clientId} replication={replication} />
      <NewTables clientId={clientId} replication={replication} />
      {openId !== undefined && (
        <SchemaChangeDialog of={{ clientId, id, changeId: openId }} onClose={() => setOpenId(undefined)} />
      )}
    </div>
  );
};

/** What is done about them, and where it is chosen. */
const PolicyPanel = ({
  clientId,
  replication,
}: {
  readonly clientId: number;
  readonly replication: Replication;
}) => {
  const found = useQuery(schemaPolicyQuery(clientId, replication.replication_id));
  const mayOperate = useMayOperate();
  const [edits, setEdits] = useState(false);
  const { preset, kinds, tables } = found.data?.policy ?? replication.schema_changes;
  return (
    <section className="panel" aria-label="Policy">
      <div className="body stack">
        <p className="row">
          <span>
            The policy is <b>{preset}</b>. {presetMeanings[preset]}
          </span>
          {mayOperate && found.data !== undefined && (
            <button type="button" className="small" onClick={() => setEdits(true)}>
              Change
            </button>
          )}
        </p>
        {Object.keys(kinds).length > 0 && <p>Single kinds of change: {listed(kinds)}.</p>}
        {tables.map((entry) => (
          <p key={nameOf(entry.source)}>
            Table <b>{nameOf(entry.source)}</b>:{' '}
            {[...(entry.preset === null ? [] : [entry.preset]), ...listOf(entry.kinds)].join(', ')}.
          </p>
        ))}
        <CliLine line={`millrace ddl policy ${replication.replication_id}`} />
      </div>
      {edits && found.data !== undefined && (
        <PolicyDialog
          clientId={clientId}
          replication={replication}
          {...found.data}
          onClose={() => setEdits(false)}
        />
      )}
    </section>
  );
};

const listOf = (kinds: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(kinds).map(([kind, action]) => `${kind}=${action}`);
const listed = (kinds: Readonly<Record<string, string>>): string => listOf(kinds).join(', ');
