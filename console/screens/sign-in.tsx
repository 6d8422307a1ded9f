import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { ApiProblem, openSession } from '../api/client.ts';
import { callbackPath, signInQuery } from '../data/sign-in-settings.ts';
import type { IssuerSignIn } from '../edge/session.ts';

/** The session is opened with the issuer's token. The module comes only where there is an issuer. */
const finish = async (settings: IssuerSignIn): Promise<string> => {
  const { endSignIn } = await import('../data/issuer-sign-in.ts');
  const { token, path } = await endSignIn(settings);
  await openSession(token);
  return path;
};

/** Signs in with the configured issuer, and ends the sign-in when the issuer has sent the person back. */
const IssuerButton = ({
  settings,
  onSignedIn,
}: {
  readonly settings: IssuerSignIn;
  readonly onSignedIn: () => void;
}) => {
  const [, go] = useLocation();
  const isBack = location.pathname === callbackPath;
  const begin = useMutation({
    mutationFn: async () => (await import('../data/issuer-sign-in.ts')).beginSignIn(settings),
  });
  const end = useMutation({
    mutationFn: () => finish(settings),
    onSuccess: (path) => {
      go(path, { replace: true });
      onSignedIn();
    },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the code in the address works once.
  useEffect(() => {
    if (isBack && end.isIdle) end.mutate();
  }, []);
  const error = end.error ?? begin.error;
  return (
    <div className="stack">
      <button
        type="button"
        className="primary"
        disabled={begin.isPending || begin.isSuccess || end.isPending}
        onClick={() => begin.mutate()}
      >
        {end.isPending ? 'Signing in…' : `Sign in with ${new URL(settings.issuer).host}`}
      </button>
      {error !== null && (
        <p className="problem" role="alert">
          {error instanceof ApiProblem && error.details.status === 401
            ? 'The API does not take the token of the issuer. It needs a role and a client in its claims.'
            : error.message}
        </p>
      )}
    </div>
  );
};

/** A token opens a session. It goes into a cookie that scripts cannot read, and is kept nowhere else. */
export const SignIn = ({
  onSignedIn,
  hasEnded = false,
}: {
  readonly onSignedIn: () => void;
  readonly hasEnded?: boolean;
}) => {
  const [token, setToken] = useState('');
  const issuer = useQuery(signInQuery);
  const isUsedLink = new URLSearchParams(location.search).get('link') === 'used';
  const signIn = useMutation({ mutationFn: openSession, onSuccess: onSignedIn });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    signIn.mutate(token.trim());
  };
  return (
    <main className="sign-in">
      <div className="card">
        <h1 className="brand">
          <img src="/mark.svg" alt="" />
          Sign in to Millrace
        </h1>
        {hasEnded && <p>The session has ended. Sign in again to go on where you were.</p>}
        {isUsedLink && (
          <p>That link was used already, or is too old. Ask for another one: npm run local -- open</p>
        )}
        {issuer.data != null && <IssuerButton settings={issuer.data} onSignedIn={onSignedIn} />}
        <form className="stack" onSubmit={submit}>
          <label className="field">
            <span>Token</span>
            <input
              type="password"
              autoComplete="off"
              spellCheck={false}
              required
              // biome-ignore lint/a11y/noAutofocus: it is all that the page is for.
              autoFocus={issuer.data == null}
              value={token}
              onChange={(event) => setToken(event.target.value)}
            />
            <span className="hint">
              It starts with mlr_ unless it is the admin token. A session lasts 12 hours, or until the token
              ends.
            </span>
          </label>
          {signIn.error !== null && (
            <p className="problem" role="alert">
              {signIn.error instanceof ApiProblem && signIn.error.details.status === 401
                ? 'The API does not know this token. It may have been revoked, or have ended.'
                : signIn.error.message}
            </p>
          )}
          <button type="submit" className="primary" disabled={signIn.isPending || token.trim() === ''}>
            {signIn.isPending ? 'Signing in…' : 'Sign in'}
          </button>
        </form>
      </div>
    </main>
  );
};
