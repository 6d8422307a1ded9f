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

type State = Readonly<Record<string, unknown>>;
type States = Readonly<Record<string, State>>;

const copyState = 'CopyBigTables';
const onDemandState = 'CopyBigTablesOnDemand';

/**
 * The definition with copies of big tables on Fargate Spot. A worker that Fargate takes away has recorded its finished chunks, and the
 * next one goes on with the others. Where Spot has no capacity, or has taken several workers, the copy goes on with one on demand.
 */
export const copyOnSpot = (definition: string): string =>
  JSON.stringify(withSpot(JSON.parse(definition)), undefined, 2);

const withSpot = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withSpot);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, member]) => [name, withSpot(member)] as const);
  const found = Object.fromEntries(entries);
  const copy = (found as States)[copyState];
  return copy === undefined ? found : { ...found, [copyState]: spotState(copy), [onDemandState]: copy };
};

const spotState = ({ Catch: _Catch, ...copy }: State): State => {
  const { LaunchType: _LaunchType, ...parameters } = copy.Parameters as State;
  return {
    ...copy,
    Parameters: {
      CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE_SPOT', Weight: 1 }],
      ...parameters,
    },
    Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: onDemandState }],
  };
};
