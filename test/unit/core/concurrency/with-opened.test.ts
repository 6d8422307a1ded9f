import { expect, test } from '@jest/globals';
import { withOpened } from '#core/concurrency/with-opened.ts';

const resources = () => {
  const closed: string[] = [];
  const open = (name: string) => ({
    name,
    close: async () => {
      closed.push(name);
    },
  });
  return { closed, open };
};

test('everything is closed when the work is done', async () => {
  const { closed, open } = resources();
  const result = await withOpened(async (keep) => {
    const source = keep(open('source'));
    keep(open('target'));
    expect(closed).toEqual([]);
    return source.name;
  });
  expect(result).toBe('source');
  expect(closed).toEqual(['source', 'target']);
});

test('what was opened is closed when the next one cannot be opened', async () => {
  const { closed, open } = resources();
  const failing = withOpened(async (keep) => {
    keep(open('source'));
    throw new Error('no target');
  });
  await expect(failing).rejects.toThrow('no target');
  expect(closed).toEqual(['source']);
});
