import type { TableRef } from '../contracts/identifiers.ts';
import { slug } from './names.ts';

/** How a target table is called that has no name by hand. */
export const defaultTargetTemplate = '{sourcedb}_{table}';

/** What a template can name, as it is spelled; a client's name becomes lower-case letters, digits and underscores. */
export interface TemplateValues {
  readonly sourceDatabaseName: string;
  readonly clientName: string;
  readonly table: TableRef;
}

const placeholders: ReadonlyMap<string, (values: TemplateValues) => string> = new Map([
  ['{sourcedb}', ({ sourceDatabaseName }) => sourceDatabaseName],
  ['{schema}', ({ table }) => table.schema],
  ['{table}', ({ table }) => table.table],
  ['{client}', ({ clientName }) => slug(clientName)],
]);

/** A placeholder, or a brace that belongs to none. */
const braced = /\{[^{}]*\}|[{}]/g;

/** Why a text is no template, or undefined when it is one. */
export const refuseTemplate = (template: string): string | undefined => {
  const unknown = (template.match(braced) ?? []).filter((part) => !placeholders.has(part));
  if (unknown.length === 0) return undefined;
  return `${[...new Set(unknown)].join(', ')} is no placeholder; there are ${[...placeholders.keys()].join(', ')}.`;
};

/** The name may be longer than the target allows, which its dialect says. */
export const targetTableName = (template: string, values: TemplateValues): string =>
  template.replaceAll(braced, (part) => placeholders.get(part)?.(values) ?? part);
