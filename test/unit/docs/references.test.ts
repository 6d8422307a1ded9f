import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';

const root = path.resolve(import.meta.dirname, '..', '..', '..');

/** What is built, downloaded or installed, and what belongs to git. */
const notOurs = new Set(['node_modules', '.git', '.millrace', 'cdk.out', 'dist', 'coverage']);

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(folder, entry.name);
    if (notOurs.has(entry.name)) return [];
    return entry.isDirectory() ? filesBelow(name) : [name];
  });

const files = filesBelow('.');

/** Every path that a text may name: that of a file or a folder, whole or from one of its folders on. */
const knownPaths: ReadonlySet<string> = new Set(
  files.flatMap((file) => {
    const parts = file.split('/');
    return parts.flatMap((_part, end) => {
      const whole = parts.slice(0, end + 1);
      return whole.map((_name, start) => whole.slice(start).join('/'));
    });
  }),
);

const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')));

/** Folders of the project by which a path in a text is told from other words with a slash. */
const folders =
  'core|adapters|lambdas|consumer-container|connect-container|infra|local|demo|bench|test|docs|state-machines';
const pathPattern = new RegExp(
  String.raw`(?<![\w./#@-])((?:${folders})/[\w./$-]*\w|[\w-]+(?:/[\w-]+)*\.(?:ts|md|asl\.json))(?![\w/*<{])`,
  'g',
);
const scriptPattern = /npm run (?:--silent )?([\w:-]+)/g;

const commentLines = (text: string): readonly (readonly [number, string])[] =>
  text.split('\n').flatMap((line, index): (readonly [number, string])[] => {
    const comment = /^\s*(?:\/\*\*?|\*|\/\/)(.*)$/.exec(line)?.[1] ?? / \/\/ (.*)$/.exec(line)?.[1];
    return comment === undefined ? [] : [[index + 1, comment]];
  });

const allLines = (text: string): readonly (readonly [number, string])[] =>
  text.split('\n').map((line, index) => [index + 1, line]);

const isComment = (line: string): boolean => /^\s*(?:\/\*\*?|\*|\/\/)/.test(line);

/** Every word of the code itself, comments left out. */
const codeWords: ReadonlySet<string> = new Set(
  files
    .filter((file) => /\.(?:ts|mjs|java|py|json|xml|properties)$/.test(file))
    .flatMap((file) => readFileSync(path.join(root, file), 'utf8').split('\n'))
    .filter((line) => !isComment(line))
    .flatMap((line) => line.match(/[A-Za-z_$][\w$]*/g) ?? []),
);

/** Names of other programs that look like identifiers of the project, with the program that has them. */
const namesOfOthers: ReadonlyMap<string, string> = new Map([
  ['NodejsFunction', 'aws-cdk-lib'],
  ['ST_GeomFromEWKB', 'PostGIS'],
  ['sanitizedTopicName', 'Debezium'],
]);

/** In backticks, and with a capital inside: what is all lower case may be a word of SQL or of a shell. */
const identifierPattern = /`([A-Za-z_$][\w$]*(?:\.[\w$]+)*)(?:\(\))?`/g;
const isMissingIdentifier = (name: string): boolean => {
  const last = name.split('.').at(-1) ?? name;
  return /[a-z][A-Z]/.test(last) && !codeWords.has(last) && !namesOfOthers.has(last);
};

const brokenReferences = (file: string): readonly string[] => {
  const text = readFileSync(path.join(root, file), 'utf8');
  const lines = file.endsWith('.md') ? allLines(text) : commentLines(text);
  return lines.flatMap(([number, line]) => [
    ...Array.from(line.matchAll(pathPattern), ([, name = '']) => name)
      .filter((name) => !knownPaths.has(name.replace(/\/$/, '')))
      .map((name) => `${file}:${number} names ${name}, which is not there`),
    ...Array.from(line.matchAll(identifierPattern), ([, name = '']) => name)
      .filter(isMissingIdentifier)
      .map((name) => `${file}:${number} names \`${name}\`, which the code does not have`),
    ...Array.from(line.matchAll(scriptPattern), ([, name = '']) => name)
      .filter((name) => !Object.hasOwn(scripts, name))
      .map((name) => `${file}:${number} names the script ${name}, which package.json does not have`),
  ]);
};

describe('references', () => {
  test('every file, identifier and script that a comment names is there', () => {
    const sources = files.filter((file) => file.endsWith('.ts'));
    expect(sources.length).toBeGreaterThan(500);
    expect(sources.flatMap(brokenReferences)).toEqual([]);
  });

  test('every file, identifier and script that a page names is there', () => {
    const pages = files.filter((file) => file.endsWith('.md'));
    expect(pages.length).toBeGreaterThan(30);
    expect(pages.flatMap(brokenReferences)).toEqual([]);
  });

  test('every link between pages leads to a file', () => {
    const broken = files
      .filter((file) => file.endsWith('.md'))
      .flatMap((file) =>
        Array.from(
          readFileSync(path.join(root, file), 'utf8').matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g),
          ([, link = '']) => path.posix.join(path.posix.dirname(file), link),
        )
          .filter((link) => !knownPaths.has(link))
          .map((link) => `${file} links ${link}`),
      );
    expect(broken).toEqual([]);
  });
});
