import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { CliError, exitCodes, usageError } from '../cli-error.ts';
import type { Shell } from '../shell.ts';

/** Where a secret comes from that must never stand in a command line, where every user of the machine could read it. */
export interface SecretOrigin {
  readonly stdin?: boolean;
  /** The name of an environment variable. */
  readonly env?: string;
  readonly file?: string;
}

/** Adds `--NAME-stdin`, `--NAME-env` and `--NAME-file`. */
export const addSecretOptions = (command: Command, name: string): Command =>
  command
    .option(`--${name}-stdin`, `read the ${name} from standard input`)
    .option(`--${name}-env <variable>`, `read the ${name} from an environment variable`)
    .option(`--${name}-file <path>`, `read the ${name} from a file`);

/** What the options of `addSecretOptions` say. */
export const secretOrigin = (options: Readonly<Record<string, unknown>>, name: string): SecretOrigin => {
  const { [`${name}Stdin`]: stdin, [`${name}Env`]: env, [`${name}File`]: file } = options;
  return {
    ...(stdin === true ? { stdin } : {}),
    ...(typeof env === 'string' ? { env } : {}),
    ...(typeof file === 'string' ? { file } : {}),
  };
};

export const hasOrigin = (origin: SecretOrigin): boolean => Object.keys(origin).length > 0;

/**
 * Reads a secret from where `origin` says, and from a prompt without echo when it says nothing. One line feed at the end
 * is not part of it.
 */
export const readSecret = async (
  shell: Shell,
  what: string,
  origin: SecretOrigin,
  option: string,
): Promise<string> => {
  if (Object.keys(origin).length > 1)
    throw usageError(`The ${what} can come from one place only.`, `Give one of ${optionList(option)}.`);
  const secret = (await readFrom(shell, what, origin, option)).replace(/\r?\n$/, '');
  if (secret === '') throw usageError(`The ${what} is empty.`);
  return secret;
};

const optionList = (option: string): string => `--${option}-stdin, --${option}-env, --${option}-file`;

const readFrom = async (
  shell: Shell,
  what: string,
  { stdin, env, file }: SecretOrigin,
  option: string,
): Promise<string> => {
  if (stdin === true) return text(shell.stdin);
  if (env !== undefined) {
    const value = shell.env[env];
    if (value === undefined) throw usageError(`The environment variable ${env} is not set.`);
    return value;
  }
  if (file !== undefined) return readSecretFile(what, file);
  return prompt(shell, `${what}: `, {
    isHidden: true,
    instead: `Give the ${what} by ${optionList(option)}.`,
  });
};

export const readSecretFile = (what: string, file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError(`Cannot read the ${what} from ${file}: ${(error as Error).message}`, { cause: error });
  }
};

/** Asks a person. Throws with exit code 2 and `instead` when nobody sits at a terminal. */
export const prompt = async (
  { stdin, stderr, signal }: Shell,
  question: string,
  { isHidden, instead }: { readonly isHidden: boolean; readonly instead: string },
): Promise<string> => {
  if (stdin.isTTY !== true)
    throw usageError(`There is no terminal to ask for "${question.replace(/[:?] $/, '')}".`, instead);
  let isMuted = false;
  const output = new Writable({
    write: (chunk, _encoding, done) => {
      if (!isMuted) stderr.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input: stdin, output, terminal: true });
  const ended = new AbortController();
  // Ctrl-C and Ctrl-D: readline takes both from the terminal itself.
  lines.on('SIGINT', () => ended.abort());
  lines.on('close', () => ended.abort());
  try {
    const answer = lines.question(question, { signal: AbortSignal.any([signal, ended.signal]) });
    isMuted = isHidden;
    return await answer;
  } catch (error) {
    if (!ended.signal.aborted) throw error;
    throw new CliError('Nothing was entered. Nothing was changed.', {
      exitCode: exitCodes.interrupted,
      cause: error,
    });
  } finally {
    isMuted = false;
    lines.close();
    if (isHidden) stderr.write('\n');
  }
};
