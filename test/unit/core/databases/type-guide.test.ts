import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { openSource, openTarget } from '#adapters/databases/open-database.ts';
import { type ConnectionSettings, databaseKindSchema } from '#core/contracts/database.ts';
import { documentedSources, documentedTargets, typesGuide } from '#core/databases/type-guide.ts';

const committed = readFileSync(new URL('../../../../docs/guide/types.md', import.meta.url), 'utf8');

/** Cells only: the formatter aligns a table by the width of what is shown. */
const withoutBlanks = (text: string): string => text.replaceAll(/ +|-{3,}/g, ' ');

test('docs/guide/types.md is current: run npm run types-guide', () => {
  expect(withoutBlanks(committed)).toBe(withoutBlanks(typesGuide()));
});

const settingsOf = (kind: ConnectionSettings['kind']): ConnectionSettings => ({
  kind,
  host: '127.0.0.1',
  port: 1,
  databaseName: 'shop',
  username: 'millrace',
  password: 'unused',
  tlsMode: 'disable',
});

/** The dialect that a database of the kind is opened with, or undefined. Opening does not connect. */
const dialectOf = async (
  open: typeof openSource | typeof openTarget,
  kind: ConnectionSettings['kind'],
): Promise<unknown> => {
  try {
    const database = open(settingsOf(kind));
    await database.close();
    return database.dialect;
  } catch {
    return undefined;
  }
};

test.each(databaseKindSchema.options)('whatever %s can be is in the guide', async (kind) => {
  const documented = (dialects: typeof documentedSources | typeof documentedTargets) =>
    dialects.find(({ kinds }) => kinds.includes(kind))?.dialect;
  expect(documented(documentedSources)).toBe(await dialectOf(openSource, kind));
  expect(documented(documentedTargets)).toBe(await dialectOf(openTarget, kind));
});

test('every documented type is documented once, with a type at every target', () => {
  for (const { name, dialect } of documentedSources) {
    const names = dialect.documentedTypes.map(({ native, type }) => native?.type ?? type);
    expect([name, new Set(names).size]).toEqual([name, names.length]);
    expect(committed).toContain(`## From ${name}`);
  }
  for (const { name } of documentedTargets) expect(committed).toContain(`at ${name}`);
  expect(committed).toMatch(/\| integer +\| integer +\| integer +\|.* bigint, numeric, text +\|/);
});
