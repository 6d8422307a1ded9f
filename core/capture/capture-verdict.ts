/**
 * What the source and the stored offset say about the changes in between.
 * `gap`: changes were lost, so going on would be a silent loss; `reason` is for the operator.
 */
export type CaptureVerdict =
  | { readonly kind: 'continuous' }
  | { readonly kind: 'gap'; readonly reason: string };

export const continuous: CaptureVerdict = { kind: 'continuous' };
export const gap = (reason: string): CaptureVerdict => ({ kind: 'gap', reason });
