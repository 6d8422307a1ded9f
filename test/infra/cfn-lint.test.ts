import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { isShortForm } from '#test/kit/short-form.ts';
import { environmentNames } from '../../infra/config/environment-config.ts';
import { fromRoot } from '../../infra/constructs/project-root.ts';
import { prepareVenv } from '../../local/downloads.ts';
import { synthesize } from './synthesize.ts';

const run = promisify(execFile);

/** CDK says of each function that it comes after its role, which CloudFormation knows by itself. */
const ignored = ['W3005'];

/** prod with another region that can take over. */
const recovery = {
  active: {
    recoveryRole: 'active',
    recoveryRegion: 'eu-west-1',
    recoveryStateKeyArn: 'arn:aws:kms:eu-west-1:123456789012:key/1',
    recoverySecretsKeyArn: 'arn:aws:kms:eu-west-1:123456789012:key/2',
  },
  standby: { recoveryRole: 'standby', recoveryStateTable: 'millrace-prod-state-Table-1A2B' },
};

/** prod has everything that the others have. */
const linted = isShortForm ? (['prod'] as const) : environmentNames;

test('cfn-lint finds nothing in the templates', async () => {
  const python = await prepareVenv({
    name: 'cfn-lint',
    title: 'cfn-lint',
    requirements: join(import.meta.dirname, 'cfn-lint', 'requirements.txt'),
  });
  const folder = fromRoot('.millrace', 'test', 'cfn-lint');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const apps = [
    ...linted.map((env) => [env, synthesize(env)] as const),
    ...Object.entries(recovery).map(([role, context]) => [role, synthesize('prod', context)] as const),
  ];
  const files = apps.flatMap(([name, { templates }]) =>
    Object.entries(templates)
      // Of another region only the state is made in another way.
      .filter(([part]) => !(name in recovery) || part === 'state')
      .map(([part, template]) => {
        const file = join(folder, `${name}-${part}.json`);
        writeFileSync(file, JSON.stringify(template.toJSON(), undefined, 1));
        return file;
      }),
  );
  const lint = (checked: readonly string[]): Promise<string> =>
    run(join(dirname(python), 'cfn-lint'), [
      ...['--format', 'parseable'],
      ...['--regions', 'us-east-1', 'eu-central-1', '--ignore-checks', ...ignored, '--', ...checked],
    ]).then(
      ({ stdout, stderr }) => stdout + stderr,
      // It exits with the kinds of what it has found.
      (error: { readonly stdout?: string; readonly stderr?: string }) =>
        `${error.stdout ?? ''}${error.stderr ?? ''}` || String(error),
    );
  expect(await lint(files)).toBe('');
  // And it looks: a wrong property is found.
  const wrong = join(folder, 'wrong.json');
  const topic = { Type: 'AWS::SNS::Topic', Properties: { TopicNam: 'x' } };
  writeFileSync(wrong, JSON.stringify({ Resources: { Topic: topic } }));
  expect(await lint([wrong])).toContain("'TopicNam' was unexpected");
}, 240_000);
