import { readFileSync } from 'node:fs';
import { type ErrorCode, errorPolicies } from '#core/errors/error-policies.ts';
import { fromRoot } from './project-root.ts';

/** The codes that a step is retried for, by the table of error policies. */
export const transientErrorCodes: readonly ErrorCode[] = (Object.keys(errorPolicies) as ErrorCode[]).filter(
  (code) => errorPolicies[code].disposition === 'transient',
);

/**
 * The text of state-machines/<name>.asl.json with the lists of transient codes filled in. What is left to substitute are ARNs
 * and names, which only the deployment knows.
 */
export const readDefinition = (name: string): string =>
  readFileSync(fromRoot('state-machines', `${name}.asl.json`), 'utf8').replaceAll(
    '"TransientErrorCodes"',
    transientErrorCodes.map((code) => JSON.stringify(code)).join(', '),
  );
