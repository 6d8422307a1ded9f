import { join, resolve } from 'node:path';

export const projectRoot = resolve(import.meta.dirname, '..');

/** Where everything of the local stack lies; nothing of it is in git. */
export interface StateFolder {
  readonly root: string;
  /** Downloads and what is built from them: safe to keep, and safe to delete while no stack runs. */
  readonly cache: string;
  /** What is true of the running stack only. */
  readonly run: string;
  /** One file per part. */
  readonly logs: string;
  /** Databases, topics and the emulator's state. */
  readonly data: string;
}

/**
 * `.millrace/` in the project, or what MILLRACE_STATE_FOLDER names. A test with a stack of its own gives another root and shares the
 * cache.
 */
export const stateFolder = (
  root: string = process.env.MILLRACE_STATE_FOLDER ?? join(projectRoot, '.millrace'),
): StateFolder => ({
  root,
  cache: join(projectRoot, '.millrace', 'cache'),
  run: join(root, 'run'),
  logs: join(root, 'logs'),
  data: join(root, 'data'),
});
