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

/**
 * The channels that an incident goes to. A default route counts where no other one fits. A client's channel never gets an
 * incident of another client, whatever a route says.
 */
export const channelsFor = (
  { condition, severity }: Pick<Incident, 'condition' | 'severity'>,
  clientId: ClientId,
  { channels, routes }: Pick<AlertRules, 'channels' | 'routes'>,
): readonly AlertChannel[] => {
  const fitting = routes.filter(
    (route) =>
      (route.clientId === undefined || route.clientId === clientId) &&
      isAtLeast(severity, route.minSeverity) &&
      (route.conditions === undefined || route.conditions.includes(condition)),
  );
  const named = fitting.filter(({ isDefault }) => !isDefault);
  const chosen = new Set<AlertChannelId>(
    (named.length > 0 ? named : fitting).flatMap(({ channelIds }) => channelIds),
  );
  return channels.filter(
    (channel) =>
      chosen.has(channel.channelId) && (channel.clientId === undefined || channel.clientId === clientId),
  );
};
