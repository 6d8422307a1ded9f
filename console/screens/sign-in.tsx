import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ApiProblem, openSession } from '../api/client.ts';

/** A token opens a session. It goes into a cookie that scripts cannot read, and is kept nowhere else. */
export const SignIn = ({
  onSignedIn,
  hasEnded = false,
}: {
  readonly onSignedIn: () => void;
  readonly hasEnded?: boolean;
}) => {
  const [token, setToken] = useState('');
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
        <form className="stack" onSubmit={submit}>
          <label className="field">
            <span>Token</span>
            <input
              type="password"
              autoComplete="off"
              spellCheck={false}
              required
              // biome-ignore lint/a11y/noAutofocus: it is all that the page is for.
              autoFocus
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
