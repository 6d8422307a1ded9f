import type { AlertDelivery } from '../../api/client.ts';
import { Badge, capitalized, type Tone } from '../../parts/state-badge.tsx';

const tones: Readonly<Record<AlertDelivery['state'], Tone>> = {
  waiting: 'busy',
  delivered: 'good',
  failed: 'bad',
};

export const DeliveryBadge = ({ state }: Pick<AlertDelivery, 'state'>) => (
  <Badge tone={tones[state]}>{capitalized(state)}</Badge>
);
