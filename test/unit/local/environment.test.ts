import { afterEach, expect, test } from '@jest/globals';
import { partEnvironment } from '../../../local/environment.ts';

const before = { ...process.env };
afterEach(() => {
  process.env = { ...before };
});

test("shows the stack's processes nothing of the user's own AWS account", () => {
  process.env.AWS_PROFILE = 'production';
  process.env.AWS_SESSION_TOKEN = 'secret';
  process.env.KEPT = 'kept';
  const environment = partEnvironment('/state', 'http://127.0.0.1:1');
  expect(environment).toMatchObject({
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_CONFIG_FILE: '/dev/null',
    MILLRACE_LOCAL_STACK: '/state',
    KEPT: 'kept',
  });
  expect(Object.keys(environment)).not.toEqual(expect.arrayContaining(['AWS_PROFILE']));
  expect(Object.keys(environment)).not.toEqual(expect.arrayContaining(['AWS_SESSION_TOKEN']));
});
