import type { Clock, Log } from '../ports/clock-and-log.ts';
import type { Alert, AlertSink } from '../ports/services.ts';
import type { AlertStore } from '../ports/state-store.ts';
import { findMute, goesToTopic } from './match-rules.ts';

export interface UnlessKeptBackPorts {
  readonly store: Pick<AlertStore, 'listMutes' | 'listRoutes' | 'listChannels'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The alert topic without what is muted, and without what a route keeps from it. The incident of such an alert is opened as ever; it tells
 * the channels of its routes, and people when a mute has ended and it is still so. When the rules cannot be read, people are told.
 */
export const unlessKeptBack = (topic: AlertSink, ports: UnlessKeptBackPorts): AlertSink => ({
  publish: async (alert) => {
    const reason = await findReason(alert, ports).catch((error: unknown) => {
      ports.log.warn('Could not read the mutes and routes of alerts; people are told', { error });
      return undefined;
    });
    if (reason === undefined) await topic.publish(alert);
    else ports.log.info(`The alert topic is not told of "${alert.subject}": ${reason}`);
  },
});

const findReason = async (
  { clientId, replicationId, condition, severity }: Alert,
  { store, clock }: UnlessKeptBackPorts,
): Promise<string | undefined> => {
  if (clientId === undefined || replicationId === undefined) return undefined;
  const mute = findMute(await store.listMutes(), { clientId, replicationId, condition }, clock.now());
  if (mute !== undefined) return `mute ${mute.muteId} lasts until ${mute.until}`;
  if (condition === undefined || severity === undefined) return undefined;
  const rules = { channels: await store.listChannels(), routes: await store.listRoutes() };
  return goesToTopic({ condition, severity }, clientId, rules) ? undefined : 'a route keeps it from there';
};
