import type { FleetRow } from '../api/client.ts';
import { formatClock } from '../format/figures.ts';

/**
 * What a replication is called in the fleet, the worst first. `unknown`: it should run, and the health check has not looked at it
 * lately, so it is not called healthy.
 */
export const fleetStates = [
  'failed',
  'needs-you',
  'behind',
  'unknown',
  'copying',
  'starting',
  'running',
  'paused',
  'stopped',
] as const;
export type FleetState = (typeof fleetStates)[number];

export const fleetStateNames: Readonly<Record<FleetState, string>> = {
  failed: 'Failed',
  'needs-you': 'Needs you',
  behind: 'Behind',
  unknown: 'Not checked',
  copying: 'Copying',
  starting: 'Starting',
  running: 'Running',
  paused: 'Paused',
  stopped: 'Stopped',
};

/** Conditions that end only when a person acts. */
const personConditions: ReadonlySet<string> = new Set([
  'needs-resync',
  'deletion-blocked',
  'pause-running-out',
  'credentials-refused',
  'table-held',
  'schema-change-waiting',
  'table-skipped',
  'table-change-failed',
  'new-tables',
  'source-log-limit',
]);

/** Whether something of the kind ends only when a person acts: what Millrace still tries again by itself may end without. */
export const needsPerson = (
  condition: string | null | undefined,
  triesAgainAt: string | null | undefined,
): boolean =>
  condition !== null && condition !== undefined && personConditions.has(condition) && triesAgainAt == null;

type Looked = NonNullable<FleetRow['health']>;

/** Tables whose rows are not all at the target yet, of those that are on their way. */
const uncopied = ({ tables }: Looked): number =>
  (tables.pending ?? 0) + (tables.copying ?? 0) + (tables['catching-up'] ?? 0);

/** States are told again at this step: a row may become `Not checked` without an answer of the API. */
export const restateMs = 10_000;

/** The health check looks once a minute; two looks may be missed. */
const oldestLookMs = 3.5 * 60_000;

export const fleetStateOf = (
  row: Pick<FleetRow, 'status' | 'status_since' | 'health'>,
  nowMs: number,
): FleetState => {
  const { status, health } = row;
  switch (status) {
    case 'error':
    case 'needs-resync':
      return 'failed';
    case 'starting':
      return health !== null && isOfThisStart(row) && (health.tables.copying ?? 0) > 0
        ? 'copying'
        : 'starting';
    case 'configured':
    case 'stopped':
    case 'stopping':
      return 'stopped';
    case 'deleting':
      return health?.condition === 'deletion-blocked' ? 'needs-you' : 'stopped';
    case 'pausing':
    case 'paused':
      return health?.condition === 'pause-running-out' ? 'needs-you' : 'paused';
    case 'active':
      return activeState(row, nowMs);
  }
};

/** A look from before the start says nothing about what runs now. */
const isOfThisStart = ({ status_since: since, health }: Pick<FleetRow, 'status_since' | 'health'>): boolean =>
  health !== null && Date.parse(health.looked_at) >= Date.parse(since);

const activeState = (row: Pick<FleetRow, 'status_since' | 'health'>, nowMs: number): FleetState => {
  const { status_since: statusSince, health } = row;
  if (health === null || !isOfThisStart(row))
    return nowMs - Date.parse(statusSince) > oldestLookMs ? 'unknown' : 'starting';
  if (nowMs - Date.parse(health.looked_at) > oldestLookMs) return 'unknown';
  if (needsPerson(health.condition, health.tries_again_at)) return 'needs-you';
  switch (health.overall) {
    case 'failed':
      return 'failed';
    case 'degraded':
      return 'behind';
    case 'healthy':
      return uncopied(health) > 0 ? 'copying' : 'running';
    case 'starting':
    case 'stopped':
    case 'paused':
      return 'starting';
  }
};

/** One line of why, for a row. */
export const reasonOf = (row: FleetRow, state: FleetState): string => {
  const next = row.health?.tries_again_at ?? null;
  // A look from before the last try tells of a time that is over.
  const triesAgain =
    next === null || state === 'stopped' || state === 'starting'
      ? ''
      : ` It is tried again by itself, next at ${formatClock(new Date(next))}.`;
  if (state === 'failed' && row.last_error_message !== null) return `${row.last_error_message}${triesAgain}`;
  if (state === 'unknown') return 'The health check has not looked at it for more than three minutes.';
  if (state === 'running') return '';
  if (state === 'copying' && row.health !== null)
    return `${row.table_count - uncopied(row.health)} of ${row.table_count} tables are copied.`;
  if (row.status === 'configured') return 'Configured, and not started yet.';
  if (row.status === 'stopping' || row.status === 'pausing' || row.status === 'deleting')
    return `It is ${row.status}.`;
  const condition = row.health?.condition;
  if (condition === null || condition === undefined) return state === 'starting' ? 'It is starting.' : '';
  const at = row.health?.hop;
  return `${sentenceOf(condition)}${at === null || at === undefined ? '' : `, at the ${at}`}.${triesAgain}`;
};

/** `source-unreachable` as `Source unreachable`. */
export const sentenceOf = (condition: string): string => {
  const text = condition.replaceAll(/[-_]/g, ' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
};

/** What a replication's own screen calls it: as the fleet does, from its status. `triesAgainAt` is that of the most likely cause. */
export const overallState = (
  overall: string,
  condition: string | null | undefined,
  triesAgainAt: string | null | undefined,
): 'needs-you' | undefined =>
  (overall === 'failed' || overall === 'degraded') && needsPerson(condition, triesAgainAt)
    ? 'needs-you'
    : undefined;

/** Whether something changes by the second, so that it is worth looking often. */
export const isMoving = (row: Pick<FleetRow, 'status'>): boolean =>
  ['starting', 'stopping', 'pausing', 'deleting'].includes(row.status);

export interface FleetFilter {
  readonly text: string;
  readonly state: FleetState | undefined;
  readonly clientId: number | undefined;
}

export interface StatedRow {
  readonly row: FleetRow;
  readonly state: FleetState;
}

/** The rows that pass, the worst first and then by client and name; and how many of each state there are in all. */
export const arrangeFleet = (
  rows: readonly FleetRow[],
  filter: FleetFilter,
  nowMs: number,
): { readonly shown: readonly StatedRow[]; readonly counts: Readonly<Record<FleetState, number>> } => {
  const counts = Object.fromEntries(fleetStates.map((state) => [state, 0])) as Record<FleetState, number>;
  const shown: StatedRow[] = [];
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of rows) {
    if (filter.clientId !== undefined && row.client_id !== filter.clientId) continue;
    const state = fleetStateOf(row, nowMs);
    counts[state] += 1;
    if (filter.state !== undefined && state !== filter.state) continue;
    const text =
      `${row.name} ${row.client_name} ${row.source} ${row.target} ${row.replication_id}`.toLowerCase();
    if (words.every((word) => text.includes(word))) shown.push({ row, state });
  }
  const rank = new Map(fleetStates.map((state, index) => [state, index]));
  shown.sort(
    (a, b) =>
      (rank.get(a.state) ?? 0) - (rank.get(b.state) ?? 0) ||
      a.row.client_name.localeCompare(b.row.client_name) ||
      a.row.name.localeCompare(b.row.name),
  );
  return { shown, counts };
};

export interface SharedCause {
  readonly condition: string;
  readonly database: string;
  readonly count: number;
}

/** Faults of one kind at one source or target that several replications have: one banner instead of many rows. */
export const sharedCauses = (rows: readonly StatedRow[]): readonly SharedCause[] => {
  const found = new Map<string, SharedCause>();
  for (const { row, state } of rows) {
    const condition = row.health?.condition;
    if (condition === null || condition === undefined || state === 'running' || state === 'stopped') continue;
    const database = row.health?.hop === 'target' ? row.target : row.source;
    const key = `${condition}/${row.client_id}/${database}`;
    const before = found.get(key);
    found.set(key, { condition, database, count: (before?.count ?? 0) + 1 });
  }
  return [...found.values()].filter(({ count }) => count >= 3).toSorted((a, b) => b.count - a.count);
};
