import { tableLabel } from '../contracts/identifiers.ts';
import type { KnownShape } from '../contracts/table-description.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import type { ShapeDialect } from '../ports/source-dialect.ts';
import { describeHarm } from './compare-tables.ts';

/** Decides whether an event may be applied to a table as it was copied. Both methods throw `SchemaChanged` where it may not. */
export interface ShapeJudge {
  /** `definition` is the shape itself, which only some events carry. */
  judgeEvent(fingerprint: string, definition: string | undefined): void;
  /** A statement of the source's log that concerns the table. */
  judgeStatement(statement: string): void;
}

export const createShapeJudge = ({ copied, seen }: KnownShape, dialect: ShapeDialect): ShapeJudge => {
  const label = tableLabel(copied.ref);
  const known = new Set([dialect.fingerprintOf(copied), dialect.fingerprintOf(seen)]);
  const refuse = (message: string): never => {
    throw new MillraceError('SchemaChanged', message, { facts: { table: label } });
  };
  return {
    judgeEvent: (fingerprint, definition) => {
      if (known.has(fingerprint)) return;
      if (definition === undefined) {
        return refuse(`Table ${label} has changed at the source, and the event does not say how.`);
      }
      const harm = describeHarm(label, dialect.compareWithEvent(copied, definition));
      if (harm !== undefined) refuse(harm);
    },
    judgeStatement: (statement) => {
      const harm = dialect.harmOfStatement(statement);
      if (harm !== undefined) refuse(`Table ${label} has changed at the source: ${harm}.`);
    },
  };
};
