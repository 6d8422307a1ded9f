import { QueryClientProvider } from '@tanstack/react-query';
import { type RenderResult, render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { Router } from 'wouter';
import { memoryLocation } from 'wouter/memory-location';
import type { Me, ProblemDetails, Replication } from '../../console/api/client.ts';
import { createQueries } from '../../console/data/queries.ts';
import { SessionContext } from '../../console/data/session.tsx';
import { Notices } from '../../console/parts/notices.tsx';

/** `GET /v1/fleet`, without its query. */
type Route = `${'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'} ${string}`;
type Answer =
  | { readonly status?: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> }
  | 'never';

export interface Call {
  readonly route: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly headers: Headers;
}

declare global {
  /** What a page's fetch calls; see environment.mjs. */
  var answerFetch: typeof fetch;
}

/** An API that answers what a test says. A route that it does not name is an error of the test. */
export const fakeApi = (answers: Readonly<Record<Route, Answer>>) => {
  const current = new Map<string, Answer>(Object.entries(answers));
  const calls: Call[] = [];
  globalThis.answerFetch = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const route = `${request.method} ${url.pathname}`;
    const text = await request.text();
    const body = text === '' ? undefined : JSON.parse(text);
    calls.push({ route, query: url.searchParams, body, headers: request.headers });
    const answer = current.get(route);
    if (answer === undefined) throw new Error(`The test has no answer for ${route}.`);
    if (answer === 'never') return new Promise<Response>(() => undefined);
    return Response.json(answer.body, { status: answer.status ?? 200, headers: answer.headers ?? {} });
  };
  return { calls, on: (route: Route, answer: Answer) => current.set(route, answer) };
};

export const problem = (status: number, detail: string): Answer => ({
  status,
  body: {
    type: 'about:blank',
    title: 'A problem',
    status,
    detail,
    code: 'Unexpected',
    advice: 'Do something about it.',
    request_id: 'r1',
  } satisfies ProblemDetails,
});

const me: Me = {
  name: 'dana',
  role: 'operator',
  client_id: 1,
  token_id: 1,
  expires_at: null,
} as unknown as Me;

/** Draws a screen as the console does, for a session of a role and an address. */
export const show = (
  screen: ReactNode,
  {
    role = 'operator',
    path = '/',
    clientId = 1,
  }: { readonly role?: Me['role']; readonly path?: string; readonly clientId?: number | null } = {},
): RenderResult => {
  const { hook, searchHook } = memoryLocation({ path });
  return render(
    <Router hook={hook} searchHook={searchHook}>
      <QueryClientProvider client={createQueries()}>
        <SessionContext value={{ me: { ...me, role, client_id: clientId }, signOut: async () => undefined }}>
          <Notices>{screen}</Notices>
        </SessionContext>
      </QueryClientProvider>
    </Router>,
  );
};

/** As much of a replication as screens read. */
export const replication = (change: Partial<Replication> = {}): Replication =>
  ({
    replication_id: 7,
    name: 'shop to warehouse',
    status: 'active',
    connector_name: 'acme_shop_connector',
    tables: [],
    dead_letters: { policy: 'continue', limit: 1_000 },
    schema_changes: { preset: 'safe', kinds: {}, tables: [] },
    new_tables: null,
    ...change,
  }) as unknown as Replication;
