import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { incidentConditionSchema } from '#core/contracts/incident.ts';
import { runbookSectionOf } from '#core/health/fault.ts';

const root = path.resolve(import.meta.dirname, '..', '..', '..');

test('every condition has its section of the runbook, and every section its condition', () => {
  const file = runbookSectionOf('connector-failed').split('#')[0] ?? '';
  const sections = readFileSync(path.join(root, file), 'utf8').matchAll(/^## (.+)$/gm);
  expect([...sections].map(([, name]) => name)).toEqual(incidentConditionSchema.options);
});
