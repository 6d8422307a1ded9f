import { useMutation } from '@tanstack/react-query';
import { useEffect } from 'react';
import { type AlertChannel, type AlertDelivery, api, unwrap } from '../../api/client.ts';
import { CliLine } from '../../parts/cli-line.tsx';
import { Modal } from '../../parts/modal.tsx';
import { ProblemBox, Skeleton } from '../../parts/quiet-states.tsx';
import { DeliveryBadge } from './delivery-badge.tsx';

/** Sends a test on the way of every alert, and shows how it ended. Without a channel it goes to the alert topic. */
export const TestDialog = ({
  channel,
  onClose,
}: {
  readonly channel?: AlertChannel;
  readonly onClose: () => void;
}) => {
  const test = useMutation({
    mutationFn: () =>
      unwrap(
        channel === undefined
          ? api.POST('/v1/alert-topic/test')
          : api.POST('/v1/alert-channels/{channel_id}/test', {
              params: { path: { channel_id: String(channel.channel_id) } },
            }),
      ),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is sent once, when it opens.
  useEffect(() => test.mutate(), []);
  return (
    <Modal title={`Test of ${channel?.name ?? 'the alert topic'}`} onClose={onClose}>
      {test.isPending && <Skeleton lines={2} />}
      <ProblemBox error={test.error} />
      {test.data !== undefined && (
        <p className="row">
          <DeliveryBadge state={test.data.state} /> {sentenceFor(test.data)}
        </p>
      )}
      <CliLine line={`millrace alerts test ${channel?.channel_id ?? '--topic'}`} />
      <div className="buttons">
        <button type="button" disabled={test.isPending} onClick={() => test.mutate()}>
          Send another
        </button>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Modal>
  );
};

const sentenceFor = ({ state, attempts }: AlertDelivery): string => {
  const [attempt] = attempts;
  switch (state) {
    case 'delivered':
      return attempt?.http_status == null ? 'It was taken.' : `It was taken (HTTP ${attempt.http_status}).`;
    case 'failed':
      return attempt?.error ?? 'It was not taken.';
    case 'waiting':
      return 'The attempt has not ended yet. The deliveries say how it ends.';
  }
};
