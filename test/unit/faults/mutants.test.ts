import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { mutants } from '../../faults/random/mutants.ts';
import { editOnce } from '../../faults/random/self-test.ts';
import { hasTitle } from '../../faults/scenarios/titles.ts';

const root = path.resolve(import.meta.dirname, '..', '..', '..');

describe('the safeguards that the self-test of the fault harness switches off', () => {
  test.each(mutants.map((mutant) => [mutant.name, mutant] as const))(
    '%s is there in the words that are replaced',
    (_name, { edits }) => {
      for (const { file, find, replace } of edits) {
        const text = readFileSync(path.join(root, file), 'utf8');
        expect(editOnce(text, find, replace)).toContain(replace);
      }
    },
  );

  test.each(mutants.flatMap(({ name, check }) => ('file' in check ? [[name, check] as const] : [])))(
    '%s has to fail a test that is there',
    (_name, { file, title }) => {
      expect(readFileSync(path.join(root, 'jest.config.mjs'), 'utf8')).toContain(`'${file}',`);
      expect(hasTitle(readFileSync(path.join(root, 'test', file), 'utf8'), title)).toBe(true);
    },
  );

  test('a text that is there twice, or not at all, is refused', () => {
    expect(() => editOnce('a a', 'a', 'b')).toThrow('"a" is there 2 times.');
    expect(() => editOnce('c', 'a', 'b')).toThrow('"a" is there 0 times.');
  });
});
