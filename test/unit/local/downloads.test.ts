import { expect, test } from '@jest/globals';
import { parseJavaVersion } from '../../../local/downloads.ts';

test.each([
  ['openjdk version "17.0.15" 2025-04-15', 17],
  ['openjdk version "25" 2025-09-16', 25],
  ['java version "1.8.0_412"', 8],
  ['openjdk version "25-ea" 2025-09-16', 25],
  ['The operation couldn’t be completed. Unable to locate a Java Runtime.', 0],
])('reads the major version of %s', (output, major) => {
  expect(parseJavaVersion(output)).toBe(major);
});
