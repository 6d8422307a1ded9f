import type { HealthRecord } from '../contracts/health-record.ts';
import type { NoticeCondition } from '../contracts/incident.ts';
import { durationOf } from '../naming/amount-of.ts';
import { countOf } from '../naming/count-of.ts';
import type { TableCopyStatus } from '../status/copy-progress.ts';

/** What has ended well, and is told once. */
export interface Notice {
  readonly condition: NoticeCondition;
  /** One sentence without a full stop. */
  readonly message: string;
  readonly since: string;
}

export interface FoundNotices {
  readonly notices: readonly Notice[];
  /** What to remember until the next check. */
  readonly copiesTold: NonNullable<HealthRecord['copiesTold']>;
}

type CopiedTable = Pick<TableCopyStatus, 'state' | 'startedAt' | 'finishedAt' | 'rowsCopied'>;

/**
 * Whether copies have ended since they were last told of. All of one start or change are told together, once the last has ended.
 * A replication whose health was recorded before there were notices is told of none that has ended by then. Pure.
 */
export const findNotices = (
  tables: readonly CopiedTable[],
  recorded: HealthRecord | undefined,
  createdAt: string,
): FoundNotices => {
  const copied = tables.filter(isCopied);
  const told =
    recorded === undefined
      ? { upTo: createdAt, tables: 0 }
      : (recorded.copiesTold ?? { upTo: recorded.at, tables: copied.length });
  const fresh = copied.filter(({ finishedAt }) => finishedAt !== undefined && finishedAt > told.upTo);
  const isOpen = tables.some(({ state }) => state === 'pending' || state === 'copying');
  if (isOpen || fresh.length === 0) return { notices: [], copiesTold: told };
  const since = earliest(fresh.map(({ startedAt, finishedAt }) => startedAt ?? finishedAt));
  const upTo = latest(fresh.map(({ finishedAt }) => finishedAt));
  // With added tables more are complete than before; with tables that were copied again there are as many.
  const isResync = recorded?.copiesTold !== undefined && copied.length <= told.tables;
  const rows = fresh.reduce((sum, { rowsCopied }) => sum + rowsCopied, 0);
  const what = `${countOf(fresh.length, 'table')} with ${countOf(rows, 'row')}`;
  const lasted = durationOf(Date.parse(upTo) - Date.parse(since));
  const notice: Notice = isResync
    ? { condition: 'resync-done', message: `Copied ${what} again in ${lasted}`, since }
    : { condition: 'copy-done', message: `Copied ${what} in ${lasted}`, since };
  return { notices: [notice], copiesTold: { upTo, tables: copied.length } };
};

const isCopied = ({ state, finishedAt }: CopiedTable): boolean =>
  finishedAt !== undefined && (state === 'catching-up' || state === 'live');

const sorted = (instants: readonly (string | undefined)[]): readonly string[] =>
  instants.filter((at) => at !== undefined).toSorted();
const earliest = (instants: readonly (string | undefined)[]): string => sorted(instants)[0] ?? '';
const latest = (instants: readonly (string | undefined)[]): string => sorted(instants).at(-1) ?? '';
