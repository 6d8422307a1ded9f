import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { longProjects, rehearsalProjects, usualProjects } from '../../run.ts';

const root = path.resolve(import.meta.dirname, '..', '..', '..');

const { projects } = z
  .object({
    projects: z.array(
      z.object({
        displayName: z.string(),
        testMatch: z.array(z.string()),
        testPathIgnorePatterns: z.array(z.string()).default([]),
      }),
    ),
  })
  .parse((await import(path.join(root, 'jest.config.mjs'))).default);

const inRoot = (pattern: string): string => pattern.replace('<rootDir>', root);

/** The projects that run a file, read from the patterns of jest.config.mjs in the way of jest. */
const projectsOf = (file: string): readonly string[] =>
  projects
    .filter(
      ({ testMatch, testPathIgnorePatterns }) =>
        testMatch.some((pattern) => path.matchesGlob(file, inRoot(pattern))) &&
        !testPathIgnorePatterns.some((pattern) => new RegExp(inRoot(pattern)).test(file)),
    )
    .map(({ displayName }) => displayName);

/** What holds no tests of ours: packages, git's folder, and the folders that jest leaves out. */
const foreignFolders = ['node_modules', '.git', '.millrace', 'cdk.out', 'dist'];

test('every file of tests runs in one stage, and in one only', () => {
  const files = globSync('**/*.test.{ts,tsx}', {
    cwd: root,
    exclude: (name) => foreignFolders.includes(path.basename(name)),
  });
  expect(files).toContain('test/unit/test/stages.test.ts');
  const misplaced = files
    .map((file) => ({ file, projects: projectsOf(path.join(root, file)) }))
    .filter((one) => one.projects.length !== 1);
  expect(misplaced).toEqual([]);
});

test('a new suite is part of npm test, in whichever folder of test/integration it stands', () => {
  expect(projectsOf(path.join(root, 'test/integration/new-folder/new.test.ts'))).toEqual(['integration']);
});

test('npm test, the longer commands and the rehearsals run every project, none twice', () => {
  const run = [...usualProjects, ...longProjects, ...rehearsalProjects];
  expect([...run].sort()).toEqual(projects.map(({ displayName }) => displayName).sort());
});

test.each(rehearsalProjects)('the rehearsal of %s has a command', (project) => {
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  expect(scripts[`test:${project}`]).toBe(`node test/run-${project}.ts`);
});

test('CI runs npm test and every longer project once', () => {
  const stages = readFileSync(path.join(root, '.ci', 'run'), 'utf8')
    .split('\n')
    .filter((line) => /^stage \S+ npm (test$|run .*test:\S+:counted$)/.test(line));
  expect(stages.sort()).toEqual(
    [
      'stage usual npm test',
      ...longProjects.map((project) => `stage ${project} npm run --silent test:${project}:counted`),
    ].sort(),
  );
});

// A name that is misspelled there would start its suite late, and nobody would know.
test('the suites that start first are there', async () => {
  const file = path.join(root, 'test', 'kit', 'longest-first.mjs');
  const named = [...readFileSync(file, 'utf8').matchAll(/'(\S+\.test\.ts)'/g)].map(([, name]) => name ?? '');
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((name) => !existsSync(path.join(root, 'test', name)))).toEqual([]);
});

test('the longest suites are started first, then the largest', async () => {
  const { default: LongestFirst } = await import(path.join(root, 'test', 'kit', 'longest-first.mjs'));
  const tests = [
    'unit/test/mysql-server.test.ts',
    'unit/test/run.test.ts',
    'faults/idle-tables.test.ts',
    'faults/capture-kill.test.ts',
  ].map((name) => ({ path: path.join(root, 'test', name) }));
  const sorted = new LongestFirst().sort(tests);
  expect(sorted.map((one: { path: string }) => path.basename(one.path))).toEqual([
    'capture-kill.test.ts',
    'idle-tables.test.ts',
    'run.test.ts',
    'mysql-server.test.ts',
  ]);
});
