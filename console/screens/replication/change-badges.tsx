import type { SchemaChangeItem } from '../../api/client.ts';
import type { ChangeState } from '../../data/schema-changes.ts';
import { Badge, capitalized, type Tone } from '../../parts/state-badge.tsx';

const stateTones: Readonly<Record<ChangeState, Tone>> = {
  waiting: 'bad',
  approved: 'busy',
  applied: 'good',
  rejected: 'warn',
  expired: 'still',
};

const riskTones: Readonly<Record<SchemaChangeItem['risk']['level'], Tone>> = {
  low: 'still',
  medium: 'warn',
  high: 'bad',
};

export const RiskBadge = ({ risk }: Pick<SchemaChangeItem, 'risk'>) => (
  <Badge tone={riskTones[risk.level]}>{`${capitalized(risk.level)} risk`}</Badge>
);

export const ChangeBadge = ({ state }: { readonly state: ChangeState }) => (
  <Badge tone={stateTones[state]}>{capitalized(state)}</Badge>
);
