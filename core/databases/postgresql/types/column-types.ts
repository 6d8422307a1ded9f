import type { ColumnDescription } from '../../../contracts/table-description.ts';
import { binaries } from './binaries.ts';
import { booleans } from './booleans.ts';
import { dates } from './dates.ts';
import { floats } from './floats.ts';
import { geometrics } from './geometrics.ts';
import { integers } from './integers.ts';
import { intervals } from './intervals.ts';
import { moneys } from './moneys.ts';
import { networks } from './networks.ts';
import { numerics } from './numerics.ts';
import { systemValues } from './system-values.ts';
import { texts } from './texts.ts';
import { times } from './times.ts';
import { timestamps } from './timestamps.ts';
import { documentedColumn, type TypeFamily } from './type-family.ts';
import { uuids } from './uuids.ts';
import type { ValueDecoder } from './value-decoder.ts';

/** In the order of docs/guide/types.md. */
const families: readonly TypeFamily[] = [
  booleans,
  integers,
  floats,
  numerics,
  moneys,
  texts,
  binaries,
  uuids,
  dates,
  times,
  timestamps,
  intervals,
  networks,
  systemValues,
  geometrics,
];

/** A map, since a user may name a type `constructor`. */
const decoders: ReadonlyMap<string, ValueDecoder> = new Map(
  families.flatMap((family) => Object.entries(family.decoders)),
);

/** Undefined for a type that cannot be replicated. */
export const baseDecoderOf = (baseType: string): ValueDecoder | undefined => decoders.get(baseType);

const ofUser = (type: string, typeKind: ColumnDescription['typeKind']): ColumnDescription =>
  documentedColumn(type, type, { typeKind });

/** A column of each built-in type, and of each way to make a type from others. */
export const documentedTypes: readonly ColumnDescription[] = [
  ...families.flatMap(({ documented }) => documented),
  documentedColumn('int4range', 'int4range', { typeKind: 'range' }),
  documentedColumn('tstzmultirange', 'tstzmultirange', { typeKind: 'multirange' }),
  documentedColumn('integer[]', 'int4', { isArray: true }),
  documentedColumn('text[]', 'text', { isArray: true }),
  documentedColumn('time with time zone[]', 'timetz', { isArray: true }),
  ofUser('an enum', 'enum'),
  ofUser('a composite type', 'composite'),
  ofUser('citext', 'extension'),
  ofUser('hstore', 'extension'),
  ofUser('geometry', 'extension'),
];
