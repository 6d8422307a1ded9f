import { expect, test } from '@jest/globals';
import { toLogReading } from '#core/databases/oracle/source/log-reading.ts';

test('a database that is behind what was captured of it is missing that', () => {
  const offset = { scn: '110', commit_scn: '111:1:x', snapshot_scn: '50' };
  expect(toLogReading(110n, offset)).not.toHaveProperty('missing');
  expect(toLogReading(109n, offset).missing).toMatch(/up to SCN 110, but the source is at 109/);
  expect(toLogReading(1n, undefined)).not.toHaveProperty('missing');
});
