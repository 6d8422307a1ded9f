import { expect, test } from '@jest/globals';
import { createKafkaUser } from '#adapters/kafka/kafka-user.ts';

test('a password that was refused is read again for the next connection', async () => {
  const asked: boolean[] = [];
  const user = createKafkaUser({
    readUser: async ({ fresh }) => {
      asked.push(fresh);
      return { username: 'millrace', password: fresh ? 'new' : 'old' };
    },
  });
  const login = async ({ password }: { readonly password: string }): Promise<void> => {
    if (password === 'old') throw new Error('refused');
  };
  await expect(user.authenticate(login)).rejects.toThrow('refused');
  await user.authenticate(login);
  await user.authenticate(async () => undefined);
  expect(asked).toEqual([false, true, false]);
});

test.each(['a"b', 'a\\b', 'a\nb', 'a$b'])(
  'a password that a connector cannot use is refused: %j',
  async (password) => {
    const user = createKafkaUser({ readUser: async () => ({ username: 'millrace', password }) });
    await expect(user.authenticate(async () => undefined)).rejects.toMatchObject({
      code: 'KafkaUnavailable',
      message: expect.not.stringContaining(password),
    });
  },
);
