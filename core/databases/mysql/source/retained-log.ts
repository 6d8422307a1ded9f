import type { LogState } from './gap-guard.ts';

/** Bytes of the log from a place in it to its end; undefined when the server does not have that file any more. */
export const bytesAfter = (
  place: { readonly file: string; readonly byte: number },
  { files }: Pick<LogState, 'files'>,
): number | undefined => {
  const at = files.findIndex(({ name }) => name === place.file);
  if (at === -1) return undefined;
  const bytes = files.slice(at).reduce((sum, file) => sum + file.bytes, 0);
  return Math.max(0, bytes - place.byte);
};
