import { expect, test } from '@jest/globals';
import { applyActionOf, type ErrorCode, errorPolicies } from '#core/errors/error-policies.ts';

const codesWith = (action: ReturnType<typeof applyActionOf>): readonly string[] =>
  Object.keys(errorPolicies)
    .filter((code) => applyActionOf(code as ErrorCode) === action)
    .toSorted();

test('only what one row is to blame for can be a dead letter', () => {
  expect(codesWith('dead-letter')).toEqual(['ConstraintViolated', 'ValueRejected']);
});

test.each([
  ['DatabaseUnreachable', 'retry'],
  ['DatabaseConflict', 'retry'],
  ['KafkaUnavailable', 'retry'],
  ['DatabaseFull', 'retry'],
  ['PermissionDenied', 'stop'],
  ['OwnershipLost', 'stop'],
  ['Internal', 'stop'],
  ['TableNotFound', 'hold-table'],
  ['SchemaMismatch', 'hold-table'],
  ['TargetChanged', 'hold-table'],
  ['UndecodableEvent', 'hold-table'],
  ['EventsExpired', 'hold-table'],
  ['SystemicFault', 'hold-table'],
  ['DeadLetterLimit', 'hold-table'],
] as const)('%s: %s', (code, action) => {
  expect(applyActionOf(code)).toBe(action);
});
