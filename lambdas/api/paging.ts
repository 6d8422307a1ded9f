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
