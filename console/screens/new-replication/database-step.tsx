import { useState } from 'react';
import type { Database } from '../../api/client.ts';
import { DatabaseForm, kindNames } from '../../parts/database-form.tsx';
import { Modal } from '../../parts/modal.tsx';
import { Skeleton } from '../../parts/quiet-states.tsx';

/** Which registered database is read and which is written, or the registration of another one. */
export const DatabaseStep = ({
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
