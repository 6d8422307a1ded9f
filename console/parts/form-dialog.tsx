import type { FormEvent, ReactNode } from 'react';
import { CliLine } from './cli-line.tsx';
import { Modal } from './modal.tsx';
import { ProblemBox } from './quiet-states.tsx';

/** Fields, the line for the shell that does the same, what was refused, and the two buttons. */
export const FormDialog = ({
  title,
  intro,
  children,
  line,
  error,
  label,
  busyLabel = 'Sending…',
  endLabel = 'Cancel',
  isBusy,
  isReady = true,
  isDestructive = false,
  onSubmit,
  onClose,
}: {
  readonly title: string;
  /** What it is about, above the fields. */
  readonly intro?: ReactNode;
  readonly children?: ReactNode;
  readonly line: string;
  readonly error: unknown;
  /** Of the button that does it. */
  readonly label: string;
  readonly busyLabel?: string;
  /** Of the button that only closes it. */
  readonly endLabel?: string;
  readonly isBusy: boolean;
  /** Whether the fields are filled in. */
  readonly isReady?: boolean;
  readonly isDestructive?: boolean;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
}) => {
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <Modal title={title} onClose={onClose}>
      {intro}
      <form className="stack" onSubmit={submit}>
        {children}
        <CliLine line={line} />
        <ProblemBox error={error} />
        <div className="buttons">
          <button type="button" onClick={onClose}>
            {endLabel}
          </button>
          <button
            type="submit"
            className={isDestructive ? 'danger' : 'primary'}
            disabled={isBusy || !isReady}
          >
            {isBusy ? busyLabel : label}
          </button>
        </div>
      </form>
    </Modal>
  );
};
