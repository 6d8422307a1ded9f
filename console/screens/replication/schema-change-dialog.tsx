import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SchemaChange } from '../../api/client.ts';
import {
  type Decision,
  decide,
  decisionLine,
  type OfChange,
  rehearse,
  schemaChangeQuery,
} from '../../data/schema-changes.ts';
import { useMayOperate } from '../../data/session.tsx';
import { CliLine } from '../../parts/cli-line.tsx';
import { ReasonField } from '../../parts/confirm-dialog.tsx';
import { Facts } from '../../parts/facts.tsx';
import { Loaded } from '../../parts/listed.tsx';
import { Modal } from '../../parts/modal.tsx';
import { Ago } from '../../parts/moment.tsx';
import { useNotice } from '../../parts/notices.tsx';
import { ProblemBox } from '../../parts/quiet-states.tsx';
import { ChangeBadge, RiskBadge } from './change-badges.tsx';
import { Rehearsal } from './rehearsal.tsx';
import { ShapeDifference } from './shape-difference.tsx';

/** One change: the table before and after it, what is planned at the target, its rehearsal, and the decision. */
export const SchemaChangeDialog = ({
  of,
  onClose,
}: {
  readonly of: OfChange;
  readonly onClose: () => void;
}) => {
  const change = useQuery(schemaChangeQuery(of));
  const mayOperate = useMayOperate();
  return (
    <Modal title="Change of a table" onClose={onClose} isWide>
      <Loaded query={change}>
        {(data) => (
          <>
            <div className="row">
              <ChangeBadge state={data.state} />
              <RiskBadge risk={data.risk} />
              <span className="soft">
                version {data.version}, seen <Ago at={data.detected_at} />
              </span>
            </div>
            <Facts
              facts={{
                Table: (
                  <code>
                    {data.table} → {data.target_table}
                  </code>
                ),
                'At the source': data.what,
                Risk: data.risk.message,
                Now: data.note ?? data.message,
                ...(data.decided_by === null
                  ? {}
                  : { 'Decided by': `${data.decided_by}${data.reason === null ? '' : `: ${data.reason}`}` }),
              }}
            />
            <ShapeDifference before={data.before} after={data.after} />
            {mayOperate && data.closed_at === null && data.state === 'waiting' ? (
              <Decide key={data.version} of={of} change={data} onClose={onClose} />
            ) : (
              <>
                <Planned change={data} />
                <Rehearsal rehearsal={data.rehearsal} />
                <CliLine line={`millrace ddl show ${of.id} ${of.changeId}`} />
                <div className="buttons">
                  <button type="button" onClick={onClose}>
                    Close
                  </button>
                </div>
              </>
            )}
          </>
        )}
      </Loaded>
    </Modal>
  );
};

const Planned = ({
  change: { way, statements, edited_statement: edited },
}: {
  readonly change: SchemaChange;
}) => {
  if (way === 'resync') return <p>The table is copied again.</p>;
  if (way === 'truncate') return <p>The target table is emptied at this place.</p>;
  const shown = edited === null ? statements : [edited];
  return shown.length === 0 ? (
    <p>The target table stays as it is.</p>
  ) : (
    <pre className="sql" tabIndex={0}>
      {shown.join(';\n')}
    </pre>
  );
};

const Decide = ({
  of,
  change,
  onClose,
}: {
  readonly of: OfChange;
  readonly change: SchemaChange;
  readonly onClose: () => void;
}) => {
  const queries = useQueryClient();
  const say = useNotice();
  const [edited, setEdited] = useState<string>();
  const [reason, setReason] = useState('');
  const trial = useMutation({
    mutationFn: () => rehearse(of, edited),
    onSuccess: (data) => queries.setQueryData(schemaChangeQuery(of).queryKey, data),
  });
  const decision = (action: Decision['action']): Decision => ({
    action,
    version: change.version,
    statement: edited,
    reason: reason.trim(),
  });
  const run = useMutation({
    mutationFn: (action: Decision['action']) => decide(of, decision(action)),
    onSuccess: async (_data, action) => {
      say(
        action === 'approve'
          ? `The change of ${change.table} is approved. It is done at its place between the rows.`
          : `The change of ${change.table} is rejected. The table stays held.`,
      );
      onClose();
      await queries.invalidateQueries();
    },
  });
  const isEditable = change.way === 'follow' && change.statements.length > 0;
  const isBusy = trial.isPending || run.isPending;
  return (
    <>
      <h3>Planned at the target</h3>
      {edited === undefined ? (
        <Planned change={change} />
      ) : (
        <label className="field">
          <span>The statement in its place: one ALTER TABLE of the target table</span>
          <textarea
            className="mono"
            rows={5}
            spellCheck={false}
            value={edited}
            onChange={(event) => setEdited(event.target.value)}
          />
          <span className="hint">
            It adds and renames the same columns. Types, dropped columns, ALGORITHM and LOCK are free.
          </span>
        </label>
      )}
      <div className="row">
        {isEditable && (
          <button
            type="button"
            className="small"
            onClick={() => setEdited(edited === undefined ? change.statements.join(';\n') : undefined)}
          >
            {edited === undefined ? 'Edit' : 'As planned'}
          </button>
        )}
        {change.way === 'follow' && (
          <button type="button" className="small" disabled={isBusy} onClick={() => trial.mutate()}>
            {trial.isPending ? 'Rehearsing…' : 'Rehearse'}
          </button>
        )}
      </div>
      <ProblemBox error={trial.error} />
      <Rehearsal rehearsal={change.rehearsal} />
      <ReasonField value={reason} onChange={setReason} />
      <p className="soft">
        Approve: {wayMeanings[change.way]} Reject, with a reason: the table stays held, and the answer says
        what leads out. The other tables stream on either way.
      </p>
      <CliLine line={decisionLine(of, decision('approve'))} />
      <CliLine line={decisionLine(of, { ...decision('reject'), reason: reason.trim() || 'WHY' })} />
      <ProblemBox error={run.error} />
      <div className="buttons">
        <button type="button" onClick={onClose}>
          Decide later
        </button>
        <button
          type="button"
          className="danger"
          disabled={isBusy || reason.trim() === ''}
          title={reason.trim() === '' ? 'It needs a reason.' : ''}
          onClick={() => run.mutate('reject')}
        >
          Reject
        </button>
        <button
          type="button"
          className="primary"
          disabled={isBusy || edited?.trim() === ''}
          onClick={() => run.mutate('approve')}
        >
          Approve
        </button>
      </div>
    </>
  );
};

const wayMeanings: Readonly<Record<SchemaChange['way'], string>> = {
  follow: 'the target table is changed exactly between the rows from before and from after the change.',
  truncate: 'the target table is emptied at this place.',
  resync: 'the table is copied again, since the log does not say what its rows became.',
};
