import { useMutation } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { RequestedDeadLetters } from '../../api/client.ts';
import { type DeadLetterSelection, deadLetterLine, replayDeadLetters } from '../../data/dead-letters.ts';
import { CliLine } from '../../parts/cli-line.tsx';
import { Modal } from '../../parts/modal.tsx';
import { PlainTable } from '../../parts/plain-table.tsx';
import { ProblemBox, QuietState, Skeleton } from '../../parts/quiet-states.tsx';
import { Badge, capitalized, type Tone } from '../../parts/state-badge.tsx';

type Verdict = RequestedDeadLetters['verdicts'][number];

const verdictTones: Readonly<Record<Verdict['verdict'], Tone>> = {
  'would-apply': 'good',
  superseded: 'good',
  'still-fails': 'bad',
  unreadable: 'warn',
  pending: 'busy',
};

/** Tries a replay without writing anything, and shows of each dead letter how it would end. */
export const DryRunDialog = ({
  clientId,
  id,
  selection,
  onClose,
}: {
  readonly clientId: number;
  readonly id: number;
  readonly selection: DeadLetterSelection;
  readonly onClose: () => void;
}) => {
  const attempt = useMutation({
    mutationFn: () => replayDeadLetters(clientId, id, selection, { dryRun: true, reason: '' }),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is tried once, when it opens.
  useEffect(() => attempt.mutate(), []);
  return (
    <Modal title="Dry run of a replay" onClose={onClose} isWide>
      <p>
        Each row is read from the source and written at the target, and that is rolled back. The consumer does
        it between two batches, so it takes some seconds.
      </p>
      {attempt.isPending && <Skeleton lines={3} />}
      <ProblemBox error={attempt.error} />
      {attempt.data !== undefined && <Verdicts answer={attempt.data} />}
      <CliLine line={deadLetterLine('replay', id, selection, { dryRun: true })} />
      <div className="buttons">
        <button type="button" disabled={attempt.isPending} onClick={() => attempt.mutate()}>
          Try again
        </button>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Modal>
  );
};

const Verdicts = ({ answer: { verdicts, asked, message } }: { readonly answer: RequestedDeadLetters }) =>
  verdicts.length === 0 ? (
    <QuietState title="Nothing to try">
      <p>{message}</p>
    </QuietState>
  ) : (
    <>
      {verdicts.length < asked && (
        <p className="soft">
          The first {verdicts.length} of {asked}.
        </p>
      )}
      <PlainTable
        label="How each would end"
        items={verdicts}
        keyOf={(verdict) => verdict.dead_letter_id}
        columns={[
          { name: 'ID', cell: (verdict) => verdict.dead_letter_id },
          {
            name: 'Result',
            cell: ({ verdict }) => (
              <Badge tone={verdictTones[verdict]}>{capitalized(verdict.replaceAll('-', ' '))}</Badge>
            ),
          },
          { name: 'Why', cell: (verdict) => verdict.message },
        ]}
      />
    </>
  );
