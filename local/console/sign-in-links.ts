import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StateFolder } from '../state-folder.ts';

/** How long a link may wait for its one use. */
export const linkMinutes = 30;

const linksFolder = (folder: Pick<StateFolder, 'run'>): string => join(folder.run, 'sign-in');
const fileOf = (folder: Pick<StateFolder, 'run'>, code: string): string =>
  join(linksFolder(folder), createHash('sha256').update(code).digest('hex'));

/** Makes the code of a link that signs in once. Only its hash is kept, in a file that other users cannot read. */
export const createSignInCode = (folder: Pick<StateFolder, 'run'>, now: Date): string => {
  const code = randomBytes(24).toString('base64url');
  mkdirSync(linksFolder(folder), { recursive: true, mode: 0o700 });
  const endsAt = new Date(now.getTime() + linkMinutes * 60_000).toISOString();
  writeFileSync(fileOf(folder, code), endsAt, { mode: 0o600 });
  return code;
};

/** Whether the code is one that was made and not used; afterwards it is used. */
export const takeSignInCode = (folder: Pick<StateFolder, 'run'>, code: string, now: Date): boolean => {
  const file = fileOf(folder, code);
  const taken = `${file}.used`;
  try {
    // Of two requests with one code, only one finds the file.
    renameSync(file, taken);
    return readFileSync(taken, 'utf8') > now.toISOString();
  } catch {
    return false; // There is no such code, or it was used.
  } finally {
    rmSync(taken, { force: true });
  }
};
