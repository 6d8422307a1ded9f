import {
  groupDeadLetters,
  listDeadLetters,
  requestDeadLetters,
} from '#core/databases/mysql/target/dead-letters.ts';
import { toDeadLetterGroup, toStoredDeadLetter } from '#core/deadletters/dead-letter-row.ts';
import type { DeadLetterStore } from '#core/ports/dead-letters.ts';
import type { Executor } from '../driver/executor.ts';
import { hasDeadLetters } from './bookkeeping.ts';

/** `DeadLetterStore` in MySQL and MariaDB. */
export const createDeadLetterStore = (executor: Executor): DeadLetterStore => ({
  listDeadLetters: (owner, options) =>
    executor.use('read the dead letters', async (connection) => {
      if (!(await hasDeadLetters(connection, owner))) return [];
      return (await connection.query(listDeadLetters(owner, options))).rows.map(toStoredDeadLetter);
    }),
  groupDeadLetters: (owner) =>
    executor.use('read the dead letters', async (connection) => {
      if (!(await hasDeadLetters(connection, owner))) return [];
      return (await connection.query(groupDeadLetters(owner))).rows.map(toDeadLetterGroup);
    }),
  requestDeadLetters: (owner, selection, request) =>
    executor.use('ask for something with the dead letters', async (connection) => {
      if (!(await hasDeadLetters(connection, owner))) return 0;
      return (await connection.query(requestDeadLetters(owner, selection, request))).affectedRows;
    }),
});
