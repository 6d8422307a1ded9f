import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { EnvironmentConfig } from '../config/environment-config.ts';
import { loadEnvironment } from '../config/environments.ts';
import { createStacks } from '../stacks/millrace-stacks.ts';

const app = new App();

const readContext = (name: string): string | undefined => {
  const value: unknown = app.node.tryGetContext(name);
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** A wrong name is the caller's mistake: the message says it all, and a stack trace would hide it. */
const loadEnvironmentOrExit = (): EnvironmentConfig => {
  try {
    return loadEnvironment(readContext);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
};

// CDK's own switch: the local stack, which is not AWS, takes no time for CloudFormation's rules and these.
if (process.env.CDK_VALIDATION !== 'false') Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
createStacks(app, loadEnvironmentOrExit());
app.synth();
