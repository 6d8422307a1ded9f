import { tableLabel } from '#core/contracts/identifiers.ts';
import type { Deletion, Replication, Status } from './api/routes.ts';
import type { Cli } from './cli.ts';
import { CliError } from './cli-error.ts';
import { formatCount, formatDuration, formatInstant, plural, progressBar } from './output/format-values.ts';
import { printable } from './output/printable.ts';
import { waitUntil } from './watch.ts';

interface Waited {
  readonly replicationId: number;
  readonly name: string;
}

/** Statuses out of which a replication does not become active by itself. */
const endStatuses: ReadonlySet<string> = new Set([
  'error',
  'needs-resync',
  'pausing',
  'paused',
  'stopping',
  'stopped',
  'deleting',
  'configured',
]);

/**
 * Waits until a replication is active and each of its tables is live. Throws a `CliError` when it fails, when it is stopped, or when
 * a table needs a person while all others are live.
 */
export const waitForLive = (cli: Cli, { replicationId, name }: Waited, deadlineMs: number): Promise<Status> =>
  waitUntil(cli, `${name} with every table live`, deadlineMs, async () => {
    const path = { replication_id: replicationId };
    const { table_change: change } = await cli.api.call('getReplication', { path });
    if (change?.state === 'failed') throw failedChange(name, change.message);
    const status = await cli.api.call('getStatus', { path });
    const { status: state, last_error_message: message } = status.config;
    if (endStatuses.has(state)) {
      throw new CliError(`${name} is ${state}${message === null ? '.' : `: ${message}`}`, {
        advice: `"millrace status ${replicationId}" and "millrace check ${replicationId}" say more.`,
      });
    }
    const waiting = status.tables.filter(({ state: table }) => table !== 'live');
    const stuck = waiting.filter(({ state: table }) => table === 'held' || table === 'skipped');
    const isSettled = change === null && state === 'active' && waiting.length === stuck.length;
    const [first] = stuck;
    if (isSettled && first !== undefined) {
      throw new CliError(
        `${name} is active, but ${plural(stuck.length, 'table')} ${stuck.length === 1 ? 'needs' : 'need'} you: ` +
          `${tableLabel(first.source)} is ${first.state}. ${first.message ?? ''}`,
        { advice: `"millrace tables ${replicationId}" lists all of them.` },
      );
    }
    return {
      data: status,
      isReached: isSettled && status.tables.length > 0,
      progress:
        cli.out.format === 'text' || cli.shell.stderr.isTTY === true ? describeProgress(name, status) : [],
    };
  });

/** One line for the whole, and one for each table that is being copied. */
export const describeProgress = (name: string, { config, tables, wait }: Status): readonly string[] => {
  const counts = [...Map.groupBy(tables, ({ state }) => state)].map(
    ([state, group]) => `${formatCount(group.length)} ${state}`,
  );
  return [
    `${printable(name)}: ${config.status}${counts.length === 0 ? '' : `; tables: ${counts.join(', ')}`}`,
    ...(wait === null
      ? []
      : [`  waiting for ${plural(wait.transaction_count, 'open transaction')} at the source`]),
    ...tables
      .filter(({ state }) => state === 'copying')
      .slice(0, 10)
      .map((table) => {
        const rate =
          table.rows_per_second === null ? '' : `  ${formatCount(Math.round(table.rows_per_second))} rows/s`;
        const left =
          table.seconds_left === null ? '' : `, ${formatDuration(table.seconds_left * 1_000)} left`;
        return `  ${progressBar(table.percent)}  ${printable(tableLabel(table.source))}${rate}${left}`;
      }),
  ];
};

const failedChange = (name: string, message: string | null): CliError =>
  new CliError(`The change of the tables of ${name} has failed: ${message ?? 'no reason is known'}`, {
    advice: 'Fix the cause, then start the replication: it goes on with the change.',
  });

/** Waits until no change of the tables is at work. */
export const waitForChange = (
  cli: Cli,
  { replicationId, name }: Waited,
  deadlineMs: number,
): Promise<Replication> =>
  waitUntil(cli, `The change of the tables of ${name}`, deadlineMs, async () => {
    const replication = await cli.api.call('getReplication', { path: { replication_id: replicationId } });
    const { table_change: change } = replication;
    if (change?.state === 'failed') throw failedChange(name, change.message);
    return {
      data: replication,
      isReached: change === null,
      progress: change === null ? [] : [`${printable(name)}: its tables are being changed`],
    };
  });

/** Waits until a replication has this status. */
export const waitForStatus = (
  cli: Cli,
  { replicationId, name }: Waited,
  wanted: string,
  deadlineMs: number,
): Promise<Replication> =>
  waitUntil(cli, `Status ${wanted} of ${name}`, deadlineMs, async () => {
    const replication = await cli.api.call('getReplication', { path: { replication_id: replicationId } });
    return {
      data: replication,
      isReached: replication.status === wanted,
      progress: [`${printable(name)}: ${replication.status}`],
    };
  });

/** Why a deletion that has removed everything is not done. */
export const describeQuiet = ({ ends_not_before: until }: Deletion): readonly string[] =>
  until === null
    ? []
    : [`  looks again until ${formatInstant(until)}: a step of the last start may be at work until then`];

/** Waits until a replication is gone. Throws a `CliError` with what cannot be removed. */
export const waitForDeletion = (
  cli: Cli,
  { replicationId, name }: Waited,
  deadlineMs: number,
): Promise<Deletion> =>
  waitUntil(cli, `The deletion of ${name}`, deadlineMs, async () => {
    const deletion = await cli.api.call('getDeletion', { path: { replication_id: replicationId } });
    if (deletion.state === 'blocked') {
      throw new CliError(`The deletion of ${name} is blocked.`, {
        advice: 'Fix what is listed and delete it again, or leave it there: --force.',
        problems: deletion.remains.map(({ part, problem, remedy }) => ({
          subject: part,
          message: problem,
          remedy,
        })),
      });
    }
    return {
      data: deletion,
      isReached: deletion.state === 'done',
      progress: [
        `${printable(name)}: removed ${deletion.removed.join(', ') || 'nothing yet'}`,
        ...describeQuiet(deletion),
      ],
    };
  });
