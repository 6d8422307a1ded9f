import { fileURLToPath } from 'node:url';
import { Argument, type Command } from 'commander';
import type { Api } from '../api/call.ts';
import {
  listChannels,
  listClients,
  listConnectors,
  listDatabases,
  listReplications,
  listTokens,
} from '../api/find.ts';
import { type Cli, connectFor, withExamples } from '../cli.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type ShellName = (typeof shells)[number];

/** Names come from the API only when it answers so soon: nobody waits for a completion. */
const namesTimeoutMs = 3_000;

/** Each script asks this command for the words that may stand at the cursor: `complete-words WORD...`. */
const scripts: Readonly<Record<ShellName, (command: string) => string>> = {
  bash: (command) => `_millrace() {
  local candidate
  COMPREPLY=()
  while IFS= read -r candidate; do
    COMPREPLY+=("$(printf '%q' "$candidate")")
  done < <(${command} complete-words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _millrace millrace`,
  zsh: (command) => `_millrace() {
  local -a candidates
  candidates=("\${(@f)$(${command} complete-words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -a candidates
}
compdef _millrace millrace`,
  fish: (command) =>
    `complete -c millrace -f -a "(${command} complete-words -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)"`,
};

/** Quoted for all three shells: a path may have blanks. */
const launcher = `'${fileURLToPath(new URL('../bin/millrace.js', import.meta.url))}'`;

export const addCompletionCommands = (program: Command, cli: Cli): void => {
  withExamples(program.command('completion'), [
    ['source <(millrace completion bash)', 'in ~/.bashrc'],
    ['source <(millrace completion zsh)', 'in ~/.zshrc, after compinit'],
    ['millrace completion fish | source', 'in ~/.config/fish/config.fish'],
  ])
    .description('Print a script by which a shell completes commands, options, and names.')
    .addArgument(new Argument('<shell>').choices(shells))
    .action((shell: ShellName) => cli.out.line(scripts[shell](launcher)));

  program
    .command('complete-words', { hidden: true })
    .argument('[words...]')
    .action(async (words: readonly string[]) => {
      for (const candidate of await completeWords(program, cli, words)) cli.out.line(candidate);
    });
};

/** What may stand in place of the last word. */
const completeWords = async (
  program: Command,
  cli: Cli,
  words: readonly string[],
): Promise<readonly string[]> => {
  const typed = words.at(-1) ?? '';
  let command = program;
  let argumentIndex = 0;
  for (const word of words.slice(0, -1)) {
    const child = command.commands.find((candidate) => candidate.name() === word);
    if (child !== undefined && argumentIndex === 0) command = child;
    else if (!word.startsWith('-')) argumentIndex += 1;
  }
  const candidates = typed.startsWith('-')
    ? [...command.options, ...program.options].map(({ long }) => long ?? '')
    : command.commands.length > 0
      ? command.commands.map((child) => child.name()).filter((name) => name !== 'complete-words')
      : await namesFor(command.registeredArguments[argumentIndex], cli);
  return candidates.filter((candidate) => candidate.startsWith(typed));
};

const namesFor = async (argument: Argument | undefined, cli: Cli): Promise<readonly string[]> => {
  if (argument === undefined) return [];
  if (argument.argChoices !== undefined) return argument.argChoices;
  try {
    const { shell, profileName, clientName } = cli;
    const signal = AbortSignal.any([shell.signal, AbortSignal.timeout(namesTimeoutMs)]);
    const api = connectFor(
      { ...shell, signal },
      {
        ...(profileName === undefined ? {} : { profile: profileName }),
        ...(clientName === undefined ? {} : { client: clientName }),
      },
    );
    return await listNames(argument.name(), api);
  } catch {
    return []; // Not logged in, or the API does not answer: there is nothing to offer.
  }
};

/** What lists the names that an argument may have, by its name. */
const listsOf: Readonly<Record<string, (api: Api) => Promise<readonly { readonly name: string }[]>>> = {
  replication: listReplications,
  database: listDatabases,
  client: listClients,
  connector: listConnectors,
  channel: listChannels,
  token: listTokens,
};

const listNames = async (argument: string, api: Api): Promise<readonly string[]> => {
  const list = listsOf[argument];
  const items = list === undefined ? [] : await list(api);
  return items.map(({ name }) => name).filter((name) => !/\p{Cc}/u.test(name));
};
