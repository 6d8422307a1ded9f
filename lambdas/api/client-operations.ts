import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Client } from '#core/contracts/client.ts';
import {
  clientAnswerSchema,
  clientListSchema,
  createClientSchema,
  pathIdSchema,
  tokenAnswerSchema,
} from './contracts.ts';
import { defineOperation, type Operation } from './operation.ts';

const clientPath = z.strictObject({ client_id: pathIdSchema });

const toAnswer = ({ clientId, name, createdAt }: Client): z.input<typeof clientAnswerSchema> => ({
  client_id: clientId,
  name,
  created_at: createdAt,
});

export const clientOperations: readonly Operation[] = [
  defineOperation({
    id: 'createClient',
    method: 'POST',
    path: '/clients',
    role: 'admin',
    summary: 'Create a client: the tenant that owns databases and replications.',
    body: createClientSchema,
    status: 201,
    answer: clientAnswerSchema,
    run: async ({ body }, { store }) => toAnswer(await store.createClient(body.name)),
  }),

  defineOperation({
    id: 'listClients',
    method: 'GET',
    path: '/clients',
    role: 'admin',
    summary: 'List all clients.',
    status: 200,
    answer: clientListSchema,
    run: async (_request, { store }) => ({ clients: (await store.listClients()).map(toAnswer) }),
  }),

  defineOperation({
    id: 'getClient',
    method: 'GET',
    path: '/clients/{client_id}',
    role: 'admin',
    summary: 'Get a client.',
    params: clientPath,
    status: 200,
    answer: clientAnswerSchema,
    errors: ['NotFound'],
    run: async ({ params }, { store }) => toAnswer(await store.getClient(params.client_id)),
  }),

  defineOperation({
    id: 'createToken',
    method: 'POST',
    path: '/clients/{client_id}/tokens',
    role: 'admin',
    summary: 'Create a token that acts for a client. It is shown this once.',
    params: clientPath,
    status: 201,
    answer: tokenAnswerSchema,
    errors: ['NotFound'],
    run: async ({ params }, { store, newSecretText }) => {
      const { clientId } = await store.getClient(params.client_id);
      const token = newSecretText();
      await store.putToken(createHash('sha256').update(token).digest('hex'), { role: 'client', clientId });
      return { client_id: clientId, token };
    },
  }),
];
