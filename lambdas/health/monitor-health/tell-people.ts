import type { OwnedIncident } from '#core/alerts/compose-message.ts';
import type { FollowedIncidents } from '#core/alerts/follow-incidents.ts';
import { type DeliveryPlan, planDeliveries } from '#core/alerts/plan-deliveries.ts';
import { forEachBounded } from '#core/concurrency/for-each-bounded.ts';
import type { AlertDelivery } from '#core/contracts/alerting.ts';
import type { Incident } from '#core/contracts/incident.ts';
import type { Replication } from '#core/contracts/replication.ts';
import { countOf } from '#core/naming/count-of.ts';
import type { AlertQueue } from '#core/ports/alerting.ts';
import type { Clock, Log } from '#core/ports/clock-and-log.ts';
import type { AlertStore, IncidentStore } from '#core/ports/state-store.ts';

export interface TellPeoplePorts {
  readonly store: Pick<IncidentStore, 'putIncidents'> &
    Pick<AlertStore, 'listChannels' | 'listRoutes' | 'listMutes' | 'addDelivery' | 'listWaitingDeliveries'>;
  readonly queue: AlertQueue;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a check has found out about the incidents of a replication. */
export interface CheckedIncidents extends FollowedIncidents {
  readonly replication: Replication;
  /** Of what is stored of its incidents. */
  readonly version: number;
}

/** A delivery that is so much overdue has lost its message: the queue, or a Lambda that died, has it no more. */
const overdueAfterMs = 90_000;

const parallelWrites = 10;

/**
 * Puts on its way what people have to be told after a check, then writes that they were told. In this order: a check that dies in
 * between is repeated by the next one, and the same alert is not sent twice. What nobody could be told stays untold, for the next check.
 * So does what another check has written to meanwhile.
 */
export const tellPeople = async (
  checked: readonly CheckedIncidents[],
  ports: TellPeoplePorts,
): Promise<void> => {
  const { log } = ports;
  try {
    await tell(checked, ports);
  } catch (error) {
    log.error('Could not put alerts on their way; the next check tries again', { error });
  }
  try {
    await requeueOverdue(ports);
  } catch (error) {
    log.error('Could not look for alerts that are overdue; the next check tries again', { error });
  }
};

const tell = async (checked: readonly CheckedIncidents[], ports: TellPeoplePorts): Promise<void> => {
  const { store, clock } = ports;
  const changed = checked.filter(
    ({ open, closed }) => closed.length > 0 || open.some(({ toldAt }) => toldAt === undefined),
  );
  if (changed.length === 0) return;
  const [channels, routes, mutes] = await Promise.all([
    store.listChannels(),
    store.listRoutes(),
    store.listMutes(),
  ]);
  const now = clock.now();
  const owned = (which: 'open' | 'closed'): readonly OwnedIncident[] =>
    checked.flatMap(({ replication, [which]: incidents }) =>
      incidents.map((incident) => ({ incident, replication })),
    );
  const plan = planDeliveries(
    { open: owned('open'), closed: owned('closed') },
    { channels, routes, mutes },
    now,
  );
  await forEachBounded(plan.deliveries, parallelWrites, async (delivery) => {
    if (await store.addDelivery(delivery)) await enqueue(delivery, ports);
  });
  await forEachBounded(changed, parallelWrites, ({ replication, open, closed, version }) =>
    store.putIncidents(replication, {
      open: open.map((incident) => markTold(incident, plan, now)),
      ...{ closed, version },
    }),
  );
};

const markTold = (incident: Incident, { told, muted }: DeliveryPlan, now: Date): Incident => {
  if (told.has(incident.incidentId)) {
    const { wasMuted: _wasMuted, ...rest } = incident;
    return { ...rest, toldAt: now.toISOString() };
  }
  return muted.has(incident.incidentId) ? { ...incident, wasMuted: true } : incident;
};

/** One that the queue does not take is overdue soon. */
const enqueue = async (
  { deliveryId, begunAttempts }: AlertDelivery,
  { queue, log }: TellPeoplePorts,
): Promise<void> => {
  try {
    await queue.send({ deliveryId, attempt: begunAttempts + 1 });
  } catch (error) {
    log.warn('The queue of alerts did not take one; a later check tries again', { error, deliveryId });
  }
};

const requeueOverdue = async (ports: TellPeoplePorts): Promise<void> => {
  const { store, clock, log } = ports;
  const nowMs = clock.now().getTime();
  const overdue = (await store.listWaitingDeliveries()).filter(
    ({ dueAt }) => nowMs - Date.parse(dueAt) > overdueAfterMs,
  );
  if (overdue.length === 0) return;
  log.warn(
    `${countOf(overdue.length, 'alert')} should have been delivered by now and are put on their way again`,
  );
  await forEachBounded(overdue, parallelWrites, (delivery) => enqueue(delivery, ports));
};
