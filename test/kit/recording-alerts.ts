import type { Alert, AlertSink } from '#core/ports/services.ts';

/** Alerts as they were published. */
export const createRecordingAlerts = (): AlertSink & { readonly published: readonly Alert[] } => {
  const published: Alert[] = [];
  return { published, publish: async (alert) => void published.push(alert) };
};
