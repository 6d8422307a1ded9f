import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { CliError, exitCodes } from '../cli-error.ts';
import type { Shell } from '../shell.ts';

/** Where an installation is, and the token that acts there. */
const profileSchema = z.strictObject({
  url: z.string(),
  token: z.string(),
  /** Name or number of the client that commands act for, with a token of all clients. */
  client: z.string().exactOptional(),
});
export type Profile = z.infer<typeof profileSchema>;

const configSchema = z.strictObject({
  /** The profile that commands use unless told otherwise. */
  current: z.string().optional(),
  profiles: z.record(z.string(), profileSchema),
});
type Config = z.infer<typeof configSchema>;

export const defaultProfileName = 'default';

/** The owner may read and write it, nobody else anything: it holds tokens. */
const fileMode = 0o600;
const folderMode = 0o700;

/** `$XDG_CONFIG_HOME/millrace/config.json`, by default below `~/.config`. */
export const configFile = ({ env }: Pick<Shell, 'env'>): string => {
  const base = env.XDG_CONFIG_HOME;
  return join(
    base === undefined || base === '' ? join(homedir(), '.config') : base,
    'millrace',
    'config.json',
  );
};

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** Throws a `CliError` when the file is there and cannot be read. */
export const readConfig = (shell: Pick<Shell, 'env'>): Config => {
  const file = configFile(shell);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
    // Made narrow again when another program has opened it up.
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, fileMode);
  } catch (error) {
    if (isMissing(error)) return { profiles: {} };
    throw new CliError(`Cannot read ${file}: ${(error as Error).message}`, {
      advice: 'Correct its permissions, or set XDG_CONFIG_HOME to another folder.',
      cause: error,
    });
  }
  try {
    return configSchema.parse(JSON.parse(text));
  } catch (error) {
    // The parser's message quotes what it read, which can be a token.
    throw new CliError(`${file} is not a configuration of millrace.`, {
      advice: `Remove it and run "millrace login" again.`,
      cause: error,
    });
  }
};

/** The file is replaced as a whole, so that an interrupted write leaves the former one. */
const writeConfig = (shell: Pick<Shell, 'env'>, config: Config): void => {
  const file = configFile(shell);
  const draft = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: folderMode });
    writeFileSync(draft, `${JSON.stringify(config, undefined, 2)}\n`, { mode: fileMode });
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw new CliError(`Cannot write ${file}: ${(error as Error).message}`, {
      advice: 'Correct the permissions of its folder, or set XDG_CONFIG_HOME to another folder.',
      cause: error,
    });
  }
};

/** Saves a profile and makes it the current one. */
export const saveProfile = (
  shell: Pick<Shell, 'env'>,
  name: string,
  profile: Profile,
  { makeCurrent }: { readonly makeCurrent: boolean },
): void => {
  const config = readConfig(shell);
  const current = makeCurrent ? name : config.current;
  writeConfig(shell, {
    ...(current === undefined ? {} : { current }),
    profiles: { ...config.profiles, [name]: profile },
  });
};

const unknownProfile = (name: string, { profiles }: Config): CliError =>
  new CliError(`There is no profile ${name}.`, {
    advice: `There are: ${Object.keys(profiles).join(', ') || 'none'}. "millrace login --profile ${name}" makes one.`,
    exitCode: exitCodes.notLoggedIn,
  });

export const useProfile = (shell: Pick<Shell, 'env'>, name: string): void => {
  const config = readConfig(shell);
  if (!Object.hasOwn(config.profiles, name)) throw unknownProfile(name, config);
  writeConfig(shell, { ...config, current: name });
};

/** Forgets a profile with its token. */
export const removeProfile = (shell: Pick<Shell, 'env'>, name: string): void => {
  const config = readConfig(shell);
  if (!Object.hasOwn(config.profiles, name)) throw unknownProfile(name, config);
  const { [name]: _removed, ...profiles } = config.profiles;
  const { current } = config;
  writeConfig(shell, { ...(current === undefined || current === name ? {} : { current }), profiles });
};

/**
 * The profile of a command: `MILLRACE_API_URL` with `MILLRACE_TOKEN` when both are set and no profile is named, and otherwise
 * the one that is named by `--profile`, by `MILLRACE_PROFILE`, or in use. Throws with exit code 4 when there is none.
 */
export const chooseProfile = (
  shell: Pick<Shell, 'env'>,
  named: string | undefined,
): Profile & { readonly name: string } => {
  const { MILLRACE_API_URL: url, MILLRACE_TOKEN: token, MILLRACE_PROFILE: fromEnvironment } = shell.env;
  if (named === undefined && url !== undefined && url !== '' && token !== undefined && token !== '')
    return { name: 'of MILLRACE_API_URL and MILLRACE_TOKEN', url, token };
  const config = readConfig(shell);
  const name = named ?? (fromEnvironment || config.current) ?? defaultProfileName;
  const profile = Object.hasOwn(config.profiles, name) ? config.profiles[name] : undefined;
  if (profile !== undefined) return { name, ...profile };
  if (named !== undefined || (fromEnvironment !== undefined && fromEnvironment !== ''))
    throw unknownProfile(name, config);
  throw new CliError('You are not logged in to an installation of Millrace.', {
    advice:
      'Run "millrace login", or set MILLRACE_API_URL and MILLRACE_TOKEN. "millrace login --help" says where both come from.',
    exitCode: exitCodes.notLoggedIn,
  });
};
