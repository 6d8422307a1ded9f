import type { Activity } from '#core/contracts/activity.ts';
import type { Replication } from '#core/contracts/replication.ts';
import type { BeginByItselfPorts } from '#core/lifecycle/begin-by-itself.ts';
import type { Alert, AlertSink } from '#core/ports/services.ts';
import type { HealAttempt } from '#core/ports/state-store.ts';
import { createManualClock } from '../../../kit/manual-clock.ts';
import { createRecordingLog } from '../../../kit/recording-log.ts';

/** What a start that nobody has asked for needs, for one replication, in memory. Tests set its fields. */
export const createOwnStartWorld = (first: Replication) => {
  const state = { current: first, isLeased: false };
  const attempts: HealAttempt[] = [];
  const runs: unknown[] = [];
  const alerts: Alert[] = [];
  const activities: Activity[] = [];
  const clock = createManualClock();
  const ports = {
    store: {
      getReplication: async () => state.current,
      updateReplication: async (_client: number, _id: number, change: Partial<Replication>) => {
        state.current = { ...state.current, ...change };
        return state.current;
      },
      addActivity: async (_of: unknown, activity: Activity) => void activities.push(activity),
      revokeLaunch: async () => undefined,
      getRevokedLaunch: async () => undefined,
      acquireLease: async () => !state.isLeased,
      releaseLease: async () => {},
      listHealAttempts: async (_id: number, since: Date) =>
        attempts.filter(({ at }) => Date.parse(at) >= since.getTime()),
      addHealAttempt: async (_id: number, attempt: HealAttempt) => void attempts.push(attempt),
    },
    executions: {
      startExecution: async (_machine: string, _name: string, input: string) => {
        runs.push(JSON.parse(input));
        return 'arn:execution';
      },
      stopExecution: async () => {},
    },
    tasks: { stopTask: async () => {}, describeTask: async () => undefined },
    alerts: { publish: async (alert: Alert) => void alerts.push(alert) },
    clock,
    log: createRecordingLog(),
  } as unknown as BeginByItselfPorts & { readonly alerts: AlertSink };
  return { state, attempts, runs, alerts, activities, clock, ports };
};
