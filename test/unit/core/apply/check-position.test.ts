import { expect, test } from '@jest/globals';
import { checkPosition } from '#core/apply/check-position.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';

const offsets = { topic: 't', partition: 0, firstOffset: 10n, endOffset: 20n, topicId: 'a' };
const position = { topic: 't', partition: 0, nextOffset: 15n, topicId: 'a' };

test.each([10n, 15n, 20n])('offset %d between the first and the end can be continued', (nextOffset) => {
  expect(() => checkPosition({ ...position, nextOffset }, offsets)).not.toThrow();
});

test('a broker that tells no identifier is believed', () => {
  const { topicId: _topicId, ...without } = offsets;
  expect(() => checkPosition(position, without)).not.toThrow();
});

test.each([
  ['the topic is gone', position, undefined, 'does not exist'],
  ['the topic is another one', position, { ...offsets, topicId: 'b' }, 'created again'],
  ['the topic has shrunk', { ...position, nextOffset: 21n }, offsets, 'ends at 20'],
  ['retention was faster', { ...position, nextOffset: 9n }, offsets, 'begins at 10'],
])('it needs a resync when %s', (_name, from, found, message) => {
  let error: unknown;
  try {
    checkPosition(from, found);
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(MillraceError);
  expect(error).toMatchObject({ code: 'NeedsResync', message: expect.stringContaining(message) });
});
