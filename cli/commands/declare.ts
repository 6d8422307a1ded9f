import type { Command } from 'commander';
import { ApiProblem, ApiUnreachable } from '../api/call.ts';
import { findReplication } from '../api/find.ts';
import { type Cli, countArgument, withExamples } from '../cli.ts';
import { CliError, exitCodes, usageError } from '../cli-error.ts';
import { prompt } from '../config/read-secret.ts';
import { applyPlan, missingSecret } from '../declare/apply.ts';
import { readCurrent } from '../declare/current.ts';
import { exportedYaml, exportReplication } from '../declare/export.ts';
import { countDeletions, makePlan, type Plan } from '../declare/plan.ts';
import { readDeclaration } from '../declare/read-files.ts';
import { renderPlan } from '../declare/render-plan.ts';
import { plural } from '../output/format-values.ts';

interface DeclareOptions {
  readonly file: string;
  readonly prune?: boolean;
  readonly passwords?: boolean;
}

const fileOption = ['-f, --file <path>', 'a YAML file, or a folder of them'] as const;
const pruneOption = ['--prune', 'delete the replications and databases that are not declared'] as const;
const passwordsOption = ['--passwords', 'also send every declared password again, after a rotation'] as const;

export const addDeclareCommands = (program: Command, cli: Cli, end: (exitCode: number) => void): void => {
  withExamples(program.command('plan'), [
    [
      'millrace plan -f replications/',
      'ends with 0 when all is as declared, and with 2 when something would change',
    ],
  ])
    .description('Compare YAML files with what is there, and print what apply would change.')
    .requiredOption(...fileOption)
    .option(...pruneOption)
    .option(...passwordsOption)
    .action(async (options: DeclareOptions) => {
      const { steps, ...shown } = await planFor(cli, options);
      cli.out.print(shown, renderPlan);
      if (shown.problems.length > 0) end(exitCodes.failed);
      else if (steps.length > 0) end(exitCodes.usage);
    });

  withExamples(program.command('apply'), [
    ['millrace apply -f replications/', 'make it so; running it again changes nothing'],
    [
      'millrace apply -f replications/ --prune --confirm-deletions 2',
      'in a script, after a plan that deletes two',
    ],
  ])
    .description('Create and change databases and replications as YAML files declare them.')
    .requiredOption(...fileOption)
    .option(...pruneOption)
    .option(...passwordsOption)
    .option(
      '--confirm-deletions <count>',
      'confirm that so many things are taken away, without being asked',
      countArgument,
    )
    .action(async (options: DeclareOptions & { confirmDeletions?: number }) => {
      const plan = await planFor(cli, options);
      const { steps, ...shown } = plan;
      cli.out.print(shown, renderPlan);
      if (shown.problems.length > 0) {
        throw new CliError('Nothing was changed: the plan cannot be carried out.', {
          advice: 'Solve the listed problems, then apply again.',
        });
      }
      await confirmDeletions(cli, plan, options.confirmDeletions);
      await applyPlan(cli, plan);
      if (steps.length > 0) cli.out.say('Applied.');
    });

  withExamples(program.command('export'), [
    ['millrace export shop > replications/shop.yaml', 'plan finds no change in it'],
  ])
    .argument('<replication>', 'name or number')
    .description(
      'Print a replication and its databases as YAML for plan and apply. Passwords are references.',
    )
    .action(async (given: string) => {
      const { api, out } = cli;
      const { replication_id } = await findReplication(api, given);
      const replication = await api.call('getReplication', { path: { replication_id } });
      const source = await api.call('getDatabase', { path: { database_id: replication.source_database_id } });
      const target = await api.call('getDatabase', { path: { database_id: replication.target_database_id } });
      const exported = exportReplication(replication, { source, target });
      if (out.format === 'json') out.print(exported, () => []);
      else out.line(exportedYaml(exported).trimEnd());
    });
};

/** Throws with exit code 3 when what is there cannot be read. */
const planFor = async (
  cli: Cli,
  { file, prune = false, passwords = false }: DeclareOptions,
): Promise<Plan> => {
  const declaration = readDeclaration(file);
  try {
    const current = await readCurrent(cli.api, declaration);
    return makePlan(declaration, current, { prune, passwords, missingSecret: missingSecret(cli) });
  } catch (error) {
    if (error instanceof ApiUnreachable || (error instanceof ApiProblem && error.isTransient)) {
      throw new CliError(`What is there could not be read. ${error.message}`, {
        exitCode: exitCodes.unchecked,
        ...(error.advice === undefined ? {} : { advice: error.advice }),
        cause: error,
      });
    }
    throw error;
  }
};

/** A plan that takes something away needs the number of it, so that nobody confirms another plan than the one seen. */
const confirmDeletions = async (
  { shell, out }: Cli,
  plan: Plan,
  given: number | undefined,
): Promise<void> => {
  const count = countDeletions(plan);
  if (count === 0) return;
  const consequence = `${plural(count, 'table, database or replication')} would be taken away.`;
  let confirmed = given;
  if (confirmed === undefined) {
    out.say(consequence);
    const typed = await prompt(shell, `Type ${count} to confirm: `, {
      isHidden: false,
      instead: `This needs a confirmation. ${consequence} In a script: --confirm-deletions ${count}.`,
    });
    confirmed = Number(typed.trim());
  }
  if (confirmed !== count)
    throw usageError(
      `The plan takes ${count} away, not ${confirmed}. Nothing was changed.`,
      'Read the plan again.',
    );
};
