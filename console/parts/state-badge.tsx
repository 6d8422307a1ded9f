import { type FleetState, fleetStateNames, overallState } from '../data/fleet-state.ts';

export type Tone = 'good' | 'warn' | 'bad' | 'busy' | 'still';

export const fleetTones: Readonly<Record<FleetState, Tone>> = {
  failed: 'bad',
  'needs-you': 'bad',
  behind: 'warn',
  unknown: 'warn',
  copying: 'busy',
  starting: 'busy',
  running: 'good',
  paused: 'still',
  stopped: 'still',
};

/** A tone has a shape, so that it can be told without colours. */
const shapes: Readonly<Record<Tone, string>> = {
  good: 'M5 0a5 5 0 1 1 0 10a5 5 0 1 1 0-10z',
  warn: 'M5 0l5 9.500h-10z',
  bad: 'M0 0h10v10h-10z',
  busy: 'M5 0l5 5l-5 5l-5-5z',
  still: 'M1 0h3v10h-3zM6 0h3v10h-3z',
};

export const Badge = ({ tone, children }: { readonly tone: Tone; readonly children: string }) => (
  <span className={`state tone-${tone}`}>
    <svg viewBox="0 0 10 10" fill="currentColor" aria-hidden="true">
      <path d={shapes[tone]} />
    </svg>
    {children}
  </span>
);

export const FleetBadge = ({ state }: { readonly state: FleetState }) => (
  <Badge tone={fleetTones[state]}>{fleetStateNames[state]}</Badge>
);

const healthTones: Readonly<Record<string, Tone>> = {
  healthy: 'good',
  degraded: 'warn',
  failed: 'bad',
  starting: 'busy',
  paused: 'still',
  stopped: 'still',
};

/** The health of a replication; one that waits for a person says so, whatever else runs. */
export const HealthBadge = ({
  overall,
  condition,
  triesAgainAt,
}: {
  readonly overall: string;
  /** The most likely cause. */
  readonly condition: string | null | undefined;
  /** When it is tried again by itself. */
  readonly triesAgainAt: string | null | undefined;
}) => {
  const state = overallState(overall, condition, triesAgainAt);
  return state === undefined ? (
    <Badge tone={healthTones[overall] ?? 'still'}>{capitalized(overall)}</Badge>
  ) : (
    <FleetBadge state={state} />
  );
};

const tableTones: Readonly<Record<string, Tone>> = {
  live: 'good',
  held: 'bad',
  skipped: 'warn',
  copying: 'busy',
  'catching-up': 'busy',
  pending: 'still',
};

export const TableBadge = ({ state }: { readonly state: string }) => (
  <Badge tone={tableTones[state] ?? 'still'}>{capitalized(state.replaceAll('-', ' '))}</Badge>
);

export const capitalized = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
