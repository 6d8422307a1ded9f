import { type Command, Option } from 'commander';
import { type Api, connectApi } from './api/call.ts';
import { findClient } from './api/find.ts';
import { usageError } from './cli-error.ts';
import { chooseProfile } from './config/profiles.ts';
import { parseDuration } from './output/format-values.ts';
import { createOutput, type Output, type OutputFormat, outputFormats } from './output/output.ts';
import type { Shell } from './shell.ts';

/** What every command works with. `api` and `out` are made when a command asks for them, from its options. */
export interface Cli {
  readonly shell: Shell;
  readonly out: Output;
  /** Throws with exit code 4 when nobody is logged in. */
  readonly api: Api;
  /** That of `--profile`. */
  readonly profileName: string | undefined;
  /** That of `--client`. */
  readonly clientName: string | undefined;
}

export interface GlobalOptions {
  readonly output: OutputFormat;
  readonly profile?: string;
  readonly client?: string;
}

export const createCli = (shell: Shell, options: () => GlobalOptions): Cli => {
  let api: Api | undefined;
  let out: Output | undefined;
  return {
    shell,
    get out() {
      out ??= createOutput(shell, options().output);
      return out;
    },
    get api() {
      api ??= connectFor(shell, options());
      return api;
    },
    get profileName() {
      return options().profile;
    },
    get clientName() {
      return options().client;
    },
  };
};

/** The API, for the client that is named by `--client`, by MILLRACE_CLIENT or by the profile, if any is. */
export const connectFor = (shell: Shell, options: Omit<GlobalOptions, 'output'>): Api => {
  const profile = chooseProfile(shell, options.profile);
  const client = options.client ?? (shell.env.MILLRACE_CLIENT || profile.client);
  if (client === undefined) return connectApi(profile, shell);
  let found: Promise<number> | undefined;
  return connectApi(profile, shell, () => {
    found ??= /^\d+$/.test(client)
      ? Promise.resolve(Number(client))
      : findClient(connectApi(profile, shell), client).then(({ client_id: id }) => id);
    return found;
  });
};

/** The options that every command has. */
export const addGlobalOptions = (program: Command): Command =>
  program
    .addOption(
      new Option('-o, --output <format>', 'how results are printed').choices(outputFormats).default('text'),
    )
    .option('--profile <name>', 'use this profile instead of the current one (also MILLRACE_PROFILE)')
    .option(
      '--client <client>',
      'act for this client, with a token of all clients; a name or a number (also MILLRACE_CLIENT)',
    );

/**
 * Help begins with what people type. Each example is a line and what it does. The commands below a command show its
 * examples, too.
 */
export const withExamples = (
  command: Command,
  examples: readonly (readonly [line: string, does: string])[],
): Command => {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, does]) => `  ${line.padEnd(width)}  # ${does}`);
  const place = command.parent === null ? 'before' : 'beforeAll';
  return command.addHelpText(place, `Examples:\n${lines.join('\n')}\n`);
};

/** For commander: `10m` as milliseconds. */
export const durationArgument = (text: string): number => {
  const durationMs = parseDuration(text);
  if (durationMs === undefined)
    throw usageError(`${text} is not a duration.`, 'Write a number and a unit: 30s, 10m, 2h.');
  return durationMs;
};

/** For commander: a whole number above 0. */
export const countArgument = (text: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw usageError(`${text} is not a whole number above 0.`);
  return Number(text);
};

export const collect = (value: string, former: readonly string[] = []): readonly string[] => [
  ...former,
  value,
];
