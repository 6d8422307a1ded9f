import { createHash } from 'node:crypto';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { invalidRequest } from './invalid-request.ts';

/** The version of a resource as it is answered: the same text as long as nothing of it has changed (RFC 9110, 8.8.3). */
export const etagOf = (resource: unknown): string =>
  `"${createHash('sha256').update(JSON.stringify(resource)).digest('base64url').slice(0, 27)}"`;

/** Room for several tags. */
export const maxIfMatchLength = 200;

/** Throws `InvalidRequest` for what is too long, and `PreconditionFailed` when `ifMatch`, the header If-Match, names other versions than that of `resource`. */
export const requireMatch = (ifMatch: string | undefined, resource: unknown): void => {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  if (ifMatch.length > maxIfMatchLength)
    throw invalidRequest([
      { subject: 'header If-Match', problem: `must not be longer than ${maxIfMatchLength} characters` },
    ]);
  const current = etagOf(resource);
  if (ifMatch.split(',').some((tag) => tag.trim() === current)) return;
  throw new MillraceError(
    'PreconditionFailed',
    `The resource has changed since it was read: its ETag is ${current} now. Nothing was changed by this request.`,
  );
};
