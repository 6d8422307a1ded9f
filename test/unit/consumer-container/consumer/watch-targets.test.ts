import { expect, test } from '@jest/globals';
import type { KnownShape, TableDescription } from '#core/contracts/table-description.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { Clock } from '#core/ports/clock-and-log.ts';
import { createManualClock } from '#test/kit/manual-clock.ts';
import { sampleReplication } from '#test/kit/memory-store.ts';
import { createRecordingLog } from '#test/kit/recording-log.ts';
import { BeginAgain } from '../../../../consumer-container/consumer/change-inbox.ts';
import { Troubles } from '../../../../consumer-container/consumer/troubles.ts';
import { type TargetLook, watchTargets } from '../../../../consumer-container/consumer/watch-targets.ts';
import { labels } from './fakes.ts';

const mapping = {
  source: { schema: 'public', table: 'orders' },
  target: { schema: 'public', table: 'shop_orders' },
};
const described = (amount: string): TableDescription => ({
  ref: mapping.target,
  columns: [
    {
      ...{ name: 'amount', type: amount, baseType: 'numeric', isArray: false, typeKind: 'base' },
      ...{ notNull: false, isGenerated: false },
    },
  ],
  ...{ primaryKey: ['id'], isKeyDeferrable: false, replicaIdentity: 'default', relationKind: 'table' },
  ...{ estimatedRows: -1, bytes: 0, uniqueIndexes: [] },
});
const before = described('numeric(10,2)');
const wider = described('numeric(20,4)');
const lost = new MillraceError('TargetChanged', 'column amount is numeric(10,0)');
const unfit = new MillraceError('SchemaMismatch', 'column own is NOT NULL');

/** Looks one after the other; the last one ends the watch. */
const watched = async (
  looks: readonly (TargetLook | (() => TargetLook))[],
  known: Partial<KnownShape> = {},
  again: TableDescription = wider,
  isRecorded = true,
) => {
  const calls: string[] = [];
  const stop = new AbortController();
  const manual = createManualClock();
  let sleeps = 0;
  const clock: Clock = {
    now: () => manual.now(),
    sleep: async () => {
      sleeps += 1;
      if (sleeps > looks.length) stop.abort();
    },
  };
  const log = createRecordingLog();
  let shape: KnownShape = { copied: before, seen: before, target: before, ...known };
  const held = new Set<string>();
  const world = {
    calls,
    log,
    troubles: new Troubles(clock, labels, () => undefined),
    replace: (next: KnownShape) => {
      shape = next;
    },
  };
  const left = [...looks];
  const end = watchTargets(
    {
      replication: sampleReplication(),
      tables: [mapping],
      databases: {
        lookAtTargets: async (asked) => {
          calls.push(`look at ${asked.length}`);
          const next = left.shift();
          const found = typeof next === 'function' ? next() : next;
          return found === undefined ? [] : [found];
        },
        describeTarget: async () => ({ table: { name: 'as it is now' } as never, target: again }),
      },
      shapeOf: () => shape,
      shapes: {
        of: () => shape,
        remember: async (next) => {
          shape = next;
          calls.push(`remember ${next.targetLost ?? next.target?.columns[0]?.type}`);
        },
        replaceTable: () => void calls.push('replace'),
      },
      held: {
        has: () => held.size > 0,
        hold: async (_source, error) => {
          held.add('orders');
          calls.push(`hold: ${error.code}`);
          return isRecorded;
        },
      },
      store: { addActivity: async (_scope, { action }) => void calls.push(action) },
      troubles: world.troubles,
      clock,
      log,
    },
    stop.signal,
  );
  return { ...world, end, shape: () => shape };
};

test('a table whose target lost something is held for good: it is not even looked at again', async () => {
  const { calls, end } = await watched([{ target: before, harm: lost }, { target: before }]);
  await end;
  expect(calls).toEqual(['look at 1', 'hold: TargetChanged', `remember ${lost.message}`]);
});

test('one that is copied again meanwhile is not marked', async () => {
  const { calls, end } = await watched([{ target: undefined, harm: lost }], {}, wider, false);
  await end;
  expect(calls).toEqual(['look at 1', 'hold: TargetChanged']);
});

test('one that lost nothing goes on when it suits again', async () => {
  const { calls, end } = await watched([
    { target: before, harm: unfit },
    { target: before, harm: unfit },
    { target: before },
  ]);
  await expect(end).rejects.toBeInstanceOf(BeginAgain);
  expect(calls.filter((call) => call.startsWith('hold'))).toEqual([
    'hold: SchemaMismatch',
    'hold: SchemaMismatch',
  ]);
});

test('a wider column is accepted, recorded, and applied as it is now', async () => {
  const { calls, end, log } = await watched([{ target: before }, { target: wider }, { target: wider }]);
  await end;
  expect(calls.filter((call) => !call.startsWith('look'))).toEqual([
    'replace',
    'remember numeric(20,4)',
    'target-change-accepted',
  ]);
  expect(log.lines.join()).toContain('column amount was numeric(10,2) and is numeric(20,4)');
});

test('what has changed once more is not accepted unseen', async () => {
  const { calls, end } = await watched([{ target: wider }], {}, described('numeric(10,0)'));
  await end;
  expect(calls).toEqual(['look at 1']);
});

test('a target that follows a change of its source is left alone', async () => {
  const { calls, end } = await watched([{ target: wider }], { following: wider });
  await end;
  expect(calls).toEqual(['look at 1']);
});

test('a catalog that cannot be read is a trouble until it can, and what no time cures ends the consumer', async () => {
  const away = (): never => {
    throw new MillraceError('DatabaseUnreachable', 'away');
  };
  const { troubles, log, end } = await watched([away, { target: before }]);
  await end;
  expect(log.lines.join('\n')).toMatch(/Could not read the target's catalog[\s\S]*can be read again/);
  expect(troubles.size).toBe(0);
  const broken = await watched([
    () => {
      throw new MillraceError('PermissionDenied', 'no');
    },
  ]);
  await expect(broken.end).rejects.toMatchObject({ code: 'PermissionDenied' });
});
