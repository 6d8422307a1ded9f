/**
 * `npm run test:faults`: the suites that break things. With the name of a scenario, as `npm run test:faults -- capture-kill`,
 * it runs that one for as long as it is told to, and `--json FILE` keeps its figures.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { runCaptureKill } from './capture-kill/capture-kill.ts';
import type { CaptureSource, Interruption } from './capture-kill/capture-source.ts';
import { startMariadbSource } from './capture-kill/mariadb-source.ts';
import { startMysqlSource } from './capture-kill/mysql-source.ts';
import { startPostgresSource } from './capture-kill/postgres-source.ts';

const root = path.resolve(import.meta.dirname, '..', '..');
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const captureSources: Readonly<Record<string, () => Promise<CaptureSource>>> = {
  'postgresql-13': () => startPostgresSource(13),
  'postgresql-15': () => startPostgresSource(15),
  'postgresql-18': () => startPostgresSource(18),
  mariadb: startMariadbSource,
  mysql: () => startMysqlSource('ON'),
  'mysql-without-gtids': () => startMysqlSource('OFF'),
};
const interruptions: readonly Interruption[] = ['session', 'worker', 'source'];

const parseCount = (text: string): number => {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new InvalidArgumentError('It has to be a whole number from 1 on.');
  return count;
};

/** Exits with 1 when a row was lost, or is there that the source has not. */
const soakCapture = async (options: {
  readonly times: number;
  readonly source: readonly string[];
  readonly only: readonly Interruption[];
  readonly json?: string;
}): Promise<void> => {
  const figures: Record<string, Awaited<ReturnType<typeof runCaptureKill>>> = {};
  for (const [name, open] of Object.entries(captureSources)) {
    if (!options.source.includes(name)) continue;
    const result = await runCaptureKill(open, { interruptions: options.only, times: options.times, say });
    figures[name] = result;
    const { kills, rows, lost, extra, doubled, restarts } = result;
    say(
      `${name}: ${kills} kills, ${rows} rows, ${lost} lost, ${extra} extra, ${doubled} events again, ${restarts} restarts`,
    );
    if (options.json === undefined) continue;
    mkdirSync(path.dirname(path.resolve(options.json)), { recursive: true });
    writeFileSync(options.json, `${JSON.stringify(figures, null, 2)}\n`);
  }
  const isLossless = Object.values(figures).every(({ lost, extra }) => lost === 0 && extra === 0);
  process.exitCode = isLossless ? 0 : 1;
};

const runSuites = (args: readonly string[]): Promise<number> =>
  new Promise((resolve, reject) => {
    const jest = ['jest', '--selectProjects', 'faults', '--maxWorkers=2', '--testTimeout=240000', ...args];
    const child = spawn('npx', jest, {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, NODE_OPTIONS: '--experimental-vm-modules' },
    });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });

const several = <T extends string>(name: string, all: readonly T[], description: string): Option =>
  new Option(`--${name} <names...>`, description).choices(all).default(all, 'all of them');

const program = new Command('test:faults').showHelpAfterError();
program
  .command('capture-kill')
  .description('break the capture of a source off while it is written to, and compare')
  .option('--times <count>', 'how often, for each source', parseCount, 3)
  .addOption(several('source', Object.keys(captureSources), 'which databases'))
  .addOption(
    several(
      'only',
      interruptions,
      'what is broken off: the session that reads the log, Connect, the database',
    ),
  )
  .option('--json <file>', 'write the figures to this file')
  .action(soakCapture);

const args = process.argv.slice(2);
if (args[0] === undefined || (args[0].startsWith('-') && args[0] !== '--help')) {
  process.exitCode = await runSuites(args);
} else {
  await program.parseAsync(args, { from: 'user' });
}
