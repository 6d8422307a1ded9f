import { describe, expect, test } from '@jest/globals';
import { type ReplicationStatus, replicationStatusSchema } from '#core/contracts/replication.ts';
import {
  isPossible,
  lifecycleActions,
  lifecycleEvents,
  nextStatus,
  requirePossible,
} from '#core/lifecycle/transitions.ts';

const steps = [...lifecycleActions, ...lifecycleEvents];

/** Every status and what each action and event makes of it; `-` is refused. Columns as in `steps`. */
const expected: Readonly<Record<ReplicationStatus, string>> = {
  // start resume restart pause stop change-tables delete | started ended failed lost-changes
  configured: 'starting - - - configured configured deleting - - - -',
  starting: 'starting starting starting - stopping - deleting active - error needs-resync',
  active: 'active active starting pausing stopping active deleting - - error needs-resync',
  pausing: 'starting starting - pausing stopping - deleting - paused error needs-resync',
  paused: 'starting starting - paused stopping - deleting - - error needs-resync',
  stopping: 'starting - - - stopping - deleting - stopped - -',
  stopped: 'starting - - - stopped stopped deleting - - - -',
  error: 'starting - starting - stopping error deleting - - - -',
  'needs-resync': 'starting - - - needs-resync needs-resync deleting - - - -',
  deleting: '- - - - - - deleting - - - -',
};

describe.each(replicationStatusSchema.options)('%s', (status) => {
  const wanted = expected[status].split(' ');

  test.each(steps.map((step, index) => [step, wanted[index]] as const))('%s leads to %s', (step, next) => {
    expect(nextStatus(status, step) ?? '-').toBe(next);
  });

  test.each(lifecycleActions)('%s is refused with what is possible instead, or allowed', (action) => {
    const next = nextStatus(status, action);
    const ask = () => requirePossible({ replicationId: 7, status }, action);
    if (next !== undefined) {
      expect(ask()).toBe(next);
      return;
    }
    const ways = lifecycleActions.filter((way) => isPossible(status, way)).length;
    expect(ask).toThrow(
      expect.objectContaining({
        code: 'Conflict',
        message: expect.stringMatching(
          new RegExp(
            `^Replication 7 is in status ${status}\\. .+\\. Possible now: (.+; ){${ways - 1}}[^;]+\\.$`,
          ),
        ),
      }),
    );
  });

  test('has a way out by the API', () => {
    expect(isPossible(status, 'delete')).toBe(true);
  });

  test('repeating an action is harmless: where it leads, it is allowed and stays there', () => {
    for (const action of lifecycleActions) {
      const next = nextStatus(status, action);
      if (next === undefined) continue;
      expect([action, nextStatus(next, action)]).toEqual([action, next]);
    }
  });
});

test('a replication that is being deleted can only be deleted', () => {
  expect(() => requirePossible({ replicationId: 7, status: 'deleting' }, 'start')).toThrow(
    'Replication 7 is in status deleting. It cannot be started. Possible now: DELETE /replications/7.',
  );
});
