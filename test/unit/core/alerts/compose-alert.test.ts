import { expect, test } from '@jest/globals';
import { startFailedAlert, stateAlert, subjectMaxLength } from '#core/alerts/compose-alert.ts';

const replication = { replicationId: 7, clientId: 1, connectorName: 'acme_shop_connector' };

test('an alert names the replication and its state, and says why and what to do', () => {
  expect(stateAlert(replication, 'needs-resync', { reason: 'The slot is lost.', advice: 'Resync.' })).toEqual(
    {
      subject: 'Millrace: acme_shop_connector is in state needs-resync',
      message: 'The slot is lost.\n\nWhat to do: Resync.',
      ...replication,
      condition: 'needs-resync',
      severity: 'critical',
    },
  );
});

test('a failed start also says what it left behind', () => {
  const { subject, message } = startFailedAlert(replication, {
    reason: 'Copy failed.',
    advice: 'Start again.',
    whatStays: 'Copied chunks stay.',
  });
  expect(subject).toBe('Millrace: start of acme_shop_connector failed');
  expect(message.split('\n\n')).toEqual(['Copy failed.', 'What to do: Start again.', 'Copied chunks stay.']);
});

test('a long name does not make the subject longer than SNS takes', () => {
  const long = { ...replication, connectorName: 'c'.repeat(200) };
  expect(stateAlert(long, 'error', { reason: 'r', advice: 'a' }).subject).toHaveLength(subjectMaxLength);
});
