import { expect, test } from '@jest/globals';
import { chooseArchive } from '../../mysql-server.ts';

test('MySQL comes from the archive that apt takes Debian from', () => {
  const targets = [
    'Debian bookworm-security http://one.example/debian-security/',
    'Debian bookworm-updates http://two.example/debian/',
    'Debian bookworm http://three.example/debian/',
  ];
  expect(chooseArchive(targets.join('\n'))).toBe('http://three.example/debian/');
});

test('an archive of another system is not taken for one of Debian', () => {
  expect(chooseArchive('Ubuntu noble http://one.example/ubuntu/\n')).toBeUndefined();
  expect(chooseArchive('')).toBeUndefined();
});
