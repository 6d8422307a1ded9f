import { createHash } from 'node:crypto';
import type { TableDescription } from '../../../contracts/table-description.ts';
import type { ShapeChange } from '../../../ports/source-dialect.ts';

/** The bytes of the hash that name a shape, as TableShape.java takes them. */
const fingerprintBytes = 8;

/** Replica identities as the log spells them (pg_class.relreplident). */
const identities = { default: 'd', full: 'f', nothing: 'n', index: 'i' } as const;

export interface LoggedColumn {
  readonly name: string;
  /** Of the replica identity. */
  readonly isKey: boolean;
  readonly typeId: number;
  readonly typeModifier: number;
}

interface ShapeInLog {
  readonly tableId: number;
  readonly identity: string;
  readonly columns: readonly LoggedColumn[];
}

/**
 * What TableShape.java writes for events of the table as it is described here, so that an event tells by its fingerprint that
 * nothing has changed. Undefined without the catalog's numbers.
 */
export const eventFingerprint = (table: TableDescription): string | undefined => {
  const shape = shapeOf(table);
  if (shape === undefined) return undefined;
  const lines = shape.columns.map(
    ({ name, isKey, typeId, typeModifier }) =>
      `${isKey ? 1 : 0} ${typeId} ${typeModifier} ${name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
  );
  const definition = [`${shape.tableId} ${shape.identity}`, ...lines].join('\n');
  return createHash('sha256').update(definition).digest().toString('hex', 0, fingerprintBytes);
};

/** How a table that wrote events with this definition differs from the one that is described. */
export const compareWithEvent = (table: TableDescription, definition: string): readonly ShapeChange[] => {
  const known = shapeOf(table);
  const event = parseDefinition(definition);
  if (known === undefined || event === undefined) {
    return [{ kind: 'other', what: 'the shape of its events cannot be read', isHarmless: false }];
  }
  if (known.tableId !== event.tableId) {
    return [
      {
        kind: 'replace-table',
        what: 'it was dropped and created again, or another table has been given its name',
        isHarmless: false,
      },
    ];
  }
  const now = new Map(event.columns.map((column) => [column.name, column]));
  const kept = known.columns.filter(({ name }) => now.has(name));
  const names = new Set(kept.map(({ name }) => name));
  return [
    ...known.columns
      .filter(({ name }) => !names.has(name))
      .map(
        ({ name }): ShapeChange => ({
          kind: 'drop-column',
          what: `column ${name} was dropped or renamed`,
          isHarmless: true,
        }),
      ),
    ...event.columns
      .filter(({ name }) => !names.has(name))
      .map(
        ({ name }): ShapeChange => ({
          kind: 'add-column',
          what: `column ${name} was added, or renamed to it`,
          isHarmless: false,
        }),
      ),
    ...kept.flatMap((column) => compareColumn(column, now.get(column.name))),
    ...compareOrder(
      kept.map(({ name }) => name),
      event.columns.map(({ name }) => name).filter((name) => names.has(name)),
    ),
    ...compareIdentity(known, event),
  ];
};

/** Generated columns are not in the log. */
const shapeOf = (table: TableDescription): ShapeInLog | undefined => {
  const { catalog, replicaIdentity } = table;
  if (catalog === undefined) return undefined;
  const columns = table.columns.flatMap(({ name, isGenerated, catalog: column }) =>
    isGenerated || column === undefined
      ? []
      : [
          {
            name,
            isKey: replicaIdentity === 'full' || (isNamedByKey(table) && table.primaryKey.includes(name)),
            typeId: column.typeId,
            typeModifier: column.typeModifier,
          },
        ],
  );
  return { tableId: catalog.id, identity: identities[replicaIdentity], columns };
};

/** Without a primary key, REPLICA IDENTITY DEFAULT names no row. */
const isNamedByKey = ({ replicaIdentity, keyIndex }: TableDescription): boolean =>
  replicaIdentity === 'index' || (replicaIdentity === 'default' && keyIndex === undefined);

export const parseDefinition = (definition: string): ShapeInLog | undefined => {
  const [head, ...lines] = definition.split('\n');
  const [, tableId, identity] = /^(\d+) (\w)$/.exec(head ?? '') ?? [];
  const columns = lines.map((line) => {
    const [, isKey, typeId, typeModifier, name] = /^([01]) (\d+) (-?\d+) (.*)$/s.exec(line) ?? [];
    return {
      name: (name ?? '').replace(/\\(.)/g, (_escape, character: string) =>
        character === 'n' ? '\n' : character,
      ),
      isKey: isKey === '1',
      typeId: Number(typeId),
      typeModifier: Number(typeModifier),
    };
  });
  const isWhole = columns.every(({ typeId }) => Number.isInteger(typeId));
  return tableId === undefined || identity === undefined || !isWhole
    ? undefined
    : { tableId: Number(tableId), identity, columns };
};

const varchar = 1043;
const text = 25;

const compareColumn = (known: LoggedColumn, event: LoggedColumn | undefined): readonly ShapeChange[] => {
  if (event === undefined) return [];
  const { name } = known;
  if (known.typeId === event.typeId && known.typeModifier === event.typeModifier) return [];
  const isLonger =
    (known.typeId === varchar || known.typeId === text) &&
    (event.typeId === text ||
      (event.typeId === varchar &&
        (event.typeModifier === -1 ||
          (known.typeModifier !== -1 && event.typeModifier >= known.typeModifier))));
  return [
    {
      kind: isLonger ? 'widen-type' : 'change-type',
      what: `the type of column ${name} was changed`,
      isHarmless: isLonger,
    },
  ];
};

const compareOrder = (known: readonly string[], event: readonly string[]): readonly ShapeChange[] =>
  known.every((name, index) => name === event[index])
    ? []
    : [
        {
          kind: 'other',
          what: `columns have exchanged their names or were created again: ${event.join(', ')}`,
          isHarmless: false,
        },
      ];

/** With identity FULL every column counts as a part of it, and the log has the whole old row. */
const compareIdentity = (known: ShapeInLog, event: ShapeInLog): readonly ShapeChange[] => {
  const { full, nothing } = identities;
  if (event.identity === nothing) {
    return [
      {
        kind: 'change-key',
        what: 'its replica identity is NOTHING, so the log does not name the row by its key',
        isHarmless: false,
      },
    ];
  }
  if (known.identity === full || event.identity === full) return [];
  const keys = [known, event].map(({ columns }) =>
    columns.filter(({ isKey }) => isKey).map(({ name }) => name),
  );
  return keys[0]?.join('\0') === keys[1]?.join('\0')
    ? []
    : [
        {
          kind: 'change-key',
          what: `its key was changed from (${keys[0]?.join(', ')}) to (${keys[1]?.join(', ')})`,
          isHarmless: false,
        },
      ];
};
