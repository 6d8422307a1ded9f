import { useState } from 'react';
import type { Replication } from '../../api/client.ts';
import { isSamePatterns, newTablesLine, setNewTables, toPatterns } from '../../data/new-tables.ts';
import { nameOf } from '../../data/schema-policy.ts';
import { useMayOperate } from '../../data/session.tsx';
import { CliLine } from '../../parts/cli-line.tsx';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { PatternFields, type PatternTexts, patternTextsOf } from '../../parts/pattern-fields.tsx';

/** Which tables join the replication as they are created, and those that have not. */
export const NewTables = ({
  clientId,
  replication,
}: {
  readonly clientId: number;
  readonly replication: Replication;
}) => {
  const { replication_id: id, new_tables: patterns } = replication;
  const mayOperate = useMayOperate();
  const [edits, setEdits] = useState(false);
  return (
    <>
      <section className="panel" aria-label="New tables">
        <header>
          <h2>New tables</h2>
          {mayOperate && (
            <button type="button" className="small" onClick={() => setEdits(true)}>
              Change
            </button>
          )}
        </header>
        <div className="body stack">
          {patterns === null ? (
            <p>No table joins the replication as it is created at the source.</p>
          ) : (
            <>
              <p>
                Tables that join as they are created at the source: <b>{patterns.include.join(', ')}</b>
                {patterns.exclude.length > 0 && <>, without {patterns.exclude.join(', ')}</>}.
              </p>
              {patterns.found.map(({ source, state, message }) => (
                <p key={nameOf(source)}>
                  Table <b>{nameOf(source)}</b>{' '}
                  {state === 'waiting' ? 'waits for a person' : 'cannot be added'}
                  {message === null ? '.' : `: ${message}`}
                </p>
              ))}
            </>
          )}
          <CliLine line={`millrace new-tables ${id}`} />
        </div>
      </section>
      {edits && (
        <NewTablesDialog clientId={clientId} replication={replication} onClose={() => setEdits(false)} />
      )}
    </>
  );
};

const NewTablesDialog = ({
  clientId,
  replication: { replication_id: id, new_tables: before },
  onClose,
}: {
  readonly clientId: number;
  readonly replication: Replication;
  readonly onClose: () => void;
}) => {
  const [texts, setTexts] = useState<PatternTexts>(patternTextsOf(before));
  const patterns = { include: toPatterns(texts.include), exclude: toPatterns(texts.exclude) };
  const isOff = patterns.include.length === 0;
  return (
    <ConfirmDialog
      title="Which tables join as they are created"
      label={isOff && before !== null ? 'Let none join' : 'Change'}
      line={newTablesLine(id, before, patterns)}
      isReady={!isSamePatterns(before, patterns)}
      isDestructive={isOff && before !== null}
      run={() => setNewTables(clientId, id, before, patterns)}
      done={
        isOff ? 'No table joins by itself any more.' : 'It is changed. The source is looked at every minute.'
      }
      onClose={onClose}
      intro={
        <p className="soft">
          The policy <code>create-table</code> says whether they join by themselves or wait for a person.
          Tables that are replicated already stay.
        </p>
      }
    >
      <PatternFields value={texts} onChange={setTexts} />
    </ConfirmDialog>
  );
};
