import { createHash, type Hash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Folders of the project that the app is not made from. Every other one is a source of it, so a new folder is one until it
 * is named here. A test holds that no source imports from these.
 */
export const notSources: ReadonlySet<string> = new Set([
  // What is installed, built or kept, and git's own.
  ...['node_modules', '.git', '.millrace', 'cdk.out', 'dist', 'coverage'],
  // What the deployed app has no part in.
  ...['docs', 'test', 'demo', 'bench', 'local', 'monitoring', '.ci'],
]);

/**
 * A hash of everything that the synthesized app depends on: every source, the installed packages by npm's own list of them,
 * CDK's settings, this version of Node, and `settings`. What was edited by hand inside node_modules is not noticed.
 */
export const hashSources = (root: string, settings: readonly string[]): string => {
  const hash = createHash('sha256');
  for (const entry of readdirSync(root, { withFileTypes: true }).sort(byName))
    if (!notSources.has(entry.name)) addEntry(hash, root, entry.name, entry.isDirectory());
  for (const file of [join(root, 'node_modules', '.package-lock.json'), join(homedir(), '.cdk.json')])
    add(hash, file, existsSync(file) ? readFileSync(file) : 'none');
  for (const [name, value] of Object.entries(process.env).sort())
    if (name.startsWith('CDK_')) add(hash, name, value ?? '');
  for (const text of [process.version, ...settings]) add(hash, 'setting', text);
  return hash.digest('hex').slice(0, 20);
};

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : 1;

const addEntry = (hash: Hash, root: string, path: string, isFolder: boolean): void => {
  const absolute = join(root, path);
  if (isFolder) {
    for (const entry of readdirSync(absolute, { withFileTypes: true }).sort(byName))
      addEntry(hash, root, join(path, entry.name), entry.isDirectory());
    return;
  }
  const target = statSync(absolute, { throwIfNoEntry: false });
  // A link to a folder is as good as its target's name, and a link to nothing, too.
  add(hash, path, target?.isFile() === true ? readFileSync(absolute) : linkTarget(absolute));
};

const linkTarget = (path: string): string => {
  try {
    return readlinkSync(path);
  } catch {
    return 'not a file'; // A socket or a pipe: nothing that is compiled.
  }
};

/** Lengths go before what they are of, so that no two lists of files give the same bytes. */
const add = (hash: Hash, name: string, content: string | Buffer): void => {
  hash.update(`${Buffer.byteLength(name)} ${Buffer.byteLength(content)} ${name}`).update(content);
};

/** Assemblies that are kept at least: a few checkouts and branches share a cache. */
const keptAssemblies = 5;
/** One that nobody has used for so long is removed, when there are more. */
const unusedMs = 24 * 60 * 60 * 1_000;

export interface AssemblyOptions {
  /** Where assemblies are kept. */
  readonly cache: string;
  /** The hash of the sources as they are now. */
  readonly hash: () => string;
  /** Synthesizes the app into a folder that is not there yet. */
  readonly synthesize: (folder: string) => Promise<void>;
  /** Where to synthesize. */
  readonly draft: string;
}

/**
 * The folder of the synthesized app: one that was made from the very same sources, or a new one. It may be used by several
 * processes, which only read it and add packed assets to it.
 */
export const findAssembly = async ({
  cache,
  hash,
  synthesize,
  draft,
}: AssemblyOptions): Promise<{ readonly folder: string; readonly isNew: boolean }> => {
  const key = hash();
  const folder = join(cache, `assembly-${key}`);
  // It gets its name when it is complete.
  if (existsSync(folder)) {
    const now = new Date();
    utimesSync(folder, now, now);
    return { folder, isNew: false };
  }
  rmSync(draft, { recursive: true, force: true });
  await synthesize(draft);
  // A source that changed meanwhile may be in it or not.
  if (hash() !== key) return { folder: draft, isNew: true };
  mkdirSync(cache, { recursive: true });
  try {
    renameSync(draft, folder);
  } catch {
    // Another process has made it in the meantime, or the cache lies on another disk.
    return { folder: existsSync(folder) ? folder : draft, isNew: true };
  }
  removeUnused(cache);
  return { folder, isNew: true };
};

const removeUnused = (cache: string): void => {
  const assemblies = readdirSync(cache)
    .filter((name) => name.startsWith('assembly-'))
    .map((name) => ({ path: join(cache, name), usedAtMs: statSync(join(cache, name)).mtimeMs }))
    .toSorted((a, b) => b.usedAtMs - a.usedAtMs);
  for (const { path, usedAtMs } of assemblies.slice(keptAssemblies))
    if (usedAtMs < Date.now() - unusedMs) rmSync(path, { recursive: true, force: true });
};
