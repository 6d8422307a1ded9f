import { type ReactNode, useEffect, useId, useRef } from 'react';

/** The browser's own dialog: it keeps the focus inside, and Esc closes it. */
export const Modal = ({
  title,
  onClose,
  children,
  isWide = false,
}: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** For a table inside. */
  readonly isWide?: boolean;
}) => {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  // It goes with its element. To close it here would call `onClose`, also when React only mounts it twice, as it does in development.
  useEffect(() => {
    const dialog = element.current;
    if (dialog?.open === false) dialog.showModal();
  }, []);
  return (
    <dialog ref={element} className={isWide ? 'wide-dialog' : ''} aria-labelledby={titleId} onClose={onClose}>
      <div className="body">
        <h2 id={titleId}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
};
