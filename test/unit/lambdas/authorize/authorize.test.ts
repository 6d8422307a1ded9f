import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { Principal } from '#core/contracts/client.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { createManualClock } from '#test/kit/manual-clock.ts';
import { createAuthorizer } from '../../../../lambdas/authorize/authorize.ts';
import { allow } from '../../../../lambdas/authorize/policy.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const create = () => {
  const clock = createManualClock();
  const state = { adminToken: 'admin-token', reads: 0, isDown: false };
  const tokens = new Map<string, Principal>([[sha256('client-token'), { role: 'client', clientId: 3 }]]);
  const authorize = createAuthorizer({
    store: { findPrincipal: async (hash) => tokens.get(hash) },
    readAdminToken: async () => {
      state.reads += 1;
      if (state.isDown) throw new MillraceError('ServiceUnavailable', 'Secrets Manager is down.');
      return state.adminToken;
    },
    clock,
  });
  return {
    authorize,
    state,
    advance: clock.advance,
  };
};

test('a known token speaks for its client, the admin token for the admin, any other for nobody', async () => {
  const { authorize } = create();
  expect(await authorize('Bearer client-token')).toEqual({ role: 'client', clientId: 3 });
  expect(await authorize('Bearer admin-token')).toEqual({ role: 'admin' });
  for (const header of [
    'Bearer wrong',
    'Bearer admin-token2',
    'Bearer ',
    'admin-token',
    'Basic admin-token',
    `Bearer ${sha256('client-token')}`,
    'Bearer client-token extra',
    '',
  ])
    expect(await authorize(header)).toBeUndefined();
});

test('the admin token is read at most once a minute, and a rotated one counts after that', async () => {
  const { authorize, state, advance } = create();
  await authorize('Bearer admin-token');
  state.adminToken = 'rotated';
  advance(59_999);
  expect(await authorize('Bearer rotated')).toBeUndefined();
  expect(state.reads).toBe(1);
  advance(1);
  expect(await authorize('Bearer rotated')).toEqual({ role: 'admin' });
  expect(await authorize('Bearer admin-token')).toBeUndefined();
  expect(state.reads).toBe(2);
});

test("clients' tokens work while the admin secret cannot be read; unknown ones are not called wrong", async () => {
  const { authorize, state } = create();
  state.isDown = true;
  expect(await authorize('Bearer client-token')).toEqual({ role: 'client', clientId: 3 });
  await expect(authorize('Bearer unknown')).rejects.toMatchObject({ code: 'ServiceUnavailable' });
});

test('the policy covers the whole stage, since its answer is cached for every route', () => {
  const arn = 'arn:aws:execute-api:eu-west-1:123456789012:abc/v1/POST/replications/1/start';
  expect(allow({ role: 'client', clientId: 3 }, arn)).toEqual({
    principalId: 'client-3',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Action: 'execute-api:Invoke',
          Effect: 'Allow',
          Resource: 'arn:aws:execute-api:eu-west-1:123456789012:abc/v1/*',
        },
      ],
    },
    context: { role: 'client', clientId: 3 },
  });
  expect(allow({ role: 'admin' }, arn).context).toEqual({ role: 'admin' });
});
