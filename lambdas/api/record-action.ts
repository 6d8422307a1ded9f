import { type Activity, installationActivity } from '#core/contracts/activity.ts';
import type { ClientId } from '#core/contracts/identifiers.ts';
import type { ApiPorts } from './ports.ts';

/** What a user did, besides when. */
export type UserAction = Omit<Activity, 'at' | 'actor' | 'by'> & { readonly by: string };

/** Tells the activity of a client; without one, that of the installation. */
export const recordAction = (
  clientId: ClientId | undefined,
  action: UserAction,
  { store, clock }: Pick<ApiPorts, 'store' | 'clock'>,
): Promise<void> =>
  store.addActivity(
    { clientId: clientId ?? installationActivity },
    { at: clock.now().toISOString(), actor: 'user', ...action },
  );
