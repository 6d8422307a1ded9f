import { expect, test } from '@jest/globals';
import { stateAlert } from '#core/alerts/compose-alert.ts';
import { unlessMuted } from '#core/alerts/unless-muted.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { Alert } from '#core/ports/services.ts';
import { sampleMute } from '#test/kit/alert-samples.ts';
import { createManualClock } from '#test/kit/manual-clock.ts';
import { createRecordingLog } from '#test/kit/recording-log.ts';

const alert = stateAlert(
  { replicationId: 7, clientId: 1, connectorName: 'acme_shop_connector' },
  'needs-resync',
  { reason: 'r', advice: 'a' },
);

const publish = async (listMutes: () => Promise<readonly ReturnType<typeof sampleMute>[]>) => {
  const published: Alert[] = [];
  const ports = { store: { listMutes }, clock: createManualClock(), log: createRecordingLog() };
  await unlessMuted({ publish: async (it) => void published.push(it) }, ports).publish(alert);
  return published.length;
};

test('what is muted is not published, and everything else is', async () => {
  expect(await publish(async () => [sampleMute({ condition: 'needs-resync' })])).toBe(0);
  expect(await publish(async () => [sampleMute({ condition: 'table-held' })])).toBe(1);
});

test('people are told when the mutes cannot be read', async () => {
  expect(await publish(() => Promise.reject(new MillraceError('StoreUnavailable', 'no')))).toBe(1);
});
