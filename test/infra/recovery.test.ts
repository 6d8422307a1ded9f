import { expect, test } from '@jest/globals';
import { AwsSolutionsChecks } from 'cdk-nag';
import { findConfigProblems } from '../../infra/config/check-config.ts';
import { loadEnvironment } from '../../infra/config/environments.ts';
import { lambdaFunctions, resourcesOf, rolePolicies, synthesize } from './synthesize.ts';

const keyOf = (region: string, id: number): string => `arn:aws:kms:${region}:123456789012:key/${id}`;
const active = {
  recoveryRole: 'active',
  recoveryRegion: 'eu-west-1',
  recoveryStateKeyArn: keyOf('eu-west-1', 1),
  recoverySecretsKeyArn: keyOf('eu-west-1', 2),
};
const other = (role: 'standby' | 'took-over') => ({
  recoveryRole: role,
  recoveryStateTable: 'millrace-prod-state-Table-1A2B',
});
const variablesOf = (context: Readonly<Record<string, string>>) =>
  lambdaFunctions(synthesize('prod', context), 'prod').api?.Environment.Variables;

test('the region that works keeps its state and its secrets in another one, under keys of that one', () => {
  const all = synthesize('prod', active);
  const [table] = resourcesOf(all, 'AWS::DynamoDB::Table');
  expect(table?.Properties.StreamSpecification).toEqual({ StreamViewType: 'NEW_AND_OLD_IMAGES' });
  const [call] = resourcesOf(all, 'Custom::AWS').filter(({ part }) => part === 'state');
  const asked = JSON.stringify(call?.Properties.Create);
  expect(asked).toContain('UpdateTable');
  expect(asked).toContain('\\"RegionName\\":\\"eu-west-1\\"');
  expect(asked).toContain(active.recoveryStateKeyArn);
  // The copy is data: it is not removed with the call.
  expect(call?.Properties.Delete).toBeUndefined();
  expect(variablesOf(active)).toMatchObject({
    MILLRACE_SECRET_REPLICA_REGION: 'eu-west-1',
    MILLRACE_SECRET_REPLICA_KEY_ARN: active.recoverySecretsKeyArn,
  });
  const replicating = rolePolicies(all).filter(({ statement }) =>
    statement.Action.includes('secretsmanager:ReplicateSecretToRegions'),
  );
  expect(replicating.map(({ statement }) => statement.Sid).toSorted()).toEqual([
    'WriteChannels',
    'WriteDatabaseCredentials',
  ]);
  expect(new Set(replicating.map(({ role }) => role)).size).toBe(1);
});

test.each([
  ['works', active],
  ['waits', other('standby')],
  ['took over', other('took-over')],
])('the rules of cdk-nag find nothing in a region that %s', (_what, context) => {
  const { app } = synthesize('prod', context);
  const { success, violations } = new AwsSolutionsChecks(app).validateScope(app);
  expect(violations).toEqual([]);
  expect(success).toBe(true);
});

test('without another region nothing of it is there', () => {
  const all = synthesize('prod');
  expect(resourcesOf(all, 'AWS::DynamoDB::Table')[0]?.Properties.StreamSpecification).toBeUndefined();
  expect(resourcesOf(all, 'Custom::AWS').filter(({ part }) => part === 'state')).toEqual([]);
  expect(JSON.stringify(rolePolicies(all))).not.toContain('ReplicateSecretToRegions');
  expect(Object.keys(variablesOf({}) ?? {}).join()).not.toMatch(/REPLICA|STANDBY/);
});

test.each(['standby', 'took-over'] as const)(
  'a region that is %s has the copy of the table, and none of its own',
  (role) => {
    const all = synthesize('prod', other(role));
    expect(resourcesOf(all, 'AWS::DynamoDB::Table')).toEqual([]);
    expect(resourcesOf(all, 'AWS::MSK::Cluster')).toHaveLength(1);
    expect(variablesOf(other(role))?.MILLRACE_STATE_TABLE).toEqual(other(role).recoveryStateTable);
    const rights = rolePolicies(all).find(({ statement }) => statement.Sid === 'UseStateTable');
    expect(JSON.stringify(rights?.statement.Resource)).toContain(other(role).recoveryStateTable);
  },
);

test('a region that waits checks nothing and changes nothing; one that took over does', () => {
  const statesOf = (role: 'standby' | 'took-over') => [
    ...new Set(
      resourcesOf(synthesize('prod', other(role)), 'AWS::Scheduler::Schedule').map(
        ({ Properties }) => Properties.State,
      ),
    ),
  ];
  expect(statesOf('standby')).toEqual(['DISABLED']);
  expect(statesOf('took-over')).toEqual(['ENABLED']);
  expect(variablesOf(other('standby'))).toMatchObject({ MILLRACE_STANDBY: 'yes' });
  expect(variablesOf(other('took-over'))).not.toHaveProperty('MILLRACE_STANDBY');
  const parts = (role: 'standby' | 'took-over') => Object.keys(synthesize('prod', other(role)).templates);
  expect(parts('standby')).not.toContain('observability');
  expect(parts('took-over')).toContain('observability');
});

test.each<[string, Readonly<Record<string, string>>, RegExp]>([
  ['an unknown role', { recoveryRole: 'both' }, /recoveryRole=both is none/],
  ['no region', { ...active, recoveryRegion: '' }, /needs -c recoveryRegion/],
  ['no table', { recoveryRole: 'standby' }, /needs -c recoveryStateTable/],
  [
    'a key of another region',
    { ...active, recoveryStateKeyArn: keyOf('eu-west-2', 1) },
    /key of another region/,
  ],
  ['no key', { ...active, recoverySecretsKeyArn: 'alias/x' }, /no ARN of a key/],
  ['no name of a region', { ...active, recoveryRegion: 'Ireland' }, /is no region/],
])('%s is refused', (_what, context, problem) => {
  const given: Readonly<Record<string, string>> = { ...context, env: 'prod' };
  // As bin/millrace.ts reads it: what is empty was not given.
  expect(() => loadEnvironment((name) => (given[name] === '' ? undefined : given[name]))).toThrow(problem);
  expect(findConfigProblems(loadEnvironment((name) => ({ ...active, env: 'prod' })[name]))).toEqual([]);
});
