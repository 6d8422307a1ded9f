import type { AlertChannel, AlertChannelId, AlertMute, AlertRoute } from '../contracts/alerting.ts';
import type { ClientId } from '../contracts/identifiers.ts';
import { type Incident, isAtLeast } from '../contracts/incident.ts';

/** What people have set about who is told of what. */
export interface AlertRules {
  readonly channels: readonly AlertChannel[];
  readonly routes: readonly AlertRoute[];
  readonly mutes: readonly AlertMute[];
}

/** What a mute is compared with. Without a condition it is something that no mute of one condition fits. */
export interface MutableAlert {
  readonly clientId: ClientId;
  readonly replicationId: number;
  readonly condition?: string | undefined;
}

/** The mute that keeps an alert from people now; of several the one that lasts longest. */
export const findMute = (
  mutes: readonly AlertMute[],
  { clientId, replicationId, condition }: MutableAlert,
  now: Date,
): AlertMute | undefined =>
  mutes
    .filter(
      (mute) =>
        Date.parse(mute.until) > now.getTime() &&
        (mute.clientId === undefined || mute.clientId === clientId) &&
        (mute.replicationId === undefined || mute.replicationId === replicationId) &&
        (mute.condition === undefined || mute.condition === condition),
    )
    .toSorted((a, b) => b.until.localeCompare(a.until))[0];

type Classified = Pick<Incident, 'condition' | 'severity'>;
type ChannelRules = Pick<AlertRules, 'channels' | 'routes'>;

/** A default route counts where no other one fits. */
const routesFor = (
  { condition, severity }: Classified,
  clientId: ClientId,
  { routes }: ChannelRules,
): readonly AlertRoute[] => {
  const fitting = routes.filter(
    (route) =>
      (route.clientId === undefined || route.clientId === clientId) &&
      isAtLeast(severity, route.minSeverity) &&
      (route.conditions === undefined || route.conditions.includes(condition)),
  );
  const named = fitting.filter(({ isDefault }) => !isDefault);
  return named.length > 0 ? named : fitting;
};

/** A client's channel never gets an incident of another client, whatever a route says. */
const channelsOf = (
  chosen: readonly AlertRoute[],
  clientId: ClientId,
  { channels }: ChannelRules,
): readonly AlertChannel[] => {
  const ids = new Set<AlertChannelId>(chosen.flatMap(({ channelIds }) => channelIds));
  return channels.filter(
    (channel) =>
      ids.has(channel.channelId) && (channel.clientId === undefined || channel.clientId === clientId),
  );
};

/** The channels that an incident goes to. */
export const channelsFor = (
  incident: Classified,
  clientId: ClientId,
  rules: ChannelRules,
): readonly AlertChannel[] => channelsOf(routesFor(incident, clientId, rules), clientId, rules);

/**
 * Whether the alert topic gets an incident: always, unless one of its routes keeps it from there. A route that would send it to channels
 * of which none can have it keeps it from nowhere, or nobody would be told.
 */
export const goesToTopic = (incident: Classified, clientId: ClientId, rules: ChannelRules): boolean =>
  !routesFor(incident, clientId, rules).some(
    (route) =>
      route.alertTopic === false &&
      (route.channelIds.length === 0 || channelsOf([route], clientId, rules).length > 0),
  );
