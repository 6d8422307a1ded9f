import { requireSoundConfig } from './check-config.ts';
import { devConfig } from './dev.ts';
import {
  type EnvironmentConfig,
  type EnvironmentName,
  environmentNames,
  type ReadContext,
} from './environment-config.ts';
import { localConfig } from './local.ts';
import { oidcFrom } from './oidc.ts';
import { prodConfig } from './prod.ts';
import { recoveryFrom } from './recovery.ts';
import { stagingConfig } from './staging.ts';

const configs: Record<EnvironmentName, (readContext: ReadContext) => EnvironmentConfig> = {
  local: localConfig,
  dev: devConfig,
  staging: stagingConfig,
  prod: prodConfig,
};

const isEnvironmentName = (name: string): name is EnvironmentName =>
  environmentNames.some((known) => known === name);

/** The configuration that `-c env=NAME` names. Throws an error which lists the known names. */
export const loadEnvironment = (readContext: ReadContext): EnvironmentConfig => {
  const name = readContext('env');
  if (name === undefined || !isEnvironmentName(name)) {
    const problem = name === undefined ? 'No environment was given' : `Unknown environment "${name}"`;
    throw new Error(`${problem}. Choose one with -c env=NAME: ${environmentNames.join(', ')}.`);
  }
  const oidc = oidcFrom(readContext);
  const recovery = recoveryFrom(readContext);
  return requireSoundConfig({
    ...configs[name](readContext),
    ...(oidc !== undefined && { oidc }),
    ...(recovery !== undefined && { recovery }),
  });
};
