/** As Lambda gives it: `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=557abcec3ee5a047;Sampled=1`. */
const headerVariable = '_X_AMZN_TRACE_ID';

const rootPattern = /(?:^|;)Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)/;

/** The header of the trace that this invocation of a Lambda belongs to, for the services that it calls; undefined anywhere else. */
export const traceHeader = (variables: NodeJS.ProcessEnv = process.env): string | undefined =>
  traceIdOf(variables[headerVariable]) === undefined ? undefined : variables[headerVariable];

/** The identifier of that trace. */
export const traceId = (variables: NodeJS.ProcessEnv = process.env): string | undefined =>
  traceIdOf(variables[headerVariable]);

const traceIdOf = (header: string | undefined): string | undefined => rootPattern.exec(header ?? '')?.[1];
