import { describe, expect, test } from '@jest/globals';
import { replicationStatusSchema } from '#core/contracts/replication.ts';
import { isPossible, type LifecycleAction, requirePossible } from '#core/lifecycle/transitions.ts';

const actions: readonly LifecycleAction[] = ['start', 'stop', 'change-tables', 'delete'];

describe('what a user can ask for', () => {
  test.each(replicationStatusSchema.options)('%s always has a way out', (status) => {
    expect(actions.filter((action) => isPossible(status, action))).toContain('delete');
  });

  test('a replication that is being deleted can only be deleted', () => {
    expect(actions.filter((action) => isPossible('deleting', action))).toEqual(['delete']);
    expect(() => requirePossible({ replicationId: 7, status: 'deleting' }, 'start')).toThrow(
      expect.objectContaining({
        code: 'Conflict',
        message:
          'Replication 7 is in status deleting. It cannot be started. Possible now: DELETE /replications/7.',
      }),
    );
  });

  test('tables are not changed while a start is under way', () => {
    expect(isPossible('starting', 'change-tables')).toBe(false);
  });
});
