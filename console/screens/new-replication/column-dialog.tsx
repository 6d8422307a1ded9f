import { useState } from 'react';
import type { ColumnDraft, TableDraft } from '../../data/replication-draft.ts';
import { Modal } from '../../parts/modal.tsx';
import { tableKey } from '../../parts/table-choice.tsx';

const newColumn: ColumnDraft = { source: '', target: '', type: '', omit: false };

/** Columns that do not keep their name and type. The API checks them against the source when the replication is created. */
export const ColumnDialog = ({
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
          <ColumnField
            label="Column at the source"
            value={column.source}
            onChange={(source) => set(index, { source })}
          />
          <ColumnField
            label="Name at the target"
            isDisabled={column.omit}
            value={column.target}
            onChange={(target) => set(index, { target })}
          />
          <ColumnField
            label="Type at the target"
            placeholder="as the source has it"
            isDisabled={column.omit}
            value={column.type}
            onChange={(type) => set(index, { type })}
          />
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

const ColumnField = ({
  label,
  value,
  onChange,
  placeholder,
  isDisabled = false,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
  readonly isDisabled?: boolean;
}) => (
  <label className="field">
    <span>{label}</span>
    <input
      type="text"
      spellCheck={false}
      placeholder={placeholder}
      disabled={isDisabled}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  </label>
);
