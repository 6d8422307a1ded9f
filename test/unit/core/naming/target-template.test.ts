import { expect, test } from '@jest/globals';
import { defaultTargetTemplate, refuseTemplate, targetTableName } from '#core/naming/target-template.ts';

const values = {
  sourceDatabaseName: 'Shop',
  clientName: 'Acmé Corp.',
  table: { schema: 'Sales', table: '{schema} $& Orders' },
};

test.each([
  [defaultTargetTemplate, 'Shop_{schema} $& Orders'],
  ['{client}.{sourcedb}_{schema}_{table}', 'acme_corp.Shop_Sales_{schema} $& Orders'],
  ['copy', 'copy'],
])('%s becomes %s', (template, name) => {
  expect(refuseTemplate(template)).toBeUndefined();
  expect(targetTableName(template, values)).toBe(name);
});

test.each(['{Table}', '{', '}', '{}', '{table', '{{table}}', '{database}_{table}'])(
  '%s is refused, with the placeholders that there are',
  (template) => {
    expect(refuseTemplate(template)).toContain('{sourcedb}, {schema}, {table}, {client}');
  },
);
