import { expect, test } from '@jest/globals';
import {
  addMissingCheckpoints,
  advanceCheckpoint,
  setCheckpoints,
} from '#core/databases/mysql/target/checkpoints.ts';

const start = { topic: 'client_1.t', partition: 0, nextOffset: 12n };

test('topics and offsets are quoted, an absent identifier is NULL', () => {
  const values = "VALUES (7, 'client_1.t', 0, NULL, 12, 3)";
  expect(addMissingCheckpoints(7, '3', [start])).toContain(values);
  expect(setCheckpoints(7, '3', [start])).toContain(values);
  expect(setCheckpoints(7, '3', [{ ...start, topic: "it's", topicId: 'abc' }])).toContain(
    "'it''s', 0, 'abc'",
  );
});

test('a checkpoint moves only for its epoch and from its offset', () => {
  const { text, values } = advanceCheckpoint(7, {
    topic: 't',
    partition: 0,
    epoch: 3,
    expectedOffset: 10n,
    nextOffset: 12n,
    sourcePosition: 99,
    counts: { inserts: 1, updates: 2, deletes: 3, truncates: 4, duplicatesSkipped: 5 },
  });
  expect(values).toEqual(['12', '99', '99', null, null, '1', '2', '3', '4', '5', '7', 't', '0', '3', '10']);
  expect(text.match(/\?/g)).toHaveLength(values?.length ?? 0);
  expect(text).toMatch(/WHERE .* epoch = .* AND next_offset = /);
});
