import type { Clock, Log } from '../ports/clock-and-log.ts';
import type { AlertSink } from '../ports/services.ts';
import type { AlertStore } from '../ports/state-store.ts';
import { findMute } from './match-rules.ts';

export interface UnlessMutedPorts {
  readonly store: Pick<AlertStore, 'listMutes'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * An inbox that gets nothing that is muted. The incident of it is opened as ever, and tells people when the mute has ended and it
 * is still so. When the mutes cannot be read, people are told.
 */
export const unlessMuted = (alerts: AlertSink, { store, clock, log }: UnlessMutedPorts): AlertSink => ({
  publish: async (alert) => {
    const { clientId, replicationId, condition } = alert;
    if (clientId !== undefined && replicationId !== undefined) {
      try {
        const mute = findMute(await store.listMutes(), { clientId, replicationId, condition }, clock.now());
        if (mute !== undefined) {
          log.info(`Nobody is told of "${alert.subject}": mute ${mute.muteId} lasts until ${mute.until}`);
          return;
        }
      } catch (error) {
        log.warn('Could not read the mutes; people are told', { error });
      }
    }
    await alerts.publish(alert);
  },
});
