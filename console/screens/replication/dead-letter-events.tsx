import type { DeadLetter, DeadLetterCause } from '../../api/client.ts';
import { useDeadLetters } from '../../data/dead-letters.ts';
import { useMayOperate } from '../../data/session.tsx';
import { shellQuoted } from '../../format/shell.ts';
import { CliLine } from '../../parts/cli-line.tsx';
import { Listed } from '../../parts/listed.tsx';
import { Modal } from '../../parts/modal.tsx';
import { Ago } from '../../parts/moment.tsx';
import { MoreButton } from '../../parts/more-button.tsx';
import { PlainTable } from '../../parts/plain-table.tsx';
import { QuietState } from '../../parts/quiet-states.tsx';

/** The dead letters of a cause, one by one. */
export const DeadLetterEvents = ({
  clientId,
  id,
  cause,
  onClose,
}: {
  readonly clientId: number;
  readonly id: number;
  readonly cause: Pick<DeadLetterCause, 'cause' | 'table'>;
  readonly onClose: () => void;
}) => {
  const found = useDeadLetters(clientId, id, cause);
  const seesValues = useMayOperate();
  const letters = { ...found, data: found.data?.pages.flatMap((page) => page.dead_letters) };
  return (
    <Modal title={`Dead letters of ${cause.table}`} onClose={onClose} isWide>
      <p className="mono soft">{cause.cause}</p>
      {!seesValues && <p className="soft">Keys are values of rows. A token of role operator sees them.</p>}
      <Listed
        query={letters}
        empty={
          <QuietState title="None are left">
            <p>They were replayed or discarded, or a later change has made their rows right.</p>
          </QuietState>
        }
      >
        {(items) => (
          <PlainTable
            label="Dead letters"
            items={items}
            keyOf={(letter) => letter.dead_letter_id}
            columns={[
              { name: 'ID', cell: (letter) => letter.dead_letter_id },
              { name: 'Key', cell: (letter) => <code>{letter.key?.join(', ') ?? letter.key_hash}</code> },
              {
                name: 'Change',
                cell: (letter) => (
                  <>
                    {letter.operation}
                    {letter.state === 'waiting' && <span className="soft">, waits behind another</span>}
                  </>
                ),
              },
              {
                name: 'What the target said',
                cell: (letter) => (
                  <>
                    {letter.message}
                    <br />
                    <span className="faint mono">
                      {letter.topic}/{letter.partition}@{letter.offset}
                    </span>
                  </>
                ),
              },
              { name: 'Since', cell: (letter) => <Ago at={letter.first_at} /> },
              { name: 'Last try', cell: lastTryOf },
            ]}
          />
        )}
      </Listed>
      <CliLine line={`millrace dlq ls ${id} --events --cause ${shellQuoted(cause.cause)}`} />
      <div className="buttons">
        <MoreButton query={found} label="Show more" />
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Modal>
  );
};

const lastTryOf = ({ requested, verdict, verdict_message: message }: DeadLetter) => {
  if (requested !== null) return `${requested} was asked for`;
  return verdict === null ? '–' : `${verdict.replaceAll('-', ' ')}${message === null ? '' : `: ${message}`}`;
};
