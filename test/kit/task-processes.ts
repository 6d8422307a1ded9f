import { readFileSync } from 'node:fs';
import { runningTasks } from '../../local/stack-state.ts';
import type { StateFolder } from '../../local/state-folder.ts';

/** Processes of the running ECS tasks of a stack that do `role` for a replication. Linux only. */
export const taskProcessesOf = (
  folder: StateFolder,
  role: 'consumer' | 'copy-worker',
  replicationId: number,
): readonly number[] =>
  runningTasks(folder)
    .map(({ identity }) => identity.pid)
    .filter((pid) => {
      const environment = environmentOf(pid);
      return (
        environment.MILLRACE_ROLE === role && environment.MILLRACE_REPLICATION_ID === String(replicationId)
      );
    });

export const environmentOf = (pid: number): Readonly<Record<string, string>> => {
  try {
    return Object.fromEntries(
      readFileSync(`/proc/${pid}/environ`, 'utf8')
        .split('\0')
        .filter((entry) => entry.includes('='))
        .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
    );
  } catch {
    return {}; // It has ended in between.
  }
};

/** Processes of the running pool tasks of a stack. Linux only. */
export const poolProcessesOf = (folder: StateFolder): readonly number[] =>
  runningTasks(folder)
    .map(({ identity }) => identity.pid)
    .filter((pid) => environmentOf(pid).MILLRACE_ROLE === 'pool');
