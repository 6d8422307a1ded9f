/** Numbers from `first` to `last`, both included. */
interface Interval {
  readonly first: bigint;
  readonly last: bigint;
}

/** The transactions of each source: a server's UUID, with a tag since MySQL 8.3 (`uuid:tag`). */
type GtidSet = ReadonlyMap<string, readonly Interval[]>;

/** `3e11fa47-…:1-5:7,4c9e…:tag:1-3`; a tag holds for the intervals after it. Throws a TypeError for anything else. */
export const parseGtidSet = (text: string): GtidSet => {
  const set = new Map<string, Interval[]>();
  for (const part of text.split(',').map((entry) => entry.trim())) {
    if (part === '') continue;
    const [uuid = '', ...rest] = part.toLowerCase().split(':');
    let source = uuid;
    for (const field of rest) {
      const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(field) ?? [];
      if (first === undefined || last === undefined) source = `${uuid}:${field}`;
      else set.set(source, [...(set.get(source) ?? []), { first: BigInt(first), last: BigInt(last) }]);
    }
    if (rest.length === 0) throw new TypeError(`Not a set of GTIDs: ${part}`);
  }
  return set;
};

/** Whether every transaction of `part` is in `whole`, as the server's GTID_SUBSET. */
export const isGtidSubset = (part: string, whole: string): boolean => {
  const container = parseGtidSet(whole);
  return [...parseGtidSet(part)].every(([source, intervals]) => {
    const merged = mergeIntervals(container.get(source) ?? []);
    return intervals.every(({ first, last }) =>
      merged.some((outer) => outer.first <= first && last <= outer.last),
    );
  });
};

const mergeIntervals = (intervals: readonly Interval[]): readonly Interval[] => {
  const merged: Interval[] = [];
  for (const next of [...intervals].sort((one, other) => (one.first < other.first ? -1 : 1))) {
    const previous = merged.at(-1);
    if (previous === undefined || next.first > previous.last + 1n) merged.push(next);
    else if (next.last > previous.last)
      merged[merged.length - 1] = { first: previous.first, last: next.last };
  }
  return merged;
};

/** MariaDB's positions, `domain-server-sequence` separated by commas: the highest sequence of each domain. */
export const parseMariadbGtids = (text: string): ReadonlyMap<string, bigint> =>
  new Map(
    text
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '')
      .map((entry) => {
        const [, domain, sequence] = /^(\d+)-\d+-(\d+)$/.exec(entry) ?? [];
        if (domain === undefined || sequence === undefined) throw new TypeError(`Not a GTID: ${entry}`);
        return [domain, BigInt(sequence)] as const;
      }),
  );
