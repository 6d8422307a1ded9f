import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { identifyProcess, isRunning } from './processes.ts';

const holderSchema = z.object({ pid: z.number(), startedAt: z.string() });

/** Two starts of a stack are minutes apart at most; a look every 200 ms costs nothing. */
const pollMs = 200;

/**
 * Runs `action` while no other process holds the lock. A lock whose holder has ended, however, is free.
 * `onWait` is called once, with the holder's pid, when there is something to wait for.
 */
export const withLock = async <T>(
  file: string,
  onWait: (pid: number) => void,
  action: () => Promise<T>,
): Promise<T> => {
  mkdirSync(dirname(file), { recursive: true });
  let waited = false;
  while (!tryLock(file)) {
    const holder = readHolder(file);
    if (holder === undefined || !isRunning(holder)) {
      removeStale(file);
    } else {
      if (!waited) onWait(holder.pid);
      waited = true;
      await sleep(pollMs);
    }
  }
  try {
    return await action();
  } finally {
    rmSync(file, { force: true });
  }
};

/** A link appears with its content, so nobody ever reads a half-written lock. */
const tryLock = (file: string): boolean => {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(identifyProcess(process.pid)));
  try {
    linkSync(draft, file);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
};

/** Takes the lock away to look at it once more: someone else may have taken the stale one for himself meanwhile. */
const removeStale = (file: string): void => {
  const taken = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, taken);
    const holder = readHolder(taken);
    if (holder !== undefined && isRunning(holder)) linkSync(taken, file);
  } catch {
    // Someone else was faster.
  } finally {
    rmSync(taken, { force: true });
  }
};

const readHolder = (file: string): z.infer<typeof holderSchema> | undefined => {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined; // Released between the two calls.
  }
};
