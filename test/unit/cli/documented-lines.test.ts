import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type Command, CommanderError } from 'commander';
import { commandLines } from '../../../cli/api/command-lines.ts';
import { CliError } from '../../../cli/cli-error.ts';
import { createProgram } from '../../../cli/program.ts';
import { processShell } from '../../../cli/shell.ts';

const root = path.resolve(import.meta.dirname, '..', '..', '..');

const filesBelow = (folder: string, ending: RegExp): readonly string[] =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => path.posix.join(folder, name))
    .filter((name) => ending.test(name) && !name.includes('node_modules'))
    .toSorted();

/** The words of a line as a shell splits them, up to its comment, or to the next command of the same line. */
const shellWords = (line: string): readonly string[] => {
  const words = line.match(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/g) ?? [];
  const end = words.findIndex((word) => /^(?:#|&&|\|\|?|;|>|then$)/.test(word));
  return (end < 0 ? words : words.slice(0, end)).map((word) => word.replaceAll(/['"]/g, ''));
};

/** What a command would do is not done: only whether its line is one that it takes. */
const disarm = (command: Command): void => {
  command.configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  if (command.commands.length === 0) command.action(() => undefined);
  command.commands.forEach(disarm);
};

/** Why the command line does not take such a line; undefined when it does. */
const refusalOf = async (line: string): Promise<string | undefined> => {
  const { command } = createProgram(processShell(new AbortController().signal));
  disarm(command);
  try {
    await command.parseAsync([...shellWords(line)].slice(1), { from: 'user' });
    return undefined;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? undefined : error.message;
    if (error instanceof CliError) return error.message;
    throw error;
  }
};

const treeOf = (): Command => createProgram(processShell(new AbortController().signal)).command;

/** The command that a mention names, and what is left of its words. */
const mentioned = (
  words: readonly string[],
): { readonly command: Command; readonly rest: readonly string[] } => {
  let command = treeOf();
  for (const [index, word] of words.entries()) {
    const child = command.commands.find((it) => it.name() === word);
    if (child === undefined) return { command, rest: words.slice(index) };
    command = child;
  }
  return { command, rest: [] };
};

const optionsOf = (command: Command | null): readonly (string | null | undefined)[] =>
  command === null
    ? ['--help', '-h']
    : [...command.options.flatMap(({ long, short }) => [long, short]), ...optionsOf(command.parent)];

/** In the place of what a page or the code leaves open. */
const anyWord = 'X';

/** Texts of the code that begin as a line does. */
const otherTexts = /^(?:failed unexpectedly|idempotency answer)/;

/** What is wrong with a mention, which need not be a whole line: a command, or an option that is not there. */
const wrongInMention = (words: readonly string[]): string | undefined => {
  const { command, rest } = mentioned(words);
  if ([anyWord, 'COMMAND'].includes(rest[0] ?? '')) return undefined;
  if (command.parent === null) return `there is no command ${words.join(' ')}`;
  if (command.commands.length > 0 && rest.length > 0) return `${command.name()} has no command ${rest[0]}`;
  const known = optionsOf(command);
  const unknown = rest
    .map((word) => word.split('=')[0] ?? '')
    .find((word) => /^--?[a-z]/.test(word) && !known.includes(word));
  return unknown === undefined ? undefined : `${command.name()} has no option ${unknown}`;
};

const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...filesBelow('docs', /\.md$/)];

interface Documented {
  readonly place: string;
  readonly line: string;
}

/** Lines of code blocks of a shell, each `millrace` on them on its own. */
const shellLines = (page: string): readonly Documented[] => {
  let isShell = false;
  return readFileSync(path.join(root, page), 'utf8')
    .split('\n')
    .flatMap((text, index) => {
      const fence = /^\s*```(\w*)/.exec(text);
      if (fence !== null) {
        isShell = !isShell && ['sh', 'bash', 'shell', 'console', ''].includes(fence[1] ?? '');
        return [];
      }
      if (!isShell) return [];
      return [...text.matchAll(/(?<=^|[\s(|&=])millrace [^&|]*/g)].map(([line]) => ({
        place: `${page}:${index + 1}`,
        line: line.trim(),
      }));
    });
};

/** What stands in backticks in the text of a page. */
const inlineLines = (page: string): readonly Documented[] =>
  readFileSync(path.join(root, page), 'utf8')
    .split('\n')
    .flatMap((text, index) =>
      [...text.matchAll(/`(?:npx )?(millrace [^`]*)`/g)].map(([, line = '']) => ({
        place: `${page}:${index + 1}`,
        line,
      })),
    );

/** An inline line that has values is to be typed as it stands; one without is the name of a command. */
const isWhole = (line: string): boolean => {
  const { rest } = mentioned(shellWords(line).slice(1));
  return rest[0] !== 'COMMAND' && rest.some((word) => !word.startsWith('-'));
};

const refused = async (documented: readonly Documented[]): Promise<readonly string[]> =>
  (
    await Promise.all(
      documented.map(async ({ place, line }) => {
        const why = await refusalOf(line);
        return why === undefined ? [] : [`${place}: ${line}: ${why}`];
      }),
    )
  ).flat();

describe('lines of the command line', () => {
  test('in shell blocks of the pages are taken as they stand', async () => {
    const lines = pages.flatMap(shellLines);
    expect(lines.length).toBeGreaterThan(30);
    expect(await refused(lines)).toEqual([]);
  });

  test('in the text of the pages are taken as they stand, or name a command and its options', async () => {
    const lines = pages.flatMap(inlineLines);
    expect(lines.length).toBeGreaterThan(100);
    expect(await refused(lines.filter(({ line }) => isWhole(line)))).toEqual([]);
    const wrong = lines.flatMap(({ place, line }) => {
      const why = wrongInMention(shellWords(line).slice(1));
      return why === undefined ? [] : [`${place}: ${line}: ${why}`];
    });
    expect(wrong).toEqual([]);
  });

  test('in the examples of the help are taken as they stand', async () => {
    const examplesOf = (command: Command): readonly string[] => {
      let help = '';
      command.configureOutput({ writeOut: (text) => (help += text) });
      command.outputHelp();
      return [...help.matchAll(/^ {2}(?:source <\()?(millrace .*?)(?:\)? +[#|].*)?$/gm)]
        .map(([, line = '']) => line)
        .concat(command.commands.flatMap(examplesOf));
    };
    const examples = [...new Set(examplesOf(treeOf()))];
    expect(examples.length).toBeGreaterThan(40);
    expect(await refused(examples.map((line) => ({ place: 'help', line })))).toEqual([]);
  });

  test('that do the same as calls of the API are taken, once what they leave open is filled', async () => {
    // What needs more than a line of advice can hold.
    const begun = [
      'createClient',
      'createToken',
      'registerDatabase',
      'createReplication',
      'createAlertChannel',
    ];
    const lines = Object.entries(commandLines)
      .filter(([name]) => !begun.includes(name))
      .map(([name, line]) => ({ place: name, line: line.replaceAll(/\{\w+\}/g, '1') }));
    expect(await refused(lines)).toEqual([]);
  });

  test('that the code, the console and the rules of alerts name are commands with their options', () => {
    const sources = [
      ...['cli', 'core', 'lambdas', 'adapters', 'consumer-container', 'console', 'demo', 'local'].flatMap(
        (folder) => filesBelow(folder, /\.tsx?$/),
      ),
      ...filesBelow('monitoring', /\.(?:yml|json)$/),
    ];
    const mentions = sources.flatMap((file) =>
      readFileSync(path.join(root, file), 'utf8')
        .split('\n')
        .flatMap((text, index) =>
          [...text.matchAll(/(?<=[`'"\s])millrace ([a-z][^`'"<\n]*)/g)]
            .filter(([, line = '']) => !otherTexts.test(line))
            .map(([, line = '']) => ({
              place: `${file}:${index + 1}`,
              words: shellWords(
                line.replaceAll(/[$]\{[^}]*\}?/g, anyWord).replaceAll(/[.,:;)]+(?=\s|$)/g, ''),
              ),
            })),
        ),
    );
    expect(mentions.length).toBeGreaterThan(100);
    const wrong = mentions.flatMap(({ place, words }) => {
      const why = wrongInMention(words);
      return why === undefined ? [] : [`${place}: millrace ${words.join(' ')}: ${why}`];
    });
    expect(wrong).toEqual([]);
  });
});
