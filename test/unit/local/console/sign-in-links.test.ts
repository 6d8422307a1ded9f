import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createSignInCode, linkMinutes, takeSignInCode } from '../../../../local/console/sign-in-links.ts';

const now = new Date('2026-01-01T12:00:00.000Z');
let run: string;
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), 'millrace-links-'));
});
afterEach(() => rmSync(run, { recursive: true, force: true }));

test('a code is good once', () => {
  const code = createSignInCode({ run }, now);
  expect([takeSignInCode({ run }, code, now), takeSignInCode({ run }, code, now)]).toEqual([true, false]);
});

test('a code ends after its time', () => {
  const code = createSignInCode({ run }, now);
  expect(takeSignInCode({ run }, code, new Date(now.getTime() + linkMinutes * 60_000))).toBe(false);
});

test.each(['', 'x', '../sign-in', 'a/b'])('the code %j was never made', (code) => {
  createSignInCode({ run }, now);
  expect(takeSignInCode({ run }, code, now)).toBe(false);
});

test('the code itself is not on the disk', () => {
  const code = createSignInCode({ run }, now);
  expect(readdirSync(join(run, 'sign-in')).join()).not.toContain(code);
});
