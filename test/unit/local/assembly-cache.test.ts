import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { findAssembly, hashSources, notSources } from '../../../local/assembly-cache.ts';
import { projectRoot } from '../../../local/state-folder.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'millrace-assembly-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const write = (file: string, text: string): void => {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
};

describe('the hash of the sources', () => {
  const settings = ['-c', 'env=local'];
  const hash = () => hashSources(root, settings);
  beforeEach(() => {
    write('infra/bin/app.ts', 'a');
    write('core/x.ts', 'b');
    write('cdk.json', '{}');
    write('node_modules/.package-lock.json', '{"esbuild":1}');
    write('test/x.test.ts', 'c');
  });

  test.each<[string, () => void]>([
    ['a source is changed', () => write('core/x.ts', 'B')],
    ['a source is added, in a folder that is new', () => write('another/y.ts', '')],
    ['a source is removed', () => rmSync(path.join(root, 'core/x.ts'))],
    ['a source is renamed', () => renameSync(path.join(root, 'core/x.ts'), path.join(root, 'core/y.ts'))],
    [
      'two sources change places',
      () => {
        write('core/x.ts', 'a');
        write('infra/bin/app.ts', 'b');
      },
    ],
    ['a setting of CDK is changed', () => write('cdk.json', '{"context":{}}')],
    ['context is kept by CDK', () => write('cdk.context.json', '{}')],
    ['a package is installed', () => write('node_modules/.package-lock.json', '{"esbuild":2}')],
  ])('is another one when %s', (_what, change) => {
    const before = hash();
    expect(hash()).toBe(before);
    change();
    expect(hash()).not.toBe(before);
  });

  test('is another one for other settings', () => {
    expect(hashSources(root, ['-c', 'env=local', '-c', 'kafkaBrokers=127.0.0.1:2'])).not.toBe(hash());
    expect(hashSources(root, ['-c env=local'])).not.toBe(hash());
  });

  test.each([
    'test/x.test.ts',
    'docs/a.md',
    'dist/consumer/main.mjs',
    '.millrace/run/plan.json',
    'local/stack.ts',
  ])('is the same one when %s changes, which the app is not made from', (file) => {
    const before = hash();
    write(file, 'changed');
    expect(hash()).toBe(before);
  });
});

test('no source of the app imports from what is left out of the hash', () => {
  const sources = readdirSync(projectRoot, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !notSources.has(entry.name))
    .flatMap(({ name }) =>
      readdirSync(path.join(projectRoot, name), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => path.join(name, file)),
    );
  expect(sources).toContain('infra/bin/millrace.ts');
  const foreign = sources.flatMap((file) => {
    const text = readFileSync(path.join(projectRoot, file), 'utf8');
    return [...text.matchAll(/(?:from|import) ?\(?'(#\w+\/|\.{1,2}\/[^']*)/g)].flatMap(([, target = '']) => {
      const imported = target.startsWith('#')
        ? target.slice(1)
        : path.normalize(path.join(path.dirname(file), target));
      const [folder = ''] = imported.split('/');
      return notSources.has(folder) ? [`${file} imports ${target}`] : [];
    });
  });
  expect(foreign).toEqual([]);
});

describe('an assembly', () => {
  const cache = () => path.join(root, 'cache');
  const draft = () => path.join(root, 'run', 'cdk.out');
  let made: number;
  beforeEach(() => {
    made = 0;
  });
  const find = (hash: () => string) =>
    findAssembly({
      cache: cache(),
      draft: draft(),
      hash,
      synthesize: async (folder) => {
        made += 1;
        mkdirSync(folder, { recursive: true });
        writeFileSync(path.join(folder, 'manifest.json'), `${made}`);
      },
    });
  const content = (folder: string) => readFileSync(path.join(folder, 'manifest.json'), 'utf8');

  test('is made once for the same sources, and again for others', async () => {
    const first = await find(() => 'one');
    expect(first).toEqual({ folder: path.join(cache(), 'assembly-one'), isNew: true });
    expect(await find(() => 'one')).toEqual({ ...first, isNew: false });
    const other = await find(() => 'two');
    expect([content(first.folder), content(other.folder), made]).toEqual(['1', '2', 2]);
  });

  test('of which a source changed while it was made is used, and not kept', async () => {
    let asked = 0;
    const found = await find(() => {
      asked += 1;
      return `hash ${asked}`;
    });
    expect(found).toEqual({ folder: draft(), isNew: true });
    expect(existsSync(cache())).toBe(false);
  });

  test('that could not be made is not kept', async () => {
    const failing = findAssembly({
      cache: cache(),
      draft: draft(),
      hash: () => 'one',
      synthesize: async (folder) => {
        mkdirSync(folder, { recursive: true });
        throw new Error('cdk failed');
      },
    });
    await expect(failing).rejects.toThrow('cdk failed');
    expect(existsSync(path.join(cache(), 'assembly-one'))).toBe(false);
    expect(content((await find(() => 'one')).folder)).toBe('1');
  });

  test('that was not used for a day is removed when there are five newer ones', async () => {
    const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1_000);
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      const { folder } = await find(() => name);
      if (name < 'c') utimesSync(folder, yesterday, yesterday);
    }
    // It is used again.
    await find(() => 'a');
    await find(() => 'f');
    expect(readdirSync(cache()).sort()).toEqual(['a', 'c', 'd', 'e', 'f'].map((name) => `assembly-${name}`));
  });
});
