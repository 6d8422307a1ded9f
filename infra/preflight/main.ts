import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createdKafka } from '../config/environment-config.ts';
import { loadEnvironment } from '../config/environments.ts';
import { fromRoot } from '../constructs/project-root.ts';
import { accountStackName } from '../stacks/account-stack.ts';
import { kafkaVersion } from '../stacks/kafka-stack.ts';
import { type StackTemplates, templateSchema } from './blocked-changes.ts';
import { checkAccount, type Finding } from './check-account.ts';
import { createAccountClients, readAccount } from './read-account.ts';

const usage =
  'Usage: npm run preflight -- ENV [-c name=value]...   or   npm run deploy -- ENV [options of cdk deploy]';

/** The options `-c name=value` among those of `cdk deploy`: the environment's settings. */
export const contextOptions = (options: readonly string[]): readonly string[] =>
  options.flatMap((option, index) => {
    if (option === '-c' || option === '--context') return ['-c', options[index + 1] ?? ''];
    return option.startsWith('--context=') ? ['-c', option.slice('--context='.length)] : [];
  });

const readContext =
  (context: readonly string[]) =>
  (name: string): string | undefined =>
    context.find((option) => option.startsWith(`${name}=`))?.slice(name.length + 1);

const cdk = (...args: readonly string[]): void => {
  execFileSync(fromRoot('node_modules', '.bin', 'cdk'), args, { stdio: 'inherit', cwd: fromRoot() });
};

const readTemplates = (folder: string): StackTemplates =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((file) => file.endsWith('.template.json'))
      .map((file) => [
        file.replace('.template.json', ''),
        templateSchema.parse(JSON.parse(readFileSync(join(folder, file), 'utf8'))),
      ]),
  );

const marks: Record<Finding['level'], string> = { ok: 'ok      ', warning: 'warning ', error: 'error   ' };

export const describeFindings = (findings: readonly Finding[]): string =>
  findings
    .map(
      ({ level, what, advice }) =>
        `${marks[level]}${what}\n${advice === undefined ? '' : `        ${advice}\n`}`,
    )
    .join('');

const main = async ([command, environment, ...options]: readonly string[]): Promise<void> => {
  if ((command !== 'check' && command !== 'deploy') || environment === undefined) throw new Error(usage);
  const context = [...contextOptions(options), '-c', `env=${environment}`];
  const config = loadEnvironment(readContext(context));
  const assembly = fromRoot('dist', 'preflight');
  cdk('synth', '--quiet', '--output', assembly, ...context);
  const templates = readTemplates(assembly);
  const brokerType = createdKafka(config)?.instanceType;
  const facts = await readAccount(Object.keys(templates), brokerType, createAccountClients());
  const findings = checkAccount(config, templates, facts, kafkaVersion);
  process.stdout.write(`Account ${facts.account}, ${facts.region}\n${describeFindings(findings)}`);
  if (findings.some(({ level }) => level === 'error'))
    throw new Error('The deployment would fail. Follow what is said above, then try again.');
  if (command !== 'deploy') return;
  if (facts.apiGatewayLogRole === undefined)
    cdk('deploy', accountStackName, '--app', 'node infra/bin/account.ts', '--require-approval', 'never');
  cdk('deploy', '--all', '-c', `env=${environment}`, ...options);
};

if (import.meta.main) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
