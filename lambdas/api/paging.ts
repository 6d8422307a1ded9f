import { z } from 'zod';
import type { MillraceError } from '#core/errors/millrace-error.ts';
import { invalidRequest } from './invalid-request.ts';
import { queryNumber } from './query-number.ts';

const defaultPageSize = 100;
const maxPageSize = 1_000;

/** What every list has in its query. */
export const pageQueryShape = {
  limit: queryNumber(1, maxPageSize)
    .default(defaultPageSize)
    .meta({ description: `How many at most; ${defaultPageSize} by default.` }),
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,1000}$/, 'must be the next_cursor of an answer')
    .optional()
    .meta({ description: 'The `next_cursor` of the answer before: the list goes on there.' }),
} as const;

/** What every list has in its answer, besides its items. */
export const pageAnswerShape = {
  next_cursor: z.string().nullable().meta({ description: 'Where the list goes on; null at its end.' }),
} as const;

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** For the answer's `next_cursor`. */
  readonly nextCursor: string | null;
}

export interface PageSource<T> {
  /** At most `limit` items whose keys come after `after`, in the order of their keys; fewer only at the end. */
  readonly read: (after: string | undefined, limit: number) => Promise<readonly T[]>;
  /** An item's place in the order; never the same for two items. */
  readonly keyOf: (item: T) => string;
  /** Items for which it is false are left out. */
  readonly keep?: (item: T) => boolean;
}

/**
 * One page of a list. An item that is removed or added meanwhile moves no other: the cursor names the last item that was
 * shown. Throws `InvalidRequest` for a cursor that no page has given.
 */
export const readPage = async <T>(
  { limit, cursor }: PageRequest,
  { read, keyOf, keep = () => true }: PageSource<T>,
): Promise<Page<T>> => {
  const items: T[] = [];
  let after = cursor === undefined ? undefined : decodeCursor(cursor);
  for (;;) {
    // One more than asked for tells whether there is a next page.
    const found = await read(after, limit + 1);
    items.push(...found.filter(keep));
    const last = found.at(-1);
    if (items.length > limit || last === undefined || found.length <= limit) break;
    after = keyOf(last);
  }
  const shown = items.slice(0, limit);
  const lastShown = shown.at(-1);
  return {
    items: shown,
    nextCursor: items.length > limit && lastShown !== undefined ? encodeCursor(keyOf(lastShown)) : null,
  };
};

/** What a list whose store tells where the next page begins is read with. */
export interface MomentRange {
  readonly limit: number;
  readonly from?: string;
}

export interface MomentPage<T> {
  readonly items: readonly T[];
  /** Where the next page begins; absent when there is none. */
  readonly next?: string | undefined;
}

/** A page of what a filter leaves out nearly all of ends after so many reads: with fewer items, and a cursor. */
const maxReadsOfPage = 20;

/** One page of a list that its store reads by moments, the newest first, without the items that `keep` leaves out. */
export const readFiltered = async <T>(
  { limit, from }: MomentRange,
  {
    read,
    keep,
    isPast,
  }: {
    readonly read: (range: MomentRange) => Promise<MomentPage<T>>;
    readonly keep: (item: T) => boolean;
    /** Whether the list ends before this item. */
    readonly isPast?: (item: T) => boolean;
  },
): Promise<MomentPage<T>> => {
  const items: T[] = [];
  let next = from;
  for (let reads = 0; reads < maxReadsOfPage && items.length < limit; reads += 1) {
    const page = await read({
      limit: limit - items.length,
      ...(next === undefined ? {} : { from: next }),
    });
    const end = isPast === undefined ? -1 : page.items.findIndex(isPast);
    items.push(...(end < 0 ? page.items : page.items.slice(0, end)).filter(keep));
    next = page.next;
    if (end >= 0 || next === undefined) return { items };
  }
  return { items, next };
};

/** A list that is read as a whole, as a source of pages. It is in the order of its keys. */
export const wholeList =
  <T>(list: () => Promise<readonly T[]>, keyOf: (item: T) => string): PageSource<T>['read'] =>
  async (after, limit) =>
    (await list()).filter((item) => after === undefined || keyOf(item) > after).slice(0, limit);

/** Numbers as keys: text whose order is that of the numbers. */
export const numberKey = (id: number): string => String(id).padStart(16, '0');

/** Whether a name passes the filter `name` of a list. */
export const hasInName = (name: string, part: string | undefined): boolean =>
  part === undefined || name.toLowerCase().includes(part.toLowerCase());

export const encodeCursor = (key: string): string => Buffer.from(key, 'utf8').toString('base64url');

/** Throws `InvalidRequest` for what `encodeCursor` has not made. */
export const decodeCursor = (cursor: string): string => {
  const key = Buffer.from(cursor, 'base64url').toString('utf8');
  if (encodeCursor(key) === cursor) return key;
  throw unknownCursor();
};

export const unknownCursor = (): MillraceError =>
  invalidRequest([
    { subject: 'query.cursor', problem: 'must be the next_cursor of an answer', remedy: 'Begin without it.' },
  ]);
