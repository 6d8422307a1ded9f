import type { Command } from 'commander';
import { commandLinesOf } from '../api/command-lines.ts';
import { findReplication } from '../api/find.ts';
import type { HealthHistory, Why } from '../api/routes.ts';
import { type Cli, countArgument, withExamples } from '../cli.ts';
import {
  formatAge,
  formatBytes,
  formatCount,
  formatDuration,
  formatInstant,
} from '../output/format-values.ts';
import type { Paint } from '../output/output.ts';
import { printable } from '../output/printable.ts';
import { paintState, renderLag } from '../output/render-status.ts';
import { table } from '../output/table.ts';
import { addWatchOptions, showOrWatch, type WatchOptions } from './status.ts';

export const addWhyCommands = (program: Command, cli: Cli): void => {
  addWatchOptions(
    withExamples(program.command('why'), [
      ['millrace why shop', 'what is the matter, what Millrace does, what you can do'],
      ['millrace why shop --watch', 'until it is well again'],
    ])
      .argument('<replication>', 'name or number')
      .description('Explain the health of a replication: the cause, where it is, and what to do.'),
  ).action(async (given: string, options: WatchOptions) => {
    const { api, shell } = cli;
    const { replication_id, name } = await findReplication(api, given);
    const ask = () => api.call('explainReplication', { path: { replication_id } });
    await showOrWatch(cli, options, ask, (why, paint) => renderWhy(printable(name), why, shell.now(), paint));
  });

  withExamples(program.command('history'), [
    ['millrace history shop', 'its health of the last hour, minute by minute'],
    ['millrace history shop --minutes 10080 --step 60', 'of a whole week, hour by hour'],
    ['millrace history shop --minutes 1440 -o json', 'of a whole day, for a program'],
  ])
    .argument('<replication>', 'name or number')
    .description('Show how the health and the lag of a replication have been.')
    .option('--minutes <count>', 'how far back, at most 10080, a week', countArgument, 60)
    .option('--step <minutes>', 'one line for so many minutes', countArgument, 1)
    .action(async (given: string, { minutes, step }: { minutes: number; step: number }) => {
      const { api, out } = cli;
      const { replication_id } = await findReplication(api, given);
      out.print(
        await api.call('listHealthHistory', {
          path: { replication_id },
          query: { minutes, ...(step > 1 && { step_minutes: step }) },
        }),
        renderHistory,
      );
    });
};

const renderWhy = (name: string, why: Why, now: Date, paint: Paint): readonly string[] => [
  `${paint('bold', name)}: ${paintState(why.overall, paint)}, for ${formatAge(why.since, now).replace(/ ago$/, '')}`,
  `  ${why.sentence}`,
  ...(why.hop === null ? [] : [`  where      ${why.hop}`]),
  ...why.evidence.map(({ name: what, value }) => `  measured   ${what}: ${value}`),
  `  Millrace   ${why.doing}`,
  ...(why.advice === null ? [] : [`  ${paint('yellow', 'you')}        ${why.advice}`]),
  ...commandLinesOf([why.call ?? '', why.sentence, why.advice ?? ''].join(' ')).map(
    (line) => `  command    ${line}`,
  ),
  ...(why.call === null ? [] : [`  call       ${why.call}`]),
  ...(why.runbook === null ? [] : [`  runbook    ${why.runbook}`]),
  ...(why.tries_again_at === null ? [] : [`  next try   ${formatInstant(why.tries_again_at)}`]),
  ...why.others.map(({ hop, message }) => `  also       ${hop}: ${message}`),
  ...(why.looked_ago_ms === null ? [] : [`  as of      ${formatDuration(why.looked_ago_ms)} ago`]),
  ...table(
    [{ title: '  CHECK' }, { title: 'STATE' }, { title: 'WHERE' }, { title: 'WHAT' }],
    why.checks.map(({ check, state, hop, title, unknown, faults }) => [
      `  ${check}`,
      paint(checkColors[state], state),
      hop,
      faults.length > 0 ? faults.map(({ condition }) => condition).join(', ') : (unknown ?? title),
    ]),
  ),
];

const checkColors = { ok: 'green', failing: 'red', unknown: 'yellow' } as const;

const renderHistory = ({ points }: HealthHistory, paint: Paint): readonly string[] =>
  points.length === 0
    ? ['Nothing was measured in this time.']
    : table(
        [
          { title: 'AT' },
          { title: 'HEALTH' },
          { title: 'WHERE' },
          { title: 'CAUSE' },
          { title: 'CAPTURE LAG' },
          { title: 'TARGET LAG' },
          { title: 'LOG KEPT', align: 'right' },
          { title: 'APPLIED', align: 'right' },
        ],
        points.map((point) => [
          formatInstant(point.at),
          paintState(point.overall, paint),
          point.hop ?? '',
          point.condition ?? '',
          point.capture_lag_ms === null ? '' : formatDuration(point.capture_lag_ms),
          renderLag(point.apply_lag_events, point.apply_lag_ms) ?? '',
          point.source_retained_bytes === null ? '' : formatBytes(point.source_retained_bytes),
          point.applied_events === null ? '' : formatCount(point.applied_events),
        ]),
      );
