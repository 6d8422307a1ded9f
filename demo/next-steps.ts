import { relative } from 'node:path';
import type { StackState } from '../local/stack-state.ts';
import type { StateFolder } from '../local/state-folder.ts';
import { kindOf } from './demo-kinds.ts';
import type { Demonstration } from './demonstration.ts';
import { deployedApi } from './operator.ts';

/** What a person can do with the stack that the demo leaves running: lines to copy into a shell. */
export const nextSteps = (
  stack: StackState,
  { access, replicationId, databases }: Pick<Demonstration, 'access' | 'replicationId' | 'databases'>,
  folder: Pick<StateFolder, 'logs'>,
  /** Signs in to the console, once. */
  consoleLink: string | undefined,
): readonly string[] => {
  const { url } = deployedApi(stack);
  const { source, target } = databases;
  return [
    '',
    'The stack stays up, and the replication goes on. What to try next:',
    '',
    ...(consoleLink === undefined ? [] : [`  ${consoleLink}   # the console; the link works once`, '']),
    `  export MILLRACE_API_URL=${url}`,
    `  export MILLRACE_TOKEN=${access.token}   # of client ${access.clientId}`,
    `  npx millrace status ${replicationId} --watch`,
    `  npx millrace check ${replicationId}`,
    `  npx millrace activity ${replicationId}`,
    `  npx millrace export ${replicationId}`,
    `  npx millrace stop ${replicationId}`,
    `  npx millrace start ${replicationId} --wait 5m`,
    '',
    'Change the source and look at the target:',
    `  ${kindOf(source).shellLine(source, "UPDATE airlines SET name = 'Mill Air' WHERE carrier = 'AA'")}`,
    `  ${kindOf(target).shellLine(target, `SELECT * FROM ${source.database}_airlines WHERE carrier = 'AA'`)}`,
    '',
    'Another link to the console: npm run local -- open',
    'The admin token, which creates clients and tokens: npm run --silent local -- token',
    '',
    `Logs: ${relative(process.cwd(), folder.logs)}/, or npm run local -- logs --follow`,
    'Stop everything: npm run local -- down',
  ];
};
