import { Modal } from './modal.tsx';

/** A secret that was just made, and that nobody can read again. */
export const ShownOnce = ({
  title,
  explanation,
  secret,
  onClose,
}: {
  readonly title: string;
  readonly explanation: string;
  readonly secret: string;
  readonly onClose: () => void;
}) => (
  <Modal title={title} onClose={onClose}>
    <p>{explanation}</p>
    <pre className="sql" tabIndex={0}>
      {secret}
    </pre>
    <div className="buttons">
      <button type="button" className="primary" onClick={onClose}>
        I have kept it
      </button>
    </div>
  </Modal>
);
