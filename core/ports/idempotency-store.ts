/** A request that may have one effect only: what is stored of it is named by a hash of its caller, its route and its key. */
export interface RequestClaim {
  readonly requestHash: string;
  /** Names this call: of several calls at once only one is at work. */
  readonly claimId: string;
  /** Of what was sent, so that another request with the same key is told. */
  readonly bodyHash: string;
}

/**
 * claimed: this call is to do the work. running: another one is at it. done: it was done; `answer` is what `finishRequest` was
 * given.
 */
export type ClaimedRequest =
  | { readonly state: 'claimed' }
  | { readonly state: 'running'; readonly bodyHash: string }
  | { readonly state: 'done'; readonly bodyHash: string; readonly answer: string };

export interface IdempotencyStore {
  /**
   * Claims a request for `ttlMs`, after which another call may claim it: the claimant has died then. What is claimed or done is
   * forgotten after 24 hours.
   */
  claimRequest(claim: RequestClaim, ttlMs: number, now: Date): Promise<ClaimedRequest>;
  /** Stores the answer for all later calls; does nothing when another call has claimed the request since. */
  finishRequest(claim: RequestClaim, answer: string): Promise<void>;
  /** Gives the claim up, so that the next call does the work. */
  releaseRequest(claim: RequestClaim): Promise<void>;
}

export const requestRetentionHours = 24;
