import { queryOptions } from '@tanstack/react-query';
import { consoleHeaders } from '../api/client.ts';
import type { IssuerSignIn } from '../edge/session.ts';

/** The issuer sends people back to it. */
export const callbackPath = '/sign-in/callback';

/** How people sign in besides with a token; null: in no other way. */
export const signInQuery = queryOptions({
  queryKey: ['sign-in'],
  queryFn: async (): Promise<IssuerSignIn | null> => {
    const response = await fetch('/session', { headers: consoleHeaders });
    if (!response.ok) throw new Error(`The console answered ${response.status} ${response.statusText}.`);
    return ((await response.json()) as { readonly oidc: IssuerSignIn | null }).oidc;
  },
  staleTime: Number.POSITIVE_INFINITY,
});
