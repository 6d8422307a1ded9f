/** What the screen "New replication" collects before anything is created. */

import type { TablePatterns } from './new-tables.ts';

export interface ColumnDraft {
  readonly source: string;
  readonly target: string;
  readonly type: string;
  readonly omit: boolean;
}

export interface TableDraft {
  readonly schema: string;
  readonly table: string;
  /** Empty: as the template says. */
  readonly targetTable: string;
  readonly columns: readonly ColumnDraft[];
}

export interface ReplicationDraft {
  readonly name: string;
  readonly sourceId: number;
  readonly targetId: number;
  readonly template: string;
  readonly tables: readonly TableDraft[];
  /** Patterns of those that join as they are created; none includes, so no table does. */
  readonly newTables: TablePatterns;
}

export const defaultTemplate = '{sourcedb}_{table}';

/** The request that creates it. Nothing starts. */
export const toRequest = ({ name, sourceId, targetId, template, tables, newTables }: ReplicationDraft) => ({
  ...(name === '' ? {} : { name }),
  source_database_id: sourceId,
  target_database_id: targetId,
  ...(template === defaultTemplate ? {} : { target_table_name: template }),
  tables: tables.map(({ schema, table, targetTable, columns }) => ({
    source: { schema, table },
    ...(targetTable === '' ? {} : { target: { table: targetTable } }),
    ...(columns.length === 0
      ? {}
      : {
          columns: columns.map(({ source, target, type, omit }) => ({
            source,
            ...(omit
              ? { omit: true }
              : { ...(target === '' ? {} : { target }), ...(type === '' ? {} : { type }) }),
          })),
        }),
  })),
  ...(newTables.include.length === 0
    ? {}
    : { new_tables: { include: [...newTables.include], exclude: [...newTables.exclude] } }),
});

/** The target table that a source table gets. */
export const targetNameOf = (
  { schema, table, targetTable }: Pick<TableDraft, 'schema' | 'table' | 'targetTable'>,
  { template, sourceDatabase, client }: { template: string; sourceDatabase: string; client: string },
): string =>
  targetTable !== ''
    ? targetTable
    : template
        .replaceAll('{sourcedb}', sourceDatabase)
        .replaceAll('{schema}', schema)
        .replaceAll('{table}', table)
        .replaceAll('{client}', client);

/** Text as YAML takes it on one line. */
const yamlText = (text: string): string =>
  /^[A-Za-z_][\w./-]*( [\w./-]+)*$/.test(text) ? text : JSON.stringify(text);

/** The same as a file for `millrace apply`. */
export const toYaml = (draft: ReplicationDraft, names: { source: string; target: string }): string => {
  const lines = [
    'replications:',
    `  - name: ${yamlText(draft.name || `${names.source} to ${names.target}`)}`,
  ];
  lines.push(`    source: ${yamlText(names.source)}`, `    target: ${yamlText(names.target)}`);
  if (draft.template !== defaultTemplate)
    lines.push(`    target_table_name: ${JSON.stringify(draft.template)}`);
  const { include, exclude } = draft.newTables;
  if (include.length > 0) {
    lines.push('    new_tables:', `      include: ${JSON.stringify(include)}`);
    if (exclude.length > 0) lines.push(`      exclude: ${JSON.stringify(exclude)}`);
  }
  lines.push('    tables:');
  for (const { schema, table, targetTable, columns } of draft.tables) {
    const source = yamlText(`${schema}.${table}`);
    if (targetTable === '' && columns.length === 0) {
      lines.push(`      - ${source}`);
      continue;
    }
    lines.push(`      - source: ${source}`);
    if (targetTable !== '') lines.push(`        target: ${yamlText(targetTable)}`);
    if (columns.length > 0) lines.push('        columns:');
    for (const column of columns) {
      const fields = [
        `source: ${yamlText(column.source)}`,
        ...(column.omit ? ['omit: true'] : []),
        ...(column.omit || column.target === '' ? [] : [`target: ${yamlText(column.target)}`]),
        ...(column.omit || column.type === '' ? [] : [`type: ${JSON.stringify(column.type)}`]),
      ];
      lines.push(`          - { ${fields.join(', ')} }`);
    }
  }
  return `${lines.join('\n')}\n`;
};
