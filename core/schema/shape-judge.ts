import { tableLabel } from '../contracts/identifiers.ts';
import type { KnownShape } from '../contracts/table-description.ts';
import { MillraceError } from '../errors/millrace-error.ts';
import type { EventShape, ShapeDialect } from '../ports/source-dialect.ts';
import { describeHarm } from './compare-tables.ts';

/** What an event or a statement is that the table as it is known does not fit. */
export type RefusedShape =
  | ({ readonly kind: 'event' } & EventShape)
  | { readonly kind: 'statement'; readonly statement: string };

/** Decides whether an event may be applied to a table as it is known. Both methods throw `SchemaChanged` where it may not. */
export interface ShapeJudge {
  /** `definition` is the shape itself, which only some events carry. */
  judgeEvent(fingerprint: string, definition: string | undefined): void;
  /** A statement of the source's log that concerns the table. */
  judgeStatement(statement: string): void;
  /** What was refused last, if the table could follow it. */
  readonly refused: RefusedShape | undefined;
  /** The table has followed this statement, which comes next once more: it passes, once. */
  acceptStatement(statement: string): void;
}

export const createShapeJudge = ({ copied, former = [] }: KnownShape, dialect: ShapeDialect): ShapeJudge => {
  const label = tableLabel(copied.ref);
  const known = dialect.fingerprintOf(copied);
  let refused: RefusedShape | undefined;
  let accepted: string | undefined;
  const refuse = (message: string): never => {
    throw new MillraceError('SchemaChanged', message, { facts: { table: label } });
  };
  return {
    get refused() {
      return refused;
    },
    judgeEvent: (fingerprint, definition) => {
      if (fingerprint === known) return;
      const older = former.find((one) => one.fingerprint === fingerprint);
      if (older?.isReadable === true) return;
      refused = undefined;
      if (older !== undefined) {
        return refuse(
          `An event of table ${label} was sent again that has the names of its columns from before they were renamed.`,
        );
      }
      refused = { kind: 'event', fingerprint, definition };
      const harm =
        definition === undefined
          ? undefined
          : describeHarm(label, dialect.compareWithEvent(copied, definition));
      refuse(harm ?? `Table ${label} has changed at the source.`);
    },
    acceptStatement: (statement) => {
      accepted = statement;
    },
    judgeStatement: (statement) => {
      const isAccepted = statement === accepted;
      accepted = undefined;
      if (isAccepted) return;
      const harm = dialect.harmOfStatement(statement, copied);
      if (harm === undefined) return;
      refused = { kind: 'statement', statement };
      refuse(`Table ${label} has changed at the source: ${harm}.`);
    },
  };
};
