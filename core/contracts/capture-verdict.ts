import { type TableRef, tableLabel } from './identifiers.ts';

/**
 * What the source and the stored offset say about the changes in between.
 * `gap`: changes were lost, so going on would be a silent loss; `reason` is for the operator.
 */
export type CaptureVerdict =
  | { readonly kind: 'continuous' }
  | { readonly kind: 'gap'; readonly reason: string };

export const continuous: CaptureVerdict = { kind: 'continuous' };
export const gap = (reason: string): CaptureVerdict => ({ kind: 'gap', reason });

/** The reason of a gap for the tables of `SourceDatabase.listUncaptured`. */
export const describeUncaptured = (tables: readonly TableRef[]): string =>
  `${tables.map(tableLabel).join(', ')} ${tables.length === 1 ? 'is' : 'are'} not in the publication any more, being created ` +
  'again, renamed, taken out or published in part only, and what has changed there since was not captured';
