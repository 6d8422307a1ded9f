import type { Cli } from './cli.ts';
import { usageError } from './cli-error.ts';
import { prompt } from './config/read-secret.ts';

/** The option by which a script confirms what a person would be asked. */
export const confirmOption = ['--confirm <name>', 'confirm by the name, without being asked'] as const;

/**
 * Asks for the name of what is to be destroyed, or takes it from `--confirm`. Throws with exit code 2 when it is another one,
 * so that nothing happens.
 */
export const confirmName = async (
  { shell, out }: Cli,
  name: string,
  consequence: string,
  given: string | undefined,
): Promise<void> => {
  let typed = given;
  if (typed === undefined) {
    out.say(consequence);
    typed = await prompt(shell, `Type ${name} to confirm: `, {
      isHidden: false,
      instead: `This needs a confirmation. ${consequence} In a script: --confirm '${name}'.`,
    });
  }
  if (typed.trim() !== name)
    throw usageError(`"${typed.trim()}" is not the name ${name}. Nothing was changed.`);
};
