import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { fromRoot } from '../../infra/constructs/project-root.ts';
import { listGoals, listPackages } from '../../local/sbom.ts';

const licenceSchema = z.object({
  license: z.object({ id: z.string().optional(), name: z.string().optional() }).optional(),
  expression: z.string().optional(),
});
const listSchema = z.object({
  bomFormat: z.literal('CycloneDX'),
  components: z.array(
    z.object({ name: z.string(), version: z.string(), licenses: z.array(licenceSchema).default([]) }),
  ),
});

/** What may be given on in a bundle without giving its sources. Of `A OR B`, one is enough. */
const allowed = new Set(['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'MIT-0']);

test('every package that is shipped has a licence that allows it', async () => {
  const { components } = listSchema.parse(JSON.parse(await listPackages()));
  expect(components.length).toBeGreaterThan(50);
  const isAllowed = (text: string): boolean =>
    text
      .replaceAll(/[()]/g, '')
      .split(' OR ')
      .some((choice) => choice.split(' AND ').every((licence) => allowed.has(licence.trim())));
  const others = components.flatMap(({ name, version, licenses }) => {
    const texts = licenses.map(
      ({ license, expression }) => expression ?? license?.id ?? license?.name ?? '?',
    );
    return texts.length > 0 && texts.every(isAllowed) ? [] : [`${name} ${version}: ${texts.join(', ')}`];
  });
  expect(others).toEqual([]);
});

test('every package that is shipped has a checksum in the lockfile', () => {
  const lockSchema = z.object({
    packages: z.record(
      z.string(),
      z.object({
        integrity: z.string().optional(),
        dev: z.boolean().default(false),
        inBundle: z.boolean().default(false),
      }),
    ),
  });
  const { packages } = lockSchema.parse(JSON.parse(readFileSync(fromRoot('package-lock.json'), 'utf8')));
  // What lies in the archive of another package has no archive of its own.
  const shipped = Object.entries(packages).filter(
    ([path, { dev, inBundle }]) => path.startsWith('node_modules/') && !dev && !inBundle,
  );
  expect(shipped.length).toBeGreaterThan(50);
  const unchecked = shipped.filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? ''));
  expect(unchecked.map(([path]) => path)).toEqual([]);
});

test("Connect's image has the list of what is in it", () => {
  const dockerfile = readFileSync(fromRoot('connect-container', 'Dockerfile'), 'utf8');
  expect(listGoals(dockerfile)).toEqual([
    expect.stringMatching(/^org\.cyclonedx:cyclonedx-maven-plugin:\d+\.\d+\.\d+:makeAggregateBom$/),
    '-DoutputFormat=json',
    '-DoutputName=sbom',
    '-DincludeTestScope=false',
  ]);
  expect(dockerfile).toContain('COPY --from=build /connect/sbom.json ./');
});

/** The first versions without the advisories that are known of what Debezium brings. */
test('libraries whose version of Debezium has an advisory are newer', () => {
  const pom = readFileSync(fromRoot('connect-container', 'pom.xml'), 'utf8');
  const [, major, minor] = /<connector-j\.version>(\d+)\.(\d+)\.\d+</.exec(pom) ?? [];
  // CVE-2025-30706: 9.0.0 to 9.2.0.
  expect(Number(major) * 1_000 + Number(minor)).toBeGreaterThanOrEqual(9_003);
  const plugin = readFileSync(fromRoot('connect-container', 'plugins', 'debezium-mysql', 'pom.xml'), 'utf8');
  expect(plugin).toMatch(
    /<artifactId>mysql-connector-j<\/artifactId>\s*<version>\$\{connector-j\.version\}</,
  );
});
