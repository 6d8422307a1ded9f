import { expect, test } from '@jest/globals';
import { createStorm, type LastWord, whatRuns } from './lifecycle-storm.ts';

/** `MILLRACE_STORM_SEED` repeats one storm. */
const firstSeed = Number(process.env.MILLRACE_STORM_SEED ?? 1);
const words = Object.keys(whatRuns) as readonly LastWord[];

test.each(words.map((word, index) => [word, firstSeed + index] as const))(
  'a storm of words and heals ends as the last word, %s (seed %i)',
  async (word, seed) => {
    const storm = await createStorm({ seed });
    try {
      expect(await storm.blow(word)).toEqual(whatRuns[word]);
    } finally {
      await storm.end();
    }
  },
  30_000,
);
