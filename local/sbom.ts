/**
 * `npm run sbom`: what is in the images and Lambdas, as CycloneDX. dist/sbom/node.json: the packages that the Lambdas and the consumer are
 * bundled from. dist/sbom/connect.json: the artifacts of the Connect image, which has the same list as /opt/connect/sbom.json.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { listJavaParts } from './downloads.ts';
import { projectRoot } from './state-folder.ts';

const run = promisify(execFile);

/** A list of some hundred packages has one or two MB. */
const maxListBytes = 64 * 1024 * 1024;

/** The packages without those that only build and test. */
export const listPackages = async (): Promise<string> => {
  const { stdout } = await run('npm', ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev'], {
    cwd: projectRoot,
    maxBuffer: maxListBytes,
  });
  return stdout;
};

/** The goal by which the Dockerfile makes its list, with its settings. */
export const listGoals = (dockerfile: string): readonly string[] => {
  const goals = dockerfile.match(/org\.cyclonedx:\S+|-DincludeTestScope=\S+|-Doutput(?:Format|Name)=\S+/g);
  if (goals === null || goals.length !== 4)
    throw new MillraceError('Internal', 'connect-container/Dockerfile does not list what is in its image.');
  return goals;
};

const main = async (): Promise<void> => {
  const folder = join(projectRoot, 'dist', 'sbom');
  mkdirSync(folder, { recursive: true });
  const [node, connect] = [join(folder, 'node.json'), join(folder, 'connect.json')];
  writeFileSync(node, await listPackages());
  const work = mkdtempSync(join(tmpdir(), 'millrace-sbom-'));
  try {
    const dockerfile = readFileSync(join(projectRoot, 'connect-container', 'Dockerfile'), 'utf8');
    await listJavaParts(work, listGoals(dockerfile));
    copyFileSync(join(work, 'sbom.json'), connect);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  for (const file of [node, connect]) {
    const { components } = JSON.parse(readFileSync(file, 'utf8')) as {
      readonly components: readonly unknown[];
    };
    process.stdout.write(`${relative(process.cwd(), file)}: ${components.length} components\n`);
  }
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
