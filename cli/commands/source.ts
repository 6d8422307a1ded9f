import type { Command } from 'commander';
import { findReplication } from '../api/find.ts';
import type { SourceSafety } from '../api/routes.ts';
import { type Cli, withExamples } from '../cli.ts';
import { formatBytes, formatDuration, formatInstant } from '../output/format-values.ts';
import { printable } from '../output/printable.ts';
import { addWatchOptions, showOrWatch, type WatchOptions } from './status.ts';

export const addSourceCommands = (program: Command, cli: Cli): void => {
  addWatchOptions(
    withExamples(program.command('source'), [
      ['millrace source shop', 'how much log the source keeps for it, and who holds it open'],
      ['millrace source shop --watch', 'while you look for who does'],
    ])
      .argument('<replication>', 'name or number')
      .description('Show what a replication costs its source: kept log, its limit, open transactions.'),
  ).action(async (given: string, options: WatchOptions) => {
    const { replication_id } = await findReplication(cli.api, given);
    const ask = () => cli.api.call('getSourceSafety', { path: { replication_id } });
    await showOrWatch(cli, options, ask, (safety) => renderSafety(safety));
  });
};

const renderSafety = (safety: SourceSafety): readonly string[] => [
  ...(safety.failure === null
    ? []
    : [`cannot be read since ${formatInstant(safety.failure.since)}: ${printable(safety.failure.message)}`]),
  `log kept     ${bytesOf(safety.retained_bytes)}${limitOf(safety)}`,
  `grows by     ${safety.bytes_per_minute === null ? 'not known yet' : `${bytesOf(Math.max(0, safety.bytes_per_minute))} a minute`}`,
  `full in      ${safety.minutes_to_loss === null ? 'no limit, or nothing grows' : formatDuration(safety.minutes_to_loss * 60_000)}`,
  `log ends at  ${safety.position ?? 'not known'}`,
  `captured     ${safety.captured_position ?? 'nothing yet'}${safety.ahead_bytes === null ? '' : `, ${bytesOf(safety.ahead_bytes)} behind`}`,
  ...(safety.reader === null
    ? []
    : [
        `read         ${safety.reader.is_reading ? 'yes' : 'no'}, since ${formatInstant(safety.reader.since)}`,
      ]),
  ...safety.objects.map(
    ({ kind, name, keeps_log: keepsLog }) =>
      `created      ${kind} ${name}${keepsLog ? ', for which log is kept' : ''}`,
  ),
  ...(safety.open_transactions?.length === 0
    ? ['open         no transaction that has written something']
    : []),
  ...(safety.open_transactions ?? []).map((transaction) => `open         ${printable(transaction)}`),
  ...(safety.open_transactions_message === null
    ? []
    : [`             ${printable(safety.open_transactions_message)}`]),
  ...safety.warnings.map((warning) => `warning      ${printable(warning)}`),
  ...(safety.read_at === null ? [] : [`as of        ${formatInstant(safety.read_at)}`]),
];

const bytesOf = (bytes: number | null): string => (bytes === null ? 'not known' : formatBytes(bytes));

const limitOf = ({ limit_bytes: limitBytes, kept_ms: keptMs }: SourceSafety): string => {
  if (limitBytes !== null) return ` of ${formatBytes(limitBytes)}`;
  return keptMs === null ? '' : `, removed after ${formatDuration(keptMs)}`;
};
