import { setTimeout as sleep } from 'node:timers/promises';
import { type CaptureStack, openCaptureStack } from './capture-kill/capture-stack.ts';

// The replicated table stands still while other tables of the source are busy: the source must be able to drop its log.

export const onCapture = async (
  openTestSource: Parameters<typeof openCaptureStack>[0],
  use: (stack: CaptureStack) => Promise<void>,
): Promise<void> => {
  const stops: (() => Promise<void>)[] = [];
  try {
    await use(await openCaptureStack(openTestSource, stops));
  } finally {
    for (const end of stops.toReversed()) await end();
  }
};

/** The error of what does not come says how capture is. */
export const untilOn =
  ({ connect, replication: { connectorName } }: Pick<CaptureStack, 'connect' | 'replication'>) =>
  async (what: string, timeoutMs: number, holds: () => Promise<boolean>): Promise<void> => {
    const deadline = Date.now() + timeoutMs;
    while (!(await holds())) {
      if (Date.now() > deadline) {
        const capture = [await connect.getOffset(connectorName), await connect.getStatus(connectorName)];
        throw new Error(`Not within ${timeoutMs / 1_000} s: ${what}. ${JSON.stringify(capture)}`);
      }
      await sleep(500);
    }
  };
