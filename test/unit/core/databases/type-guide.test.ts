import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { openSource, openTarget } from '#adapters/databases/open-database.ts';
import { type ConnectionSettings, databaseKindSchema } from '#core/contracts/database.ts';
import { documentedSources, documentedTargets, typesGuide } from '#core/databases/type-guide.ts';
import { localNetwork } from '../../../kit/local-network.ts';

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
  network: localNetwork,
  tlsMode: 'disable',
});

/** What the dialect of the kind documents of itself, or undefined when no database of it opens. It does not connect. */
const documentedBy = async (
  open: typeof openSource | typeof openTarget,
  kind: ConnectionSettings['kind'],
): Promise<unknown> => {
  try {
    const database = open(settingsOf(kind));
    await database.close();
    const { dialect } = database;
    return 'capture' in dialect ? dialect.documentedTypes : dialect.columnType;
  } catch {
    return undefined;
  }
};

test.each(databaseKindSchema.options)('whatever %s can be is in the guide', async (kind) => {
  const source = documentedSources.find(({ kinds }) => kinds.includes(kind));
  const target = documentedTargets.find(({ kinds }) => kinds.includes(kind));
  expect(source?.dialect.documentedTypes).toBe(await documentedBy(openSource, kind));
  expect(target?.dialect.columnType).toBe(await documentedBy(openTarget, kind));
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
