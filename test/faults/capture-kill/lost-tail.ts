import { expect } from '@jest/globals';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { classifyTrace, failureTrace } from '#core/capture/connector-failures.ts';
import { openCaptureStack } from './capture-stack.ts';
import { type StandbySource, startStandbySource } from './standby-source.ts';

const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  for (let poll = 0; poll < 600; poll += 1) {
    if (await holds()) return;
    await systemClock.sleep(200);
  }
  throw new Error(`Waited in vain until ${what}.`);
};

/**
 * The standby takes over without the rows 2 to 20, which were captured. Later rows of its own have higher ids, also those that it writes before
 * capture finds it. Expects that capture ends for good, without any of the later ones.
 */
export const failOverWithoutTail = async ({
  isWrittenOn,
}: {
  readonly isWrittenOn: boolean;
}): Promise<void> => {
  const stops: (() => Promise<void>)[] = [];
  try {
    let opened: StandbySource | undefined;
    const stack = await openCaptureStack(async () => {
      opened = await startStandbySource({ isWaitedFor: false });
      return opened;
    }, stops);
    const source = opened as unknown as StandbySource;
    const { connect, ledger, replication } = stack;
    await source.writeLast(1);
    await until('the first row is captured', async () => ledger.has(1));
    await source.crashWithout(
      async () => {
        for (let id = 2; id <= 20; id += 1) await source.writeLast(id);
        await until('the rows are captured', async () => ledger.has(20));
        // Connect stores its offset once a second.
        await systemClock.sleep(3_000);
      },
      isWrittenOn
        ? async (session) => {
            await session.query(
              `INSERT INTO public.ledger SELECT id, 0, repeat('x', 1000) FROM generate_series(100, 2000) AS id`,
            );
          }
        : undefined,
    );
    let lastId = 3_000;
    await until('capture has ended', async () => {
      lastId += 1;
      await source.writeLast(lastId);
      const status = await connect.getStatus(replication.connectorName).catch(() => undefined);
      const trace = status && failureTrace(status);
      if (trace !== undefined) expect(classifyTrace(trace).cure).toBe('needs-resync');
      return trace !== undefined;
    });
    const rows = await source.readRows();
    expect({
      captured: [...ledger.rows.keys()].filter((id) => !rows.has(id)).length,
      later: [...ledger.rows.keys()].filter((id) => id >= 100).length,
    }).toEqual({ captured: 19, later: 0 });
  } finally {
    for (const end of stops.toReversed()) await end();
  }
};
