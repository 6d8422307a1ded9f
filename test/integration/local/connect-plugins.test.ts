import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { testJavaParts } from '../../../local/downloads.ts';

test('our own Java of connect-container passes its tests', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-java-'));
  try {
    await testJavaParts(folder);
    expect(readFileSync(join(folder, 'tests.log'), 'utf8')).toMatch(
      /Tests run: [1-9]\d*, Failures: 0, Errors: 0/,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 600_000);
