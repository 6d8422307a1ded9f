import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { MillraceError } from '#core/errors/millrace-error.ts';

export interface PeerProgram {
  readonly command: string;
  /** Which benchmark it is the peer of, for a sentence. */
  readonly peerOf: string;
  readonly installLine: string;
}

/** The program's version. Throws `PrerequisiteMissing` with the line that installs it. */
export const requireProgram = async ({ command, peerOf, installLine }: PeerProgram): Promise<string> => {
  try {
    const { stdout } = await promisify(execFile)(command, ['--version']);
    return stdout.trim().split('\n', 1).join('');
  } catch (cause) {
    throw new MillraceError(
      'PrerequisiteMissing',
      `${command}, the peer of ${peerOf}, is not installed. ${installLine}`,
      { cause },
    );
  }
};
