import type { ClientId } from '../contracts/identifiers.ts';

export interface CallCountStore {
  /** Counts a call of the API in a minute (since 1970), and returns how many there were in it. Kept for some minutes only. */
  countCall(clientId: ClientId, minute: number): Promise<number>;
}
