import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildSync } from 'esbuild';
import { fromRoot, projectRoot } from './project-root.ts';

/** Bundled CommonJS libraries (pg, kafkajs) call `require`, which an ES module does not have. */
const requireBanner =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/**
 * Writes the bundle of consumer-container/main.ts with every library inside, and its source map, into `folder`. What is written depends on the sources
 * alone, wherever the folder is: an image of the same sources has the same hash.
 */
export const bundleConsumer = (folder: string): void => {
  const { outputFiles } = buildSync({
    entryPoints: [fromRoot('consumer-container', 'main.ts')],
    outfile: fromRoot('dist', 'consumer', 'main.mjs'),
    absWorkingDir: projectRoot,
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    sourcemap: true,
    // Optional native driver of pg, which is not installed.
    external: ['pg-native'],
    banner: { js: requireBanner },
    logLevel: 'warning',
  });
  mkdirSync(folder, { recursive: true });
  for (const { path, contents } of outputFiles) writeFileSync(join(folder, basename(path)), contents);
};

// `npm run build:consumer`, for the local stack; a deployment bundles by itself.
if (import.meta.main) bundleConsumer(fromRoot('dist', 'consumer'));
