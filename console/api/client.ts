import createClient from 'openapi-fetch';
import type { components, paths } from './schema.ts';

type Schemas = components['schemas'];
export type Me = Schemas['Me'];
export type FleetPage = Schemas['Fleet'];
export type FleetRow = Schemas['Fleet']['replications'][number];
export type Replication = Schemas['Replication'];
export type Status = Schemas['Status'];
export type TableStatus = Schemas['TableStatus'];
export type TableCopy = Schemas['TableCopy'];
export type CopyProgress = Schemas['CopyProgress'];
export type Why = Schemas['Why'];
export type HealthPoint = Schemas['HealthHistory']['points'][number];
export type Incident = Schemas['Incidents']['incidents'][number];
export type ActivityEntry = Schemas['ClientActivity']['activity'][number];
export type Database = Schemas['Database'];
export type DatabaseTest = Schemas['DatabaseTest'];
export type DiscoveredTable = Schemas['DiscoveredTables']['tables'][number];
export type Deletion = Schemas['Deletion'];
export type Validation = Schemas['Validation'];
export type DeadLetter = Schemas['DeadLetter'];
export type DeadLetterCause = Schemas['DeadLetterCauses']['causes'][number];
export type DeadLetterSettings = Schemas['DeadLetterSettings'];
export type RequestedDeadLetters = Schemas['RequestedDeadLetters'];
export type SchemaChange = Schemas['SchemaChange'];
export type SchemaPolicy = Schemas['SchemaPolicy'];
export type SchemaChangeItem = Schemas['SchemaChangeList']['schema_changes'][number];
export type LogLine = Schemas['Logs']['lines'][number];
export type SourceSafety = Schemas['SourceSafety'];
export type Connector = Schemas['Connector'];
export type AlertChannel = Schemas['AlertChannel'];
export type AlertRoute = Schemas['AlertRoute'];
export type AlertMute = Schemas['AlertMute'];
export type AlertDelivery = Schemas['AlertDelivery'];
export type Problem = Schemas['Problem'];
export type Token = Schemas['Token'];
export type ProblemDetails = Schemas['ProblemDetails'];

/** An answer that says no. Its message is what happened; `details.advice` is what to do. */
export class ApiProblem extends Error {
  readonly details: ProblemDetails;

  constructor(details: ProblemDetails) {
    super(details.detail);
    this.name = 'ApiProblem';
    this.details = details;
  }
}

/** The header that lets the session's cookie count; see console/edge/session.ts. */
export const consoleHeaders = { 'x-millrace-console': '1' } as const;

export const api = createClient<paths>({ baseUrl: '', headers: consoleHeaders });

interface Answered<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

const isProblem = (value: unknown): value is ProblemDetails =>
  typeof value === 'object' && value !== null && 'detail' in value && 'code' in value;

/** The data of an answer. Throws `ApiProblem`, also for an answer that is none of the API's. */
export const unwrap = async <T>(answer: Promise<Answered<T>>): Promise<T> => {
  const { data, error, response } = await answer;
  if (response.ok && data !== undefined) return data;
  if (isProblem(error)) throw new ApiProblem(error);
  throw new ApiProblem({
    type: 'about:blank',
    title: 'Unexpected',
    status: response.status,
    detail: `The API answered ${response.status} ${response.statusText}.`,
    code: response.status === 401 ? 'Unauthorized' : 'Unexpected',
    advice: 'Try again. If it lasts, look at the log of the API.',
    request_id: response.headers.get('x-request-id') ?? '',
  });
};

/** The ETag as the API knows it: CloudFront calls that of what it compresses a weak one. */
export const etagOf = (response: Response): string | null =>
  response.headers.get('etag')?.replace(/^W\//, '') ?? null;

/** Whether the session has ended, or there was none. */
export const isSignedOut = (error: unknown): boolean =>
  error instanceof ApiProblem && error.details.status === 401;

/** Whether the token's role or client is not enough. */
export const isForbidden = (error: unknown): boolean =>
  error instanceof ApiProblem && error.details.status === 403;

/** Opens a session for a token that the API accepts. The token is then in a cookie that scripts cannot read. Throws `ApiProblem`. */
export const openSession = async (token: string): Promise<Me> => {
  const authorization = `Bearer ${token}`;
  const me = await unwrap(api.GET('/v1/me', { headers: { authorization } }));
  const opened = await fetch('/session', { method: 'POST', headers: { ...consoleHeaders, authorization } });
  if (!opened.ok) throw new Error(`The session was not opened: ${opened.status} ${opened.statusText}.`);
  return me;
};

export const closeSession = async (): Promise<void> => {
  await fetch('/session', { method: 'DELETE', headers: consoleHeaders });
};
