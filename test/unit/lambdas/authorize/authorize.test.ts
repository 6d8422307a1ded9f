import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { Token } from '#core/contracts/token.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { createManualClock } from '#test/kit/manual-clock.ts';
import { createAuthorizer } from '../../../../lambdas/authorize/authorize.ts';
import { allow } from '../../../../lambdas/authorize/policy.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const create = () => {
  const clock = createManualClock();
  const state = { adminToken: 'admin-token', reads: 0, isDown: false, isReadOnly: false, unrecorded: 0 };
  const stored: Token = {
    tokenId: 7,
    name: 'ci',
    role: 'operator',
    clientId: 3,
    createdAt: clock.now().toISOString(),
    createdBy: 'deployment',
    validUntil: new Date(clock.now().getTime() + 3_600_000).toISOString(),
  };
  const tokens = new Map([[sha256('client-token'), stored]]);
  const uses: string[] = [];
  const authorize = createAuthorizer({
    store: {
      findToken: async (hash) => tokens.get(hash),
      touchToken: async (tokenId, at) => {
        if (state.isReadOnly) throw new MillraceError('StoreUnavailable', 'DynamoDB is down.');
        uses.push(`${tokenId} ${at}`);
      },
    },
    onUnrecordedUse: () => {
      state.unrecorded += 1;
    },
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
    uses,
    clock,
    advance: clock.advance,
  };
};

const ofClient = { role: 'operator', clientId: 3, name: 'ci', tokenId: 7 } as const;
const ofDeployment = { role: 'admin', name: 'deployment' } as const;

test('a token is refused from the moment at which it ends', async () => {
  const { authorize, advance } = create();
  advance(3_599_999);
  expect(await authorize('Bearer client-token')).toEqual(ofClient);
  advance(1);
  expect(await authorize('Bearer client-token')).toBeUndefined();
});

test('each use is recorded, and one that cannot be recorded is let in', async () => {
  const { authorize, state, uses, clock } = create();
  await authorize('Bearer client-token');
  expect(uses).toEqual([`7 ${clock.now().toISOString()}`]);
  state.isReadOnly = true;
  expect(await authorize('Bearer client-token')).toEqual(ofClient);
  expect(state.unrecorded).toBe(1);
});

test('a known token speaks for its client, the admin token for the admin, any other for nobody', async () => {
  const { authorize } = create();
  expect(await authorize('Bearer client-token')).toEqual(ofClient);
  expect(await authorize('Bearer admin-token')).toEqual(ofDeployment);
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
  expect(await authorize('Bearer rotated')).toEqual(ofDeployment);
  expect(await authorize('Bearer admin-token')).toBeUndefined();
  expect(state.reads).toBe(2);
});

test("clients' tokens work while the admin secret cannot be read; unknown ones are not called wrong", async () => {
  const { authorize, state } = create();
  state.isDown = true;
  expect(await authorize('Bearer client-token')).toEqual(ofClient);
  await expect(authorize('Bearer unknown')).rejects.toMatchObject({ code: 'ServiceUnavailable' });
});

test('the policy covers the whole stage, since its answer is cached for every route', () => {
  const arn = 'arn:aws:execute-api:eu-west-1:123456789012:abc/v1/POST/replications/1/start';
  expect(allow(ofClient, arn)).toEqual({
    principalId: 'token-7',
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
    context: ofClient,
  });
  expect(allow(ofDeployment, arn).context).toEqual(ofDeployment);
});
