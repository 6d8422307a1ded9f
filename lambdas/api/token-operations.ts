import { createHash } from 'node:crypto';
import { z } from 'zod';
import { apiVersionPath } from '#core/contracts/api-version.ts';
import type { ClientId } from '#core/contracts/identifiers.ts';
import type { Principal, Token } from '#core/contracts/token.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { requireRoom } from '#core/lifecycle/client-quotas.ts';
import { mayAct, requireAllClients } from './authorize-request.ts';
import { invalidRequest } from './invalid-request.ts';
import { defineOperation, type Operation } from './operation.ts';
import { numberKey, readPage, wholeList } from './paging.ts';
import type { ApiPorts } from './ports.ts';
import { recordAction } from './record-action.ts';
import { pathIdSchema } from './shared-contracts.ts';
import {
  createClientTokenSchema,
  createTokenSchema,
  listTokensQuerySchema,
  meAnswerSchema,
  newTokenAnswerSchema,
  tokenAnswerSchema,
  tokenListSchema,
  versionsAnswerSchema,
} from './token-contracts.ts';

const tokenPath = z.strictObject({ token_id: pathIdSchema });

const toAnswer = (token: Token): z.input<typeof tokenAnswerSchema> => ({
  token_id: token.tokenId,
  name: token.name,
  role: token.role,
  client_id: token.clientId ?? null,
  created_at: token.createdAt,
  created_by: token.createdBy,
  expires_at: token.validUntil ?? null,
  last_used_at: token.lastUsedAt ?? null,
});

/** Makes a token and shows its text, this once. Throws `Forbidden` when the caller may not act for the client. */
const createToken = async (
  principal: Principal,
  clientId: ClientId | undefined,
  request: Pick<z.output<typeof createTokenSchema>, 'name' | 'role' | 'expires_at'>,
  ports: ApiPorts,
): Promise<z.input<typeof newTokenAnswerSchema>> => {
  const { store, clock, newSecretText } = ports;
  if (!mayAct(principal, clientId)) requireAllClients(principal);
  const { name, role, expires_at: validUntil } = request;
  if (validUntil !== undefined && Date.parse(validUntil) <= clock.now().getTime())
    throw invalidRequest([{ subject: 'body.expires_at', problem: 'must be in the future' }]);
  await requireRoom(clientId, { tokens: 1 }, ports);
  const text = newSecretText();
  const token = await store.createToken(createHash('sha256').update(text).digest('hex'), {
    name,
    role,
    createdBy: principal.name,
    ...(clientId === undefined ? {} : { clientId }),
    ...(validUntil === undefined ? {} : { validUntil }),
  });
  const message = `Token ${token.tokenId} of role ${role} was created: ${name}.`;
  await recordAction(clientId, { action: 'token-created', message, by: principal.name }, ports);
  return { ...toAnswer(token), token: text };
};

/** Throws `NotFound`, also for a token that the caller may not see. */
const getToken = async (principal: Principal, tokenId: number, { store }: ApiPorts): Promise<Token> => {
  const token = await store.getToken(tokenId);
  if (mayAct(principal, token.clientId)) return token;
  throw new MillraceError('NotFound', `There is no token ${tokenId}.`);
};

export const tokenOperations: readonly Operation[] = [
  defineOperation({
    id: 'getMe',
    method: 'GET',
    path: '/me',
    summary: 'Say whose token this is, and what it may do.',
    status: 200,
    answer: meAnswerSchema,
    run: async ({ principal }) => ({
      name: principal.name,
      role: principal.role,
      client_id: principal.clientId ?? null,
      token_id: principal.tokenId ?? null,
    }),
  }),

  defineOperation({
    id: 'getVersions',
    method: 'GET',
    path: '/versions',
    summary: 'Say which Millrace this is, and which image its consumers and copy workers run.',
    status: 200,
    answer: versionsAnswerSchema,
    run: async (_call, { version, workerImage }) => ({
      version,
      api_version: apiVersionPath.slice(1),
      worker_image: workerImage,
    }),
  }),

  defineOperation({
    id: 'createToken',
    method: 'POST',
    path: '/tokens',
    summary: 'Create a token. It is shown this once.',
    body: createTokenSchema,
    status: 201,
    answer: newTokenAnswerSchema,
    errors: ['NotFound', 'QuotaExceeded'],
    run: ({ principal, body }, ports) =>
      createToken(
        principal,
        body.client_id === undefined ? principal.clientId : (body.client_id ?? undefined),
        body,
        ports,
      ),
  }),

  defineOperation({
    id: 'createClientToken',
    method: 'POST',
    path: '/clients/{client_id}/tokens',
    summary: 'Create a token for a client, by default of role operator. It is shown this once.',
    params: z.strictObject({ client_id: pathIdSchema }),
    body: createClientTokenSchema,
    status: 201,
    answer: newTokenAnswerSchema,
    errors: ['NotFound', 'QuotaExceeded'],
    run: ({ principal, params, body }, ports) => createToken(principal, params.client_id, body, ports),
  }),

  defineOperation({
    id: 'listTokens',
    method: 'GET',
    path: '/tokens',
    summary: 'List the tokens that the caller may see. None shows its text.',
    status: 200,
    answer: tokenListSchema,
    query: listTokensQuerySchema,
    run: async ({ principal, query: { role, of_client: ofClient, ...page } }, { store }) => {
      const keyOf = ({ tokenId }: Token): string => numberKey(tokenId);
      const { items, nextCursor } = await readPage(page, {
        read: wholeList(() => store.listTokens(), keyOf),
        keyOf,
        keep: (token) =>
          mayAct(principal, token.clientId) &&
          (role === undefined || token.role === role) &&
          (ofClient === undefined || token.clientId === ofClient),
      });
      return { tokens: items.map(toAnswer), next_cursor: nextCursor };
    },
  }),

  defineOperation({
    id: 'getToken',
    method: 'GET',
    path: '/tokens/{token_id}',
    summary: 'Get a token. Its text is not shown.',
    params: tokenPath,
    status: 200,
    answer: tokenAnswerSchema,
    errors: ['NotFound'],
    run: async ({ principal, params }, ports) => toAnswer(await getToken(principal, params.token_id, ports)),
  }),

  defineOperation({
    id: 'revokeToken',
    method: 'DELETE',
    path: '/tokens/{token_id}',
    summary: 'Revoke a token. It is refused after one minute at the latest.',
    params: tokenPath,
    status: 200,
    answer: tokenAnswerSchema,
    errors: ['NotFound'],
    run: async ({ principal, params }, ports) => {
      const { tokenId, name, role, clientId } = await getToken(principal, params.token_id, ports);
      const removed = await ports.store.removeToken(tokenId);
      const message = `Token ${tokenId} of role ${role} was revoked: ${name}.`;
      await recordAction(clientId, { action: 'token-revoked', message, by: principal.name }, ports);
      return toAnswer(removed);
    },
  }),
];
