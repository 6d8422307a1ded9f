import { expect, test } from '@jest/globals';
import { requireProgram } from '../../../bench/peer-program.ts';

test('tells the version of a program in one line', async () => {
  const node = { command: process.execPath, peerOf: 'a test', installLine: 'Install it.' };
  expect(await requireProgram(node)).toBe(process.version);
});

test('names the line that installs what is missing', async () => {
  const missing = {
    command: 'millrace-has-no-such-program',
    peerOf: 'the copy from MariaDB',
    installLine: 'Debian, Ubuntu: sudo apt-get install -y it.',
  };
  await expect(requireProgram(missing)).rejects.toMatchObject({
    code: 'PrerequisiteMissing',
    message:
      'millrace-has-no-such-program, the peer of the copy from MariaDB, is not installed. ' +
      'Debian, Ubuntu: sudo apt-get install -y it.',
  });
});
