import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { guidePictures } from '../../browser/guide-pictures.ts';

const taken = Object.keys(guidePictures).map((name) => `console-${name}.png`);

test('the guide of the console shows what the browser suite takes pictures of, and nothing older', () => {
  const shown = [
    ...readFileSync('docs/guide/console.md', 'utf8').matchAll(/\]\(images\/(console-[\w-]+\.png)\)/g),
  ].map(([, file]) => file);
  expect(shown.toSorted()).toEqual(taken.toSorted());
  const kept = readdirSync('docs/guide/images').filter((file) => file.startsWith('console-'));
  expect(kept.toSorted()).toEqual(taken.toSorted());
});

test('the pictures that the README shows are there', () => {
  const images = [...readFileSync('README.md', 'utf8').matchAll(/\]\(([\w/-]+\.png)\)/g)].map(
    ([, path]) => path,
  );
  expect(images.length).toBeGreaterThan(0);
  for (const path of images) expect(existsSync(path ?? '')).toBe(true);
});
