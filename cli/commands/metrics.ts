import type { Command } from 'commander';
import { type Cli, withExamples } from '../cli.ts';
import { printable } from '../output/printable.ts';
import { table } from '../output/table.ts';

export const addMetricsCommand = (program: Command, cli: Cli): void => {
  withExamples(program.command('metrics'), [
    ['millrace metrics', 'what a Prometheus reads of the API'],
    ['millrace metrics --targets', 'where it finds the consumers and copy workers'],
  ])
    .description(
      'Print what the health checks measure of all replications that the token may see, as a Prometheus reads it.',
    )
    .option('--targets', 'list the tasks that show metrics of their own instead')
    .action(async ({ targets = false }: { readonly targets?: boolean }) => {
      const { api, out } = cli;
      if (!targets) {
        const lines = (await api.call('readMetrics', {})).trimEnd().split('\n');
        if (out.format === 'text') for (const line of lines) out.line(printable(line));
        else out.print({ metrics: lines.filter((line) => !line.startsWith('#')) }, () => []);
        return;
      }
      out.print(await api.call('listMetricsTargets', {}), (found) =>
        found.length === 0
          ? ['No consumer and no copy worker runs.']
          : table(
              [{ title: 'ROLE' }, { title: 'ADDRESS' }, { title: 'PATH' }],
              found.flatMap(({ targets: addresses, labels }) =>
                addresses.map((address) => [labels.role, address, labels.__metrics_path__ ?? '/metrics']),
              ),
            ),
      );
    });
};
