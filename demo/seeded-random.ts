/** Pseudo-random choices that a seed repeats. Not for secrets. */
export interface SeededRandom {
  /** In [0, 1). */
  next(): number;
  /** Both bounds inclusive. */
  integer(from: number, to: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** An independent sequence, fixed by this one's seed and `stream`. */
  fork(stream: number): SeededRandom;
}

/** 2^32: the generator's state is one unsigned 32-bit integer. */
const stateCount = 4_294_967_296;

/** Steele and Vigna's splitmix, in its 32-bit form: short, fast, and good enough to spread test data. */
export const seededRandom = (seed: number): SeededRandom => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    return mix(state) / stateCount;
  };
  return {
    next,
    integer: (from, to) => from + Math.floor(next() * (to - from + 1)),
    pick: (items) => items[Math.floor(next() * items.length)] ?? items[0],
    fork: (stream) => seededRandom(mix((seed ^ Math.imul(stream + 1, 0x85ebca6b)) >>> 0)),
  };
};

const mix = (value: number): number => {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
};
