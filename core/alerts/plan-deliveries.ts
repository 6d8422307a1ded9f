import { createHash } from 'node:crypto';
import {
  type AlertChannel,
  type AlertDelivery,
  type AlertEvent,
  alertTopicName,
} from '../contracts/alerting.ts';
import { type Incident, type IncidentCondition, noticeConditionSchema } from '../contracts/incident.ts';
import { composeMessage, type IncidentGroup, type OwnedIncident } from './compose-message.ts';
import { maxAttempts } from './delivery-pauses.ts';
import { type AlertRules, channelsFor, findMute, goesToTopic } from './match-rules.ts';

/** The code that finds these tells the alert topic at once, see compose-alert.ts; the incident does not tell it again. */
const toldAtOnce: ReadonlySet<IncidentCondition> = new Set([
  'replication-failed',
  'needs-resync',
  'deletion-blocked',
  'table-held',
]);

export interface IncidentsOfCheck {
  /** Every incident that is open after the check, of all replications. */
  readonly open: readonly OwnedIncident[];
  /** Those that the check has closed. */
  readonly closed: readonly OwnedIncident[];
}

export interface DeliveryPlan {
  readonly deliveries: readonly AlertDelivery[];
  /** Incidents that nobody has to be told of any more at their level. */
  readonly told: ReadonlySet<string>;
  /** Incidents of which people are told when no mute fits any more. */
  readonly muted: ReadonlySet<string>;
}

/** The alert topic gets every alert that no route keeps from it; channels get what their routes send them. */
type Destination = AlertChannel | 'topic';

/**
 * Who is to be told of what after a check. What has one cause is one alert for each destination, which lists the replications
 * that this destination may know of. What is muted stays untold, and is told when the mute has ended and it is still so. Pure.
 */
export const planDeliveries = (
  { open, closed }: IncidentsOfCheck,
  rules: AlertRules,
  now: Date,
): DeliveryPlan => {
  const isMuted = ({ incident, replication }: OwnedIncident): boolean =>
    findMute(rules.mutes, { ...replication, condition: incident.condition }, now) !== undefined;
  const untold = open.filter(({ incident }) => incident.toldAt === undefined);
  const muted = untold.filter(isMuted);
  const fresh = untold.filter((owned) => !isMuted(owned));
  const ended = closed.filter((owned) => wasHeardOf(owned) && !isMuted(owned));
  const known = open.filter(({ incident }) => incident.toldAt !== undefined);
  const plans = destinationsOf([...fresh, ...ended], rules).flatMap((destination) => {
    const reaches = (owned: OwnedIncident): boolean => isReached(destination, owned, rules);
    const heard = new Set(known.filter(reaches).map(causeOf));
    const lasting = new Set([...known, ...fresh].filter(reaches).map(causeOf));
    const news = fresh.filter(
      (owned) =>
        reaches(owned) &&
        (isWorse(owned.incident) || !heard.has(causeOf(owned))) &&
        !(destination === 'topic' && wasToldAtOnce(owned.incident)),
    );
    const over = ended.filter((owned) => reaches(owned) && !lasting.has(causeOf(owned)));
    return [
      ...groups(news).map((group) => toDelivery(destination, eventOf(group[0].incident), group, now)),
      ...groups(over).map((group) =>
        toDelivery(destination, isNotice(group[0].incident) ? 'done' : 'closed', group, now),
      ),
    ];
  });
  return { deliveries: plans, told: idsOf(fresh), muted: idsOf(muted) };
};

const idsOf = (owned: readonly OwnedIncident[]): ReadonlySet<string> =>
  new Set(owned.map(({ incident }) => incident.incidentId));

const isNotice = ({ condition }: Incident): boolean => noticeConditionSchema.safeParse(condition).success;

/** Nobody has to be told that something is over of which nobody was told. */
const wasHeardOf = ({ incident }: OwnedIncident): boolean =>
  incident.toldAt !== undefined || isNotice(incident);

/** An at-once alert was muted, too. */
const wasToldAtOnce = ({ condition, wasMuted }: Incident): boolean =>
  toldAtOnce.has(condition) && wasMuted !== true;

const isWorse = ({ level, openedAt, updatedAt, wasMuted }: Incident): boolean =>
  level !== undefined && openedAt !== updatedAt && wasMuted !== true;

const eventOf = (incident: Incident): AlertEvent & ('opened' | 'worse') =>
  isWorse(incident) ? 'worse' : 'opened';

/** What incidents have in common with others: one alert is enough for all of them. */
const causeOf = ({ incident: { incidentId, sharedCause } }: OwnedIncident): string =>
  sharedCause ?? incidentId;

const groups = (owned: readonly OwnedIncident[]): readonly IncidentGroup[] =>
  [...Map.groupBy(owned, causeOf).values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [[first, ...others] satisfies IncidentGroup],
  );

const destinationsOf = (owned: readonly OwnedIncident[], rules: AlertRules): readonly Destination[] => {
  if (owned.length === 0) return [];
  const reached = new Map(
    owned
      .flatMap(({ incident, replication }) => channelsFor(incident, replication.clientId, rules))
      .map((channel) => [channel.channelId, channel]),
  );
  return ['topic', ...reached.values()];
};

const isReached = (
  destination: Destination,
  { incident, replication }: OwnedIncident,
  rules: AlertRules,
): boolean =>
  destination === 'topic'
    ? goesToTopic(incident, replication.clientId, rules)
    : channelsFor(incident, replication.clientId, rules).some(
        ({ channelId }) => channelId === destination.channelId,
      );

const toDelivery = (
  destination: Destination,
  event: Exclude<AlertEvent, 'test'>,
  group: IncidentGroup,
  now: Date,
): AlertDelivery => {
  const [first] = group;
  const at = now.toISOString();
  const what = [event, causeOf(first), first.incident.incidentId, first.incident.level ?? 0];
  return {
    deliveryId: deliveryIdOf(destination === 'topic' ? 'topic' : destination.channelId, what),
    ...(destination === 'topic'
      ? { channelName: alertTopicName }
      : {
          channelId: destination.channelId,
          channelName: destination.name,
          ...(destination.clientId !== undefined && { clientId: destination.clientId }),
        }),
    message: composeMessage(event, group),
    state: 'waiting',
    maxAttempts,
    begunAttempts: 0,
    attempts: [],
    createdAt: at,
    dueAt: at,
  };
};

/** The same alert to the same destination has the same id, so that a check that is repeated tells nobody twice. */
const deliveryIdOf = (destination: string | number, what: readonly (string | number)[]): string =>
  `msg_${createHash('sha256')
    .update(JSON.stringify([destination, ...what]))
    .digest('hex')
    .slice(0, 32)}`;
