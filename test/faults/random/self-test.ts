import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Mutant, mutants } from './mutants.ts';
import type { RandomResult } from './run-random.ts';

export interface SelfTestFigures {
  readonly mutant: string;
  readonly whatIsOff: string;
  /** Whether the run went red, and what it said first. */
  readonly isSeen: boolean;
  readonly problems: readonly string[];
}

/**
 * Switches one safeguard off in a copy of the project, and runs faults on it: the run has to go red. A harness that stays green then
 * proves nothing.
 */
export const runSelfTest = async (
  root: string,
  options: { readonly only?: readonly string[]; readonly say: (line: string) => void },
): Promise<readonly SelfTestFigures[]> => {
  const figures: SelfTestFigures[] = [];
  for (const mutant of mutants) {
    if (options.only?.includes(mutant.name) === false) continue;
    options.say(`Without ${mutant.whatIsOff}:`);
    const result = await runMutant(root, mutant, options.say);
    const isSeen = result !== undefined && mutant.isSeen(result);
    figures.push({
      ...{ mutant: mutant.name, whatIsOff: mutant.whatIsOff, isSeen },
      problems: result?.problems ?? ['the run ended without figures'],
    });
    options.say(`${mutant.name}: ${isSeen ? 'seen' : 'NOT SEEN'}`);
  }
  return figures;
};

const runMutant = async (
  root: string,
  mutant: Mutant,
  say: (line: string) => void,
): Promise<RandomResult | undefined> => {
  const copy = path.join(tmpdir(), `millrace-without-${mutant.name}-${process.pid}`);
  const json = path.join(copy, 'figures.json');
  try {
    copyProject(root, copy);
    for (const { file, find, replace } of mutant.edits) {
      const place = path.join(copy, file);
      writeFileSync(place, editOnce(readFileSync(place, 'utf8'), find, replace));
    }
    await runIn(copy, [...mutant.args, '--json', json], say);
    return existsSync(json) ? (JSON.parse(readFileSync(json, 'utf8')) as RandomResult) : undefined;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
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
    const child = spawn(process.execPath, ['test/faults/main.ts', ...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
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
