import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { CliLine } from './cli-line.tsx';
import { Modal } from './modal.tsx';
import { useNotice } from './notices.tsx';
import { ProblemBox } from './quiet-states.tsx';

/** Asks before an action: what it does, fields of its own, the line for the shell, and the name typed where it destroys something. */
export const ConfirmDialog = ({
  title,
  label,
  line,
  run,
  done,
  onClose,
  children,
  isDestructive = false,
  nameToType,
  isReady = true,
}: {
  readonly title: string;
  /** Of the button that does it. */
  readonly label: string;
  readonly line: string;
  readonly run: () => Promise<unknown>;
  /** What is said once it was done. */
  readonly done: string;
  readonly onClose: () => void;
  readonly children?: ReactNode;
  readonly isDestructive?: boolean;
  readonly nameToType?: string;
  /** Whether the fields are filled in. */
  readonly isReady?: boolean;
}) => {
  const queries = useQueryClient();
  const say = useNotice();
  const [typedName, setTypedName] = useState('');
  const action = useMutation({
    mutationFn: run,
    onSuccess: async () => {
      say(done);
      onClose();
      await queries.invalidateQueries();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    action.mutate();
  };
  return (
    <Modal title={title} onClose={onClose}>
      <form className="stack" style={{ padding: 0 }} onSubmit={submit}>
        {children}
        {nameToType !== undefined && (
          <label className="field">
            <span>
              Type the name to confirm: <b>{nameToType}</b>
            </span>
            <input
              type="text"
              autoComplete="off"
              value={typedName}
              onChange={(event) => setTypedName(event.target.value)}
            />
          </label>
        )}
        <CliLine line={line} />
        <ProblemBox error={action.error} />
        <div className="buttons">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="submit"
            className={isDestructive ? 'danger' : 'primary'}
            disabled={action.isPending || !isReady || (nameToType !== undefined && typedName !== nameToType)}
          >
            {action.isPending ? 'Sending…' : label}
          </button>
        </div>
      </form>
    </Modal>
  );
};

/** Why something is done, for the activity. */
export const ReasonField = ({
  value,
  onChange,
  isRequired = false,
}: {
  readonly value: string;
  readonly onChange: (reason: string) => void;
  readonly isRequired?: boolean;
}) => (
  <label className="field">
    <span>Reason, for the activity{isRequired ? '' : ' (optional)'}</span>
    <input
      type="text"
      maxLength={200}
      required={isRequired}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  </label>
);
