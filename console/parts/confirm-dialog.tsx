import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { FormDialog } from './form-dialog.tsx';
import { useNotice } from './notices.tsx';

/** Asks before an action: what it does, fields of its own, the line for the shell, and the name typed where it destroys something. */
export const ConfirmDialog = ({
  title,
  label,
  line,
  run,
  done,
  onClose,
  intro,
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
  readonly intro?: ReactNode;
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
  return (
    <FormDialog
      title={title}
      intro={intro}
      line={line}
      error={action.error}
      label={label}
      isBusy={action.isPending}
      isReady={isReady && (nameToType === undefined || typedName === nameToType)}
      isDestructive={isDestructive}
      onSubmit={() => action.mutate()}
      onClose={onClose}
    >
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
    </FormDialog>
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
