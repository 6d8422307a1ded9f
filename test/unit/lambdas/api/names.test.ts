import { expect, test } from '@jest/globals';
import { createWorld, registration } from './api-world.ts';

test.each([['Société Générale & Söhne'], ['東京'], ['Ünïted 🛫'], ["O'Brien (UK)"]])(
  'a client may be called %s',
  async (name) => {
    const { request } = createWorld();
    expect((await request('admin', 'POST', '/clients', { name })).body).toMatchObject({ name });
  },
);

test.each([
  ['a NUL', 'a\u0000b'],
  ['a tab', 'a\tb'],
  ['a line break', 'a\nb'],
  ['DEL', 'a\u007fb'],
  ['a C1 control', 'a\u0085b'],
  ['a soft hyphen', 'a\u00adb'],
  ['a zero-width space', 'a\u200bb'],
  ['a change of direction', 'a\u202eb'],
  ['a line separator', 'a\u2028b'],
  ['an invisible operator', 'a\u2062b'],
  ["Hangul's filler", '\u3164'],
  ['an empty Braille pattern', '\u2800'],
  ['a byte order mark inside', 'a\ufeffb'],
  ['a tag', 'a\u{e0041}b'],
  ['a private character', 'a\u{f0000}b'],
  ['no character', 'a\uffffb'],
  ['the first half of a pair', 'a\ud83d'],
  ['the second half of a pair', '\udeebb'],
  ['blanks only', ' \u00a0\u3000 '],
])('a name with %s is refused', async (_what, name) => {
  const { request } = createWorld();
  const answer = await request('admin', 'POST', '/clients', { name });
  expect([answer.status, answer.body.problems]).toEqual([
    400,
    expect.arrayContaining([expect.objectContaining({ subject: 'body.name' })]),
  ]);
});

test.each(['username', 'password', 'database'])('half of a pair in %s is refused', async (field) => {
  const { request, secrets } = createWorld();
  await request('admin', 'POST', '/clients', { name: 'Acme' });
  const answer = await request(1, 'POST', '/databases', registration({ [field]: 'x\ud83d' }));
  expect([answer.status, answer.body.problems]).toEqual([
    400,
    [expect.objectContaining({ subject: `body.${field}` })],
  ]);
  expect(secrets.size).toBe(0);
});
