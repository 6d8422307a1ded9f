import type { EnvironmentConfig, ReadContext } from './environment-config.ts';

type Recovery = NonNullable<EnvironmentConfig['recovery']>;

const roles = ['active', 'standby', 'took-over'] as const satisfies readonly Recovery['role'][];

/**
 * `-c recoveryRole=active -c recoveryRegion=eu-west-1 -c recoveryStateKeyArn=... -c recoverySecretsKeyArn=...` in the region that works, and
 * `-c recoveryRole=standby -c recoveryStateTable=NAME` in the other one, where `took-over` takes the place of `standby` once the first is
 * lost. Undefined when no role is given. Throws an error that says what is missing.
 */
export const recoveryFrom = (readContext: ReadContext): EnvironmentConfig['recovery'] => {
  const given = readContext('recoveryRole');
  if (given === undefined) return undefined;
  const role = roles.find((known) => known === given);
  if (role === undefined) throw new Error(`-c recoveryRole=${given} is none. There are ${roles.join(', ')}.`);
  const required = (name: string): string => {
    const value = readContext(name);
    if (value === undefined) throw new Error(`-c recoveryRole=${role} needs -c ${name}=...`);
    return value;
  };
  return role === 'active'
    ? {
        role,
        region: required('recoveryRegion'),
        stateKeyArn: required('recoveryStateKeyArn'),
        secretsKeyArn: required('recoverySecretsKeyArn'),
      }
    : { role, stateTableName: required('recoveryStateTable') };
};
