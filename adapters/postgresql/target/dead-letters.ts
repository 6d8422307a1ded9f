import {
  groupDeadLetters,
  listDeadLetters,
  requestDeadLetters,
} from '#core/databases/postgresql/target/dead-letters.ts';
import { toDeadLetterGroup, toStoredDeadLetter } from '#core/deadletters/dead-letter-row.ts';
import type { DeadLetterStore } from '#core/ports/dead-letters.ts';
import type { Executor } from '../driver/executor.ts';
import { readBookkeeping } from './bookkeeping.ts';

/** `DeadLetterStore` in PostgreSQL. */
export const createDeadLetterStore = (executor: Executor): DeadLetterStore => ({
  listDeadLetters: (owner, options) =>
    executor.transaction('read the dead letters', async (run) => {
      if (!(await readBookkeeping(run, owner)).hasDeadLetters) return [];
      return (await run(listDeadLetters(owner, options))).map(toStoredDeadLetter);
    }),
  groupDeadLetters: (owner) =>
    executor.transaction('read the dead letters', async (run) => {
      if (!(await readBookkeeping(run, owner)).hasDeadLetters) return [];
      return (await run(groupDeadLetters(owner))).map(toDeadLetterGroup);
    }),
  requestDeadLetters: (owner, selection, request) =>
    executor.transaction('ask for something with the dead letters', async (run) => {
      if (!(await readBookkeeping(run, owner)).hasDeadLetters) return 0;
      return (await run(requestDeadLetters(owner, selection, request))).length;
    }),
});
