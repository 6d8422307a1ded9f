import { z } from 'zod';
import { parseSigningSecret } from '#core/alerts/format-webhook.ts';
import type { AlertChannel, AlertMute, AlertRoute, ChannelSecret } from '#core/contracts/alerting.ts';
import type { ClientId } from '#core/contracts/identifiers.ts';
import type { Principal } from '#core/contracts/token.ts';
import { MillraceError, type Problem } from '#core/errors/millrace-error.ts';
import { requireRoom } from '#core/lifecycle/client-quotas.ts';
import {
  alertChannelAnswerSchema,
  alertChannelListSchema,
  alertMuteAnswerSchema,
  alertMuteListSchema,
  alertRouteAnswerSchema,
  alertRouteListSchema,
  createAlertChannelSchema,
  createAlertMuteSchema,
  createAlertRouteSchema,
  listAlertChannelsQuerySchema,
  listAlertMutesQuerySchema,
  listAlertRoutesQuerySchema,
  savedAlertChannelAnswerSchema,
  updateAlertChannelSchema,
  updateAlertRouteSchema,
} from './alert-contracts.ts';
import { mayAct, requireAllClients } from './authorize-request.ts';
import { invalidRequest } from './invalid-request.ts';
import { defineOperation, type Operation } from './operation.ts';
import { numberKey, readPage, wholeList } from './paging.ts';
import type { ApiPorts } from './ports.ts';
import { recordAction } from './record-action.ts';
import { pathIdSchema } from './shared-contracts.ts';

const channelPath = z.strictObject({ channel_id: pathIdSchema });
const routePathSchema = z.strictObject({ route_id: pathIdSchema });
const mutePath = z.strictObject({ mute_id: pathIdSchema });

/** Longer than any maintenance: a mute that is forgotten would hide everything. */
const longestMuteMs = 30 * 24 * 60 * 60 * 1_000;

const toChannelAnswer = (channel: AlertChannel): z.input<typeof alertChannelAnswerSchema> => ({
  channel_id: channel.channelId,
  client_id: channel.clientId ?? null,
  name: channel.name,
  kind: channel.kind,
  host: channel.host,
  created_at: channel.createdAt,
  created_by: channel.createdBy,
});

const toRouteAnswer = (route: AlertRoute): z.input<typeof alertRouteAnswerSchema> => ({
  route_id: route.routeId,
  client_id: route.clientId ?? null,
  min_severity: route.minSeverity,
  conditions: route.conditions === undefined ? null : [...route.conditions],
  channel_ids: [...route.channelIds],
  alert_topic: route.alertTopic ?? true,
  is_default: route.isDefault,
  created_at: route.createdAt,
  created_by: route.createdBy,
});

export const toMuteAnswer = (mute: AlertMute): z.input<typeof alertMuteAnswerSchema> => ({
  mute_id: mute.muteId,
  client_id: mute.clientId ?? null,
  replication_id: mute.replicationId ?? null,
  condition: mute.condition ?? null,
  until: mute.until,
  reason: mute.reason,
  created_at: mute.createdAt,
  created_by: mute.createdBy,
});

/**
 * Whose a new rule is: what was asked, or the client of the token; undefined is all clients. Throws `Forbidden` when the token may not
 * act for it, and `NotFound` for a client that is not there.
 */
const ownerOf = async (
  principal: Principal,
  asked: ClientId | null | undefined,
  { store }: Pick<ApiPorts, 'store'>,
): Promise<ClientId | undefined> => {
  const owner = asked === undefined ? principal.clientId : (asked ?? undefined);
  if (!mayAct(principal, owner)) requireAllClients(principal);
  if (owner !== undefined) await store.getClient(owner);
  return owner;
};

interface Owned {
  readonly clientId?: ClientId;
}

/** Throws `NotFound`, also for what the caller may not see. */
const requireOwn = <T extends Owned>(principal: Principal, found: T | undefined, what: string): T => {
  if (found !== undefined && mayAct(principal, found.clientId)) return found;
  throw new MillraceError('NotFound', `There is no ${what}.`);
};

const getChannel = async (
  principal: Principal,
  channelId: number,
  { store }: Pick<ApiPorts, 'store'>,
): Promise<AlertChannel> =>
  requireOwn(principal, await store.findChannel(channelId), `alert channel ${channelId}`);

const getRoute = async (
  principal: Principal,
  routeId: number,
  { store }: Pick<ApiPorts, 'store'>,
): Promise<AlertRoute> => requireOwn(principal, await store.findRoute(routeId), `alert route ${routeId}`);

/** Who may test a channel may see it, so lambdas/api/alert-operations.ts asks here. */
export const requireChannel = getChannel;

interface PreparedSecret {
  /** What is shown of the URL. */
  readonly host: string;
  readonly secret: ChannelSecret;
  /** The key, if a new one was made. */
  readonly made: string | null;
}

/** URL and key of a channel, checked, and not stored yet. */
const prepareSecret = (
  kind: AlertChannel['kind'],
  { url: text, signing_secret: given }: { url: string; signing_secret?: string | undefined },
  { newSigningSecret, allowsPlainWebhooks }: ApiPorts,
): PreparedSecret => {
  const url = parseUrl(text, allowsPlainWebhooks);
  requireFittingKey(kind, given);
  const made = kind === 'webhook' && given === undefined ? newSigningSecret() : undefined;
  const signingSecret = given ?? made;
  return {
    host: url.host,
    secret: { url: url.href, ...(signingSecret === undefined ? {} : { signingSecret }) },
    made: made ?? null,
  };
};

const storeSecret = (
  channelId: number,
  { secret }: PreparedSecret,
  { channelSecrets, channelSecretPrefix }: ApiPorts,
): Promise<string> => channelSecrets.put(`${channelSecretPrefix}/${channelId}`, secret);

/** The channel first, since only it tells whether someone else has changed it meanwhile. */
const replaceChannel = async (
  before: AlertChannel,
  after: AlertChannel,
  prepared: PreparedSecret | undefined,
  ports: ApiPorts,
): Promise<void> => {
  const { store } = ports;
  if (!(await store.replaceChannel(before, after)))
    throw changedMeanwhile(`Alert channel ${after.channelId}`);
  if (prepared === undefined) return;
  try {
    const secretArn = await storeSecret(after.channelId, prepared, ports);
    // Another secret only when the old one had been deleted.
    if (secretArn !== after.secretArn) await store.replaceChannel(after, { ...after, secretArn });
  } catch (error) {
    // What failed first is what the caller must hear.
    await store.replaceChannel(after, before).catch(() => undefined);
    throw error;
  }
};

/** Where it leads is looked at when an alert is sent. The value is a secret, so no message repeats it. */
const parseUrl = (text: string, allowsPlainHttp: boolean): URL => {
  const refuse = (problem: string): MillraceError => invalidRequest([{ subject: 'body.url', problem }]);
  if (!URL.canParse(text)) throw refuse('must be a URL');
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && allowsPlainHttp))
    throw refuse('must begin with https://');
  if (url.username !== '' || url.password !== '') throw refuse('must not hold a user name or a password');
  return url;
};

const requireFittingKey = (kind: AlertChannel['kind'], key: string | undefined): void => {
  if (key === undefined) return;
  const problem =
    kind === 'slack'
      ? 'is for webhooks: Slack takes no signature'
      : parseSigningSecret(key) === undefined
        ? 'must be whsec_ and 24 to 64 bytes in base64'
        : undefined;
  if (problem !== undefined) throw invalidRequest([{ subject: 'body.signing_secret', problem }]);
};

/** Throws `InvalidRequest` for channels that are not there, or that the route's client may not use. */
const requireChannels = async (
  principal: Principal,
  owner: ClientId | undefined,
  channelIds: readonly number[],
  { store }: Pick<ApiPorts, 'store'>,
): Promise<void> => {
  const known = new Map((await store.listChannels()).map((channel) => [channel.channelId, channel]));
  const problems = channelIds.flatMap((channelId, index): Problem[] => {
    const channel = known.get(channelId);
    const subject = `body.channel_ids.${index}`;
    if (channel === undefined || !mayAct(principal, channel.clientId))
      return [{ subject, problem: `There is no alert channel ${channelId}.` }];
    if (owner !== undefined && channel.clientId !== undefined && channel.clientId !== owner)
      return [{ subject, problem: `Alert channel ${channelId} is of another client than the route.` }];
    return [];
  });
  if (problems.length > 0) throw invalidRequest(problems);
};

/** A route without channels says nothing, unless it keeps its incidents from the alert topic. */
const requireSomeoneTold = (channelIds: readonly number[], alertTopic: boolean): void => {
  if (channelIds.length > 0 || !alertTopic) return;
  throw invalidRequest([
    {
      subject: 'body.channel_ids',
      problem: 'has no channel',
      remedy: 'Name a channel, or keep its incidents from the alert topic: "alert_topic": false.',
    },
  ]);
};

const changedMeanwhile = (what: string): MillraceError =>
  new MillraceError(
    'Conflict',
    `${what} was changed by someone else just now. Read it, then send the change again.`,
  );

export const alertRuleOperations: readonly Operation[] = [
  defineOperation({
    id: 'createAlertChannel',
    method: 'POST',
    path: '/alert-channels',
    summary: 'Add a channel for alerts: Slack, or a signed webhook. Routes say what goes there.',
    body: createAlertChannelSchema,
    status: 201,
    answer: savedAlertChannelAnswerSchema,
    errors: ['NotFound', 'QuotaExceeded'],
    run: async ({ principal, actor, body }, ports) => {
      const owner = await ownerOf(principal, body.client_id, ports);
      await requireRoom(owner, { alertRules: 1 }, ports);
      const prepared = prepareSecret(body.kind, body, ports);
      const channelId = await ports.store.nextChannelId();
      const channel: AlertChannel = {
        channelId,
        ...(owner === undefined ? {} : { clientId: owner }),
        name: body.name,
        kind: body.kind,
        host: prepared.host,
        secretArn: await storeSecret(channelId, prepared, ports),
        createdAt: ports.clock.now().toISOString(),
        createdBy: actor,
      };
      await ports.store.addChannel(channel);
      await recordAction(
        channel.clientId,
        { action: 'alert-channel-added', message: `${describeChannel(channel)} was added.`, by: actor },
        ports,
      );
      return { ...toChannelAnswer(channel), signing_secret: prepared.made };
    },
  }),

  defineOperation({
    id: 'listAlertChannels',
    method: 'GET',
    path: '/alert-channels',
    summary:
      'List the channels that the token may see. The alert topic of the deployment is not among them: it gets everything that no route ' +
      'keeps from it.',
    query: listAlertChannelsQuerySchema,
    status: 200,
    answer: alertChannelListSchema,
    run: async ({ principal, query }, { store }) => {
      const keyOf = ({ channelId }: AlertChannel): string => numberKey(channelId);
      const { items, nextCursor } = await readPage(query, {
        read: wholeList(() => store.listChannels(), keyOf),
        keyOf,
        keep: ({ clientId, kind }) =>
          mayAct(principal, clientId) && (query.kind === undefined || kind === query.kind),
      });
      return { channels: items.map(toChannelAnswer), next_cursor: nextCursor };
    },
  }),

  defineOperation({
    id: 'getAlertChannel',
    method: 'GET',
    path: '/alert-channels/{channel_id}',
    summary: 'Get a channel. Its URL and key are not shown.',
    params: channelPath,
    status: 200,
    answer: alertChannelAnswerSchema,
    errors: ['NotFound'],
    versionOf: (channel) => channel,
    run: async ({ principal, params }, ports) =>
      toChannelAnswer(await getChannel(principal, params.channel_id, ports)),
  }),

  defineOperation({
    id: 'updateAlertChannel',
    method: 'PATCH',
    path: '/alert-channels/{channel_id}',
    summary: 'Change the name of a channel, or its URL with its key.',
    params: channelPath,
    body: updateAlertChannelSchema,
    status: 200,
    answer: savedAlertChannelAnswerSchema,
    errors: ['NotFound', 'Conflict'],
    versionOf: ({ signing_secret: _shownOnce, ...channel }) => channel,
    run: async ({ principal, actor, params, body, requireMatch }, ports) => {
      const before = await getChannel(principal, params.channel_id, ports);
      requireMatch(toChannelAnswer(before));
      const { url, signing_secret: key } = body;
      if (url === undefined && key !== undefined)
        throw invalidRequest([{ subject: 'body.signing_secret', problem: 'must come together with url' }]);
      const prepared =
        url === undefined ? undefined : prepareSecret(before.kind, { url, signing_secret: key }, ports);
      const channel: AlertChannel = {
        ...before,
        name: body.name ?? before.name,
        host: prepared?.host ?? before.host,
      };
      await replaceChannel(before, channel, prepared, ports);
      await recordAction(
        channel.clientId,
        { action: 'alert-channel-changed', message: `${describeChannel(channel)} was changed.`, by: actor },
        ports,
      );
      return { ...toChannelAnswer(channel), signing_secret: prepared?.made ?? null };
    },
  }),

  defineOperation({
    id: 'deleteAlertChannel',
    method: 'DELETE',
    path: '/alert-channels/{channel_id}',
    summary: 'Delete a channel that no route uses, with its secret.',
    params: channelPath,
    status: 200,
    answer: alertChannelAnswerSchema,
    errors: ['NotFound', 'Conflict'],
    run: async ({ principal, actor, params }, ports) => {
      const { store, channelSecrets } = ports;
      const channel = await getChannel(principal, params.channel_id, ports);
      const users = (await store.listRoutes()).filter(({ channelIds }) =>
        channelIds.includes(channel.channelId),
      );
      if (users.length > 0) {
        const numbers = users.map(({ routeId }) => routeId).join(', ');
        throw new MillraceError(
          'Conflict',
          `Alert channel ${channel.channelId} is used by the alert routes ${numbers}: delete them, or leave it out of them, first.`,
        );
      }
      await store.removeChannel(channel.channelId);
      await channelSecrets.delete(channel.secretArn);
      await recordAction(
        channel.clientId,
        { action: 'alert-channel-deleted', message: `${describeChannel(channel)} was deleted.`, by: actor },
        ports,
      );
      return toChannelAnswer(channel);
    },
  }),

  defineOperation({
    id: 'createAlertRoute',
    method: 'POST',
    path: '/alert-routes',
    summary: 'Send incidents of a client, or of all clients, to channels.',
    body: createAlertRouteSchema,
    status: 201,
    answer: alertRouteAnswerSchema,
    errors: ['NotFound', 'QuotaExceeded'],
    run: async ({ principal, actor, body }, ports) => {
      const owner = await ownerOf(principal, body.client_id, ports);
      await requireRoom(owner, { alertRules: 1 }, ports);
      await requireChannels(principal, owner, body.channel_ids, ports);
      requireSomeoneTold(body.channel_ids, body.alert_topic);
      if (!body.alert_topic) requireAllClients(principal);
      const route: AlertRoute = {
        routeId: await ports.store.nextRouteId(),
        ...(owner === undefined ? {} : { clientId: owner }),
        minSeverity: body.min_severity,
        ...(body.conditions === null ? {} : { conditions: body.conditions }),
        channelIds: body.channel_ids,
        ...(body.alert_topic ? {} : { alertTopic: false }),
        isDefault: body.is_default,
        createdAt: ports.clock.now().toISOString(),
        createdBy: actor,
      };
      await ports.store.addRoute(route);
      await recordAction(
        route.clientId,
        { action: 'alert-route-added', message: `${describeRoute(route)} was added.`, by: actor },
        ports,
      );
      return toRouteAnswer(route);
    },
  }),

  defineOperation({
    id: 'listAlertRoutes',
    method: 'GET',
    path: '/alert-routes',
    summary: 'List the routes of alerts that the token may see.',
    query: listAlertRoutesQuerySchema,
    status: 200,
    answer: alertRouteListSchema,
    run: async ({ principal, query }, { store }) => {
      const keyOf = ({ routeId }: AlertRoute): string => numberKey(routeId);
      const { items, nextCursor } = await readPage(query, {
        read: wholeList(() => store.listRoutes(), keyOf),
        keyOf,
        keep: ({ clientId, channelIds }) =>
          mayAct(principal, clientId) &&
          (query.channel_id === undefined || channelIds.some((id) => id === query.channel_id)),
      });
      return { routes: items.map(toRouteAnswer), next_cursor: nextCursor };
    },
  }),

  defineOperation({
    id: 'getAlertRoute',
    method: 'GET',
    path: '/alert-routes/{route_id}',
    summary: 'Get a route of alerts.',
    params: routePathSchema,
    status: 200,
    answer: alertRouteAnswerSchema,
    errors: ['NotFound'],
    versionOf: (route) => route,
    run: async ({ principal, params }, ports) =>
      toRouteAnswer(await getRoute(principal, params.route_id, ports)),
  }),

  defineOperation({
    id: 'updateAlertRoute',
    method: 'PATCH',
    path: '/alert-routes/{route_id}',
    summary: 'Change what a route takes, and where it sends it.',
    params: routePathSchema,
    body: updateAlertRouteSchema,
    status: 200,
    answer: alertRouteAnswerSchema,
    errors: ['NotFound', 'Conflict'],
    versionOf: (route) => route,
    run: async ({ principal, actor, params, body, requireMatch }, ports) => {
      const stored = await getRoute(principal, params.route_id, ports);
      requireMatch(toRouteAnswer(stored));
      const { conditions: former, alertTopic: wasTold = true, ...before } = stored;
      const channelIds = body.channel_ids ?? before.channelIds;
      await requireChannels(principal, before.clientId, channelIds, ports);
      const alertTopic = body.alert_topic ?? wasTold;
      requireSomeoneTold(channelIds, alertTopic);
      if (!alertTopic) requireAllClients(principal);
      const conditions = body.conditions === undefined ? former : (body.conditions ?? undefined);
      const route: AlertRoute = {
        ...before,
        minSeverity: body.min_severity ?? before.minSeverity,
        isDefault: body.is_default ?? before.isDefault,
        channelIds,
        ...(alertTopic ? {} : { alertTopic }),
        ...(conditions === undefined ? {} : { conditions }),
      };
      if (!(await ports.store.replaceRoute(stored, route)))
        throw changedMeanwhile(`Alert route ${route.routeId}`);
      await recordAction(
        route.clientId,
        { action: 'alert-route-changed', message: `${describeRoute(route)} was changed.`, by: actor },
        ports,
      );
      return toRouteAnswer(route);
    },
  }),

  defineOperation({
    id: 'deleteAlertRoute',
    method: 'DELETE',
    path: '/alert-routes/{route_id}',
    summary: 'Delete a route of alerts. Its channels stay.',
    params: routePathSchema,
    status: 200,
    answer: alertRouteAnswerSchema,
    errors: ['NotFound'],
    run: async ({ principal, actor, params }, ports) => {
      const route = await getRoute(principal, params.route_id, ports);
      await ports.store.removeRoute(route.routeId);
      await recordAction(
        route.clientId,
        { action: 'alert-route-deleted', message: `${describeRoute(route)} was deleted.`, by: actor },
        ports,
      );
      return toRouteAnswer(route);
    },
  }),

  defineOperation({
    id: 'createAlertMute',
    method: 'POST',
    path: '/alert-mutes',
    summary:
      'Tell nobody of incidents until a time, for maintenance. They are opened and listed as ever, and what still lasts then is told.',
    body: createAlertMuteSchema,
    status: 201,
    answer: alertMuteAnswerSchema,
    errors: ['NotFound', 'QuotaExceeded'],
    run: async ({ principal, actor, body }, ports) => {
      const { store, clock } = ports;
      const owner = await ownerOf(principal, body.client_id, ports);
      await requireRoom(owner, { alertRules: 1 }, ports);
      const { replication_id: replicationId, condition, until, reason } = body;
      requireNear(until, clock.now());
      if (replicationId !== null) {
        if (owner === undefined)
          throw invalidRequest([
            { subject: 'body.client_id', problem: 'must name the client of the replication' },
          ]);
        await store.getReplication(owner, replicationId);
      }
      const mute: AlertMute = {
        muteId: await store.nextMuteId(),
        ...(owner === undefined ? {} : { clientId: owner }),
        ...(replicationId === null ? {} : { replicationId }),
        ...(condition === null ? {} : { condition }),
        until,
        reason,
        createdAt: clock.now().toISOString(),
        createdBy: actor,
      };
      await store.putMute(mute);
      await recordAction(
        mute.clientId,
        { action: 'alerts-muted', message: `Alerts are muted until ${until}.`, by: actor, reason },
        ports,
      );
      return toMuteAnswer(mute);
    },
  }),

  defineOperation({
    id: 'listAlertMutes',
    method: 'GET',
    path: '/alert-mutes',
    summary: 'List the mutes that the token may see: for all clients they are shown to every token.',
    query: listAlertMutesQuerySchema,
    status: 200,
    answer: alertMuteListSchema,
    run: async ({ principal, query: { state, replication_id: ofOne, ...page } }, { store, clock }) => {
      const nowMs = clock.now().getTime();
      const keyOf = ({ muteId }: AlertMute): string => numberKey(muteId);
      const { items, nextCursor } = await readPage(page, {
        read: wholeList(() => store.listMutes(), keyOf),
        keyOf,
        keep: ({ clientId, until, replicationId }) =>
          (ofOne === undefined || replicationId === ofOne) &&
          // Who is not told anything should be able to see why.
          (clientId === undefined || mayAct(principal, clientId)) &&
          (state === 'all' || Date.parse(until) > nowMs),
      });
      return { mutes: items.map(toMuteAnswer), next_cursor: nextCursor };
    },
  }),

  defineOperation({
    id: 'deleteAlertMute',
    method: 'DELETE',
    path: '/alert-mutes/{mute_id}',
    summary: 'End a mute. What still lasts is told within a minute.',
    params: mutePath,
    status: 200,
    answer: alertMuteAnswerSchema,
    errors: ['NotFound'],
    run: async ({ principal, actor, params }, ports) => {
      const { store } = ports;
      const id = params.mute_id;
      const mute = requireOwn(principal, await store.findMute(id), `alert mute ${id}`);
      await store.removeMute(mute.muteId);
      await recordAction(
        mute.clientId,
        { action: 'alerts-unmuted', message: `The mute until ${mute.until} was ended.`, by: actor },
        ports,
      );
      return toMuteAnswer(mute);
    },
  }),
];

const describeChannel = ({ channelId, name, host }: AlertChannel): string =>
  `Alert channel ${channelId} (${name}, ${host})`;

const describeRoute = ({ routeId, channelIds, minSeverity }: AlertRoute): string =>
  `Alert route ${routeId} (${minSeverity} and above, to channels ${channelIds.join(', ')})`;

const requireNear = (until: string, now: Date): void => {
  const aheadMs = Date.parse(until) - now.getTime();
  if (aheadMs > 0 && aheadMs <= longestMuteMs) return;
  throw invalidRequest([
    { subject: 'body.until', problem: 'must be in the future, and at most 30 days from now' },
  ]);
};
