import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { listJavaParts } from '../../../local/downloads.ts';
import { stateFolder } from '../../../local/state-folder.ts';

/** Stands in for Java: as Maven, it writes when it began and ended. */
const fakeJava = (events: string): string => `#!/usr/bin/env bash
if [ "$1" = -version ]; then echo 'openjdk version "21.0.1" 2023-10-17' >&2; exit 0; fi
echo begins >> ${events}
sleep 0.5
echo ends >> ${events}
`;

test('one Maven runs at a time in one cache', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-maven-'));
  const events = join(folder, 'events');
  const java = join(folder, 'bin', 'java');
  const { JAVA_HOME } = process.env;
  mkdirSync(join(folder, 'bin'));
  writeFileSync(java, fakeJava(events));
  chmodSync(java, 0o755);
  process.env.JAVA_HOME = folder;
  try {
    const options = { folder: { ...stateFolder(folder), cache: join(folder, 'cache') } };
    await Promise.all(['one', 'two'].map((name) => listJavaParts(join(folder, name), [], options)));
    expect(readFileSync(events, 'utf8').trim().split('\n')).toEqual(['begins', 'ends', 'begins', 'ends']);
  } finally {
    if (JAVA_HOME === undefined) delete process.env.JAVA_HOME;
    else process.env.JAVA_HOME = JAVA_HOME;
    rmSync(folder, { recursive: true, force: true });
  }
});
