import type { SeededRandom } from '../../../demo/seeded-random.ts';
import type { Fault } from './fault-list.ts';

/** One fault of a run; the whole list follows from the seed, the length, the pairs and the faults. */
export interface PlannedFault {
  readonly atMs: number;
  readonly fault: string;
  /** Which of the pairs. */
  readonly pair: number;
  readonly lastsMs: number;
}

/** The mean of the pauses between two faults. They may overlap. */
const pauseMs = 9_000;

export const planFaults = (
  random: SeededRandom,
  options: { readonly lengthMs: number; readonly pairs: number; readonly faults: readonly Fault[] },
): readonly PlannedFault[] => {
  const [first, ...rest] = options.faults;
  if (first === undefined) throw new Error('There is no fault to choose from.');
  const plan: PlannedFault[] = [];
  let atMs = 0;
  for (;;) {
    atMs += random.integer(pauseMs * 0.2, pauseMs * 1.8);
    const fault = random.pick([first, ...rest]);
    const pair = random.integer(0, options.pairs - 1);
    const lastsMs = random.integer(...fault.lasts);
    if (atMs >= options.lengthMs) return plan;
    plan.push({ atMs, fault: fault.name, pair, lastsMs });
  }
};
