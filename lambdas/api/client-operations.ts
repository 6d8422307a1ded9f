import { z } from 'zod';
import type { Client } from '#core/contracts/client.ts';
import { type ClientQuotas, type QuotaName, quotaNames } from '#core/contracts/client-quotas.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { createUseCounter, limitsOf } from '#core/lifecycle/client-quotas.ts';
import { mayAct } from './authorize-request.ts';
import {
  clientAnswerSchema,
  clientListSchema,
  clientQuotasAnswerSchema,
  createClientSchema,
  listClientsQuerySchema,
  setClientQuotasSchema,
  updateClientSchema,
} from './client-contracts.ts';
import { defineOperation, type Operation } from './operation.ts';
import { hasInName, numberKey, readPage, wholeList } from './paging.ts';
import type { ApiPorts } from './ports.ts';
import { recordAction } from './record-action.ts';
import { pathIdSchema } from './shared-contracts.ts';

const clientPath = z.strictObject({ client_id: pathIdSchema });

const toAnswer = ({ clientId, name, createdAt }: Client): z.input<typeof clientAnswerSchema> => ({
  client_id: clientId,
  name,
  created_at: createdAt,
});

/** The names of limits in the API. */
const quotaFields = {
  databases: 'databases',
  replications: 'replications',
  tables: 'tables',
  tokens: 'tokens',
  alertRules: 'alert_rules',
} as const satisfies Record<QuotaName, string>;

const toQuotas = (body: z.output<typeof setClientQuotasSchema>): ClientQuotas | undefined => {
  const own = quotaNames.flatMap((name) => {
    const limit = body[quotaFields[name]] ?? undefined;
    return limit === undefined ? [] : [[name, limit] as const];
  });
  return own.length === 0 ? undefined : Object.fromEntries(own);
};

type QuotasAnswer = z.input<typeof clientQuotasAnswerSchema>;

const toQuotasAnswer = async (
  client: Client,
  ports: Pick<ApiPorts, 'store' | 'clientQuotas'>,
): Promise<QuotasAnswer> => {
  const limits = limitsOf(client, ports);
  const countUse = createUseCounter(client.clientId, ports.store);
  const entries = await Promise.all(
    quotaNames.map(async (name) => [
      quotaFields[name],
      {
        used: await countUse(name),
        limit: limits[name] ?? null,
        is_own: client.quotas?.[name] !== undefined,
      },
    ]),
  );
  return { client_id: client.clientId, ...Object.fromEntries(entries) };
};

const limitsOnly = ({ client_id: _client, ...quotas }: QuotasAnswer): unknown =>
  Object.entries(quotas).map(([name, { limit, is_own: isOwn }]) => [name, limit, isOwn]);

/** Says the same of a client that the token may not see and of one that is not there. */
const noClient = (clientId: number): MillraceError =>
  new MillraceError('NotFound', `There is no client ${clientId}.`);

export const clientOperations: readonly Operation[] = [
  defineOperation({
    id: 'createClient',
    method: 'POST',
    path: '/clients',
    summary: 'Create a client: the tenant that owns databases and replications.',
    body: createClientSchema,
    status: 201,
    answer: clientAnswerSchema,
    run: async ({ actor, body }, ports) => {
      const client = await ports.store.createClient(body.name);
      const { clientId, name } = client;
      const message = `Client ${clientId} was created: ${name}.`;
      await recordAction(undefined, { action: 'client-created', message, by: actor }, ports);
      return toAnswer(client);
    },
  }),

  defineOperation({
    id: 'listClients',
    method: 'GET',
    path: '/clients',
    summary: 'List the clients that the token may see.',
    query: listClientsQuerySchema,
    status: 200,
    answer: clientListSchema,
    run: async ({ principal, query }, { store }) => {
      const keyOf = (client: Client): string => numberKey(client.clientId);
      const { items, nextCursor } = await readPage(query, {
        read: wholeList(() => store.listClients(), keyOf),
        keyOf,
        keep: ({ clientId, name }) => mayAct(principal, clientId) && hasInName(name, query.name),
      });
      return { clients: items.map(toAnswer), next_cursor: nextCursor };
    },
  }),

  defineOperation({
    id: 'getClient',
    method: 'GET',
    path: '/clients/{client_id}',
    summary: 'Get a client.',
    params: clientPath,
    status: 200,
    answer: clientAnswerSchema,
    errors: ['NotFound'],
    versionOf: (client) => client,
    run: async ({ principal, params }, { store }) => {
      if (!mayAct(principal, params.client_id)) throw noClient(params.client_id);
      return toAnswer(await store.getClient(params.client_id));
    },
  }),

  defineOperation({
    id: 'updateClient',
    method: 'PATCH',
    path: '/clients/{client_id}',
    summary: 'Give a client another name.',
    params: clientPath,
    body: updateClientSchema,
    status: 200,
    answer: clientAnswerSchema,
    errors: ['NotFound', 'Conflict'],
    versionOf: (client) => client,
    run: async ({ actor, params, body, requireMatch }, ports) => {
      const before = await ports.store.getClient(params.client_id);
      requireMatch(toAnswer(before));
      const after = await ports.store.renameClient(params.client_id, body.name, before.name);
      await recordAction(
        after.clientId,
        {
          action: 'client-changed',
          message: `Client ${after.clientId} is called ${after.name} now.`,
          by: actor,
          before: { name: before.name },
          after: { name: after.name },
        },
        ports,
      );
      return toAnswer(after);
    },
  }),

  defineOperation({
    id: 'getClientQuotas',
    method: 'GET',
    path: '/clients/{client_id}/quotas',
    summary: 'What a client has, and how much of it it may have.',
    params: clientPath,
    status: 200,
    answer: clientQuotasAnswerSchema,
    errors: ['NotFound'],
    // What is used changes by itself; the version is that of the limits.
    versionOf: limitsOnly,
    run: async ({ principal, params }, ports) => {
      if (!mayAct(principal, params.client_id)) throw noClient(params.client_id);
      return toQuotasAnswer(await ports.store.getClient(params.client_id), ports);
    },
  }),

  defineOperation({
    id: 'setClientQuotas',
    method: 'PUT',
    path: '/clients/{client_id}/quotas',
    summary: 'Set how much a client may have, other than each client of the environment.',
    params: clientPath,
    body: setClientQuotasSchema,
    status: 200,
    answer: clientQuotasAnswerSchema,
    errors: ['NotFound', 'Conflict'],
    versionOf: limitsOnly,
    run: async ({ actor, params, body, requireMatch }, ports) => {
      const before = await ports.store.getClient(params.client_id);
      requireMatch(limitsOnly(await toQuotasAnswer(before, ports)));
      const quotas = toQuotas(body);
      const after = await ports.store.setClientQuotas(params.client_id, quotas, before.quotas);
      await recordAction(
        after.clientId,
        {
          action: 'client-changed',
          message: `How much client ${after.clientId} may have was changed.`,
          by: actor,
          before: { quotas: JSON.stringify(before.quotas ?? {}) },
          after: { quotas: JSON.stringify(after.quotas ?? {}) },
        },
        ports,
      );
      return toQuotasAnswer(after, ports);
    },
  }),

  defineOperation({
    id: 'deleteClient',
    method: 'DELETE',
    path: '/clients/{client_id}',
    summary:
      'Delete a client that has no replications, databases and tokens. Its number is never used again.',
    params: clientPath,
    status: 200,
    answer: clientAnswerSchema,
    errors: ['NotFound', 'Conflict'],
    run: async ({ actor, params }, ports) => {
      const client = await ports.store.removeClient(params.client_id);
      const { clientId, name } = client;
      const message = `Client ${clientId} was deleted: ${name}.`;
      await recordAction(
        undefined,
        { action: 'client-deleted', message, by: actor, before: { name } },
        ports,
      );
      return toAnswer(client);
    },
  }),
];
