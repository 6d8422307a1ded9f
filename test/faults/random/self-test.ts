import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';
import { titlePattern } from '../scenarios/titles.ts';
import { type Edit, type Mutant, mutants, type RandomCheck, type TestCheck } from './mutants.ts';
import type { RandomResult } from './run-random.ts';

export interface SelfTestFigures {
  readonly mutant: string;
  readonly whatIsOff: string;
  /** Whether the run went red, and what it said first. */
  readonly isSeen: boolean;
  readonly problems: readonly string[];
}

/**
 * Switches one safeguard off in a copy of the project, and runs a scenario or faults on it: that has to fail. A harness that stays green
 * then proves nothing.
 */
export const runSelfTest = async (
  root: string,
  options: { readonly only?: readonly string[]; readonly say: (line: string) => void },
): Promise<readonly SelfTestFigures[]> => {
  const figures: SelfTestFigures[] = [];
  for (const mutant of mutants) {
    if (options.only?.includes(mutant.name) === false) continue;
    options.say(`Without ${mutant.whatIsOff}:`);
    const startedAtMs = performance.now();
    const seen = await runMutant(root, mutant, options.say);
    figures.push({ mutant: mutant.name, whatIsOff: mutant.whatIsOff, ...seen });
    const seconds = Math.round((performance.now() - startedAtMs) / 1_000);
    options.say(`${mutant.name}: ${seen.isSeen ? 'seen' : 'NOT SEEN'} within ${seconds} s`);
  }
  return figures;
};

type Seen = Pick<SelfTestFigures, 'isSeen' | 'problems'>;
type Say = (line: string) => void;

const runMutant = async (root: string, { name, edits, check }: Mutant, say: Say): Promise<Seen> => {
  const copy = path.join(tmpdir(), `millrace-without-${name}-${process.pid}`);
  try {
    copyProject(root, copy);
    for (const edit of edits) carryOut(edit, copy);
    return 'args' in check ? await runRandomCheck(copy, check, say) : await runTestCheck(copy, check, say);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
};

const carryOut = ({ file, find, replace }: Edit, copy: string): void => {
  const place = path.join(copy, file);
  writeFileSync(place, editOnce(readFileSync(place, 'utf8'), find, replace));
};

const runRandomCheck = async (copy: string, { args, isSeen }: RandomCheck, say: Say): Promise<Seen> => {
  const json = path.join(copy, 'figures.json');
  await runIn(copy, ['test/faults/main.ts', ...args, '--json', json], say);
  if (!existsSync(json)) return { isSeen: false, problems: ['the run ended without figures'] };
  const result = JSON.parse(readFileSync(json, 'utf8')) as RandomResult;
  const { lost, doubled, phantom, wrongGreenSeconds, problems } = result;
  const figures = `${lost} lost, ${doubled} doubled, ${phantom} phantom, ${wrongGreenSeconds} s of a wrong green light`;
  return { isSeen: isSeen(result), problems: [figures, ...problems] };
};

/** The part of jest's JSON report that is read here. */
const reportSchema = z.object({
  testResults: z.array(
    z.object({
      assertionResults: z.array(
        z.object({ title: z.string(), status: z.string(), failureMessages: z.array(z.string()) }),
      ),
    }),
  ),
});

/** Characters of a failure that are kept: what was compared, without the whole of it. */
const mostOfMessage = 500;

const runTestCheck = async (copy: string, { file, title, shows }: TestCheck, say: Say): Promise<Seen> => {
  const json = path.join(copy, 'report.json');
  const jest = path.join(copy, 'node_modules', 'jest', 'bin', 'jest.js');
  await runIn(
    copy,
    [
      ...[
        '--experimental-vm-modules',
        jest,
        '--selectProjects',
        'faults',
        '--runInBand',
        '--ci',
        '--forceExit',
      ],
      ...['--testTimeout=240000', '--testPathPatterns', `${file}$`, '--testNamePattern', `${title}$`],
      ...['--json', '--outputFile', json],
    ],
    say,
  );
  if (!existsSync(json)) return { isSeen: false, problems: ['the test ended without a report'] };
  const { testResults } = reportSchema.parse(JSON.parse(readFileSync(json, 'utf8')));
  const failures = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter((one) => one.status === 'failed' && titlePattern(title).test(one.title))
    .flatMap(({ failureMessages }) => failureMessages.map((message) => stripVTControlCharacters(message)));
  return {
    isSeen: failures.some((failure) => shows.test(failure)),
    problems: failures.map((failure) => failure.slice(0, mostOfMessage)),
  };
};

/** Throws when the safeguard is not there any more in these words: then the mutant has to be written again. */
export const editOnce = (text: string, find: string, replace: string): string => {
  const parts = text.split(find);
  if (parts.length !== 2) throw new Error(`${JSON.stringify(find)} is there ${parts.length - 1} times.`);
  return parts.join(replace);
};

/** What git knows of, as it is now; the packages and the downloads are shared. */
const copyProject = (root: string, copy: string): void => {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  for (const file of files.split('\n').filter((one) => one !== '' && existsSync(path.join(root, one)))) {
    mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
    cpSync(path.join(root, file), path.join(copy, file));
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  mkdirSync(path.join(copy, '.millrace'), { recursive: true });
  symlinkSync(path.join(root, '.millrace', 'cache'), path.join(copy, '.millrace', 'cache'));
};

const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const runIn = (cwd: string, args: readonly string[], say: (line: string) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    const { MILLRACE_SHORT_FORM: _short, ...env } = process.env;
    const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (piece: string) => {
      for (const line of piece.split('\n')) if (line !== '') say(`  ${line}`);
    });
    let interruptedBy: NodeJS.Signals | undefined;
    const forward = (signal: NodeJS.Signals): void => {
      interruptedBy = signal;
      child.kill(signal);
    };
    for (const name of endings) process.once(name, forward);
    child.once('error', reject);
    child.once('close', () => {
      for (const name of endings) process.off(name, forward);
      if (interruptedBy === undefined) resolve();
      else reject(new Error(`Ended by ${interruptedBy}.`));
    });
  });
