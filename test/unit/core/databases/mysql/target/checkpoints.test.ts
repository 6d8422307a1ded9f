import { expect, test } from '@jest/globals';
import {
  addMissingCheckpoints,
  advanceCheckpoint,
  setCheckpoints,
} from '#core/databases/mysql/target/checkpoints.ts';
import { ownsTable } from '#core/databases/mysql/target/ownership.ts';
import { sampleOwner } from '../../../../../kit/target-owner.ts';

const owner = sampleOwner({ replicationId: 7 });
const start = { topic: 'client_1.t', partition: 0, nextOffset: 12n };

test('topics and offsets are quoted, an absent identifier is NULL', () => {
  const values = "VALUES (7, 'client_1.t', 0, NULL, 12, 3)";
  expect(addMissingCheckpoints(owner, '3', [start])).toContain(values);
  expect(setCheckpoints(owner, '3', [start])).toContain(values);
  expect(setCheckpoints(owner, '3', [{ ...start, topic: "it's", topicId: 'abc' }])).toContain(
    "'it''s', 0, 'abc'",
  );
});

test('a checkpoint moves only for its epoch and from its offset', () => {
  const { text, values } = advanceCheckpoint(
    owner,
    {
      topic: 't',
      partition: 0,
      epoch: 3,
      expectedOffset: 10n,
      nextOffset: 12n,
      sourcePosition: 99,
      counts: { inserts: 1, updates: 2, deletes: 3, truncates: 4, duplicatesSkipped: 5 },
    },
    [ownsTable(owner, 'shop', 'orders')],
  );
  expect(values).toEqual([
    '12',
    '99',
    '99',
    null,
    null,
    '1',
    '2',
    '3',
    '4',
    '5',
    '7',
    't',
    '0',
    '3',
    '10',
    'orders',
    owner.installationId,
    '1',
    '7',
  ]);
  expect(text.match(/\?/g)).toHaveLength(values?.length ?? 0);
  expect(text).toMatch(/WHERE .* epoch = .* AND next_offset = /);
});
