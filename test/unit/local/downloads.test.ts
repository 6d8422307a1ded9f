import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseJavaVersion } from '../../../local/downloads.ts';
import { projectRoot } from '../../../local/state-folder.ts';

test.each([
  ['openjdk version "17.0.15" 2025-04-15', 17],
  ['openjdk version "25" 2025-09-16', 25],
  ['java version "1.8.0_412"', 8],
  ['openjdk version "25-ea" 2025-09-16', 25],
  ['The operation couldn’t be completed. Unable to locate a Java Runtime.', 0],
])('reads the major version of %s', (output, major) => {
  expect(parseJavaVersion(output)).toBe(major);
});

test.each(['kafka', 'log4j'])('MirrorMaker runs with the version of %s that Connect has', (what) => {
  const versionIn = (...path: readonly string[]): string | undefined =>
    new RegExp(`<${what}.version>([^<]+)<`).exec(readFileSync(join(projectRoot, ...path), 'utf8'))?.[1];
  expect(versionIn('connect-container', 'pom.xml')).toMatch(/^\d/);
  expect(versionIn('local', 'mirror', 'pom.xml')).toBe(versionIn('connect-container', 'pom.xml'));
});
