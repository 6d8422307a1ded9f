import { type MillraceError, toMillraceError } from '#core/errors/millrace-error.ts';

export interface ReadApart<Part> {
  /** The same parts, once. */
  readonly parts: AsyncGenerator<Part, void, undefined>;
  /** What failed while they were read. */
  failure(): MillraceError | undefined;
}

/**
 * Keeps what fails while parts are read apart from what fails where they go. A load that is broken off for want of its rows fails with their
 * error, which says nothing about its own side. And a stream that is ended for an error of the target throws that error into the
 * generator that it reads from, where it would be taken for one of the source.
 */
export const readApart = <Part>(source: AsyncIterable<Part>): ReadApart<Part> => {
  let failure: MillraceError | undefined;
  const iterator = source[Symbol.asyncIterator]();
  const next = async (): Promise<IteratorResult<Part>> => {
    try {
      return await iterator.next();
    } catch (error) {
      failure = toMillraceError(error);
      throw error;
    }
  };
  const parts = async function* (): AsyncGenerator<Part, void, undefined> {
    try {
      for (let part = await next(); part.done !== true; part = await next()) yield part.value;
    } finally {
      await iterator.return?.();
    }
  };
  return { parts: parts(), failure: () => failure };
};
