import type { ApplyRow } from './apply-table.ts';

/** One change of one target table, decoded. `key` identifies the row it is about. */
export type RowEvent =
  /** The whole new row: written whether or not it is there. */
  | { readonly kind: 'upsert'; readonly key: string; readonly row: ApplyRow }
  /** Some values are not known: it changes the row with that key if it is there, and never makes one. */
  | { readonly kind: 'patch'; readonly key: string; readonly row: ApplyRow }
  /** `row` has the key's values only. */
  | { readonly kind: 'delete'; readonly key: string; readonly row: ApplyRow }
  /**
   * The row gets another key, and some of its values are not known: they are only in the row with the old key.
   * `from` is undefined when the first half of the change was not seen.
   */
  | {
      readonly kind: 'move';
      readonly from: { readonly key: string; readonly row: ApplyRow } | undefined;
      readonly key: string;
      readonly row: ApplyRow;
      /** Source position, see ChangeEvent. */
      readonly position: number;
      /** No event so far had this position or a higher one, so this one cannot be a repetition. */
      readonly isNew: boolean;
    }
  /** The row gets another key, and all that the source has of it is known. Only of tables with own columns, see ApplyTable. */
  | {
      readonly kind: 'rekey';
      readonly from: { readonly key: string; readonly row: ApplyRow };
      readonly key: string;
      readonly row: ApplyRow;
    }
  | { readonly kind: 'truncate' };

export type PatchEvent = Extract<RowEvent, { readonly kind: 'patch' }>;
export type MoveEvent = Extract<RowEvent, { readonly kind: 'move' }>;
