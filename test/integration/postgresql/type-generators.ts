import fc, { type Arbitrary } from 'fast-check';

const digits = (min: number, max: number): Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: min, maxLength: max }).map((all) => all.join(''));
const sign = fc.constantFrom('', '-');
const joined = (...parts: readonly Arbitrary<string>[]): Arbitrary<string> =>
  fc.tuple(...parts).map((texts) => texts.join(''));
const padded = (min: number, max: number, width = 2): Arbitrary<string> =>
  fc.integer({ min, max }).map((value) => String(value).padStart(width, '0'));

/** Around the limits of a signed integer of so many bits, on both sides of them, and anywhere within. */
const integers = (bits: bigint): Arbitrary<string> => {
  const limit = 2n ** (bits - 1n);
  const near = (center: bigint) => fc.bigInt({ min: center - 2n, max: center + 2n });
  return fc
    .oneof(near(limit), near(-limit), near(0n), near(2n ** 53n), fc.bigInt({ min: -limit, max: limit }))
    .map(String);
};

const doubles: Arbitrary<string> = fc.oneof(
  fc.double().map(String),
  joined(sign, digits(1, 18), fc.constant('.'), digits(1, 18)),
  joined(sign, digits(1, 3), fc.constant('e'), sign, digits(1, 3)),
  fc.constantFrom('-0', 'NaN', 'Infinity', '-Infinity', '1e309', '1e-400', '4.9e-324', '1.17549435e-38'),
);

const fraction = fc.oneof(
  fc.constant(''),
  digits(1, 7).map((all) => `.${all}`),
);
const era = fc.constantFrom('', '', '', ' BC');
const year = fc
  .oneof(
    fc.integer({ min: 1, max: 9999 }),
    fc.constantFrom(1, 4713, 4714, 4715, 1582, 9999, 10_000, 294_275, 294_276, 294_277, 5_874_897, 5_874_898),
  )
  .map((value) => String(value).padStart(4, '0'));
const day = joined(year, fc.constant('-'), padded(1, 12), fc.constant('-'), padded(1, 31));
const infinity = fc.constantFrom('infinity', '-infinity');
const clock = joined(
  padded(0, 24),
  fc.constant(':'),
  padded(0, 59),
  fc.constant(':'),
  padded(0, 60),
  fraction,
);
const zone = joined(fc.constantFrom('+', '-'), padded(0, 15), fc.constant(':'), padded(0, 59));
const times = fc.oneof(clock, fc.constantFrom('24:00:00', '23:59:59.9999999', '00:00:00.0000005'));
const dates = fc.oneof(joined(day, era), infinity);
const timestamps = fc.oneof(
  joined(day, fc.constant(' '), clock, era),
  infinity,
  fc.constantFrom('294276-12-31 23:59:59.999999', '4714-11-24 00:00:00 BC', '4714-11-23 23:59:59 BC'),
);
const field = (unit: string, limit: number): Arbitrary<string> =>
  fc.oneof(
    fc.constant(''),
    fc.integer({ min: -limit, max: limit }).map((value) => `${value} ${unit} `),
  );
const intervals = fc.oneof(
  joined(
    field('years', 178_956_970),
    field('mons', 2_147_483_647),
    field('days', 2_147_483_648),
    field('hours', 100_000),
    field('microseconds', 1e15),
    fc.constant('0 sec'),
  ),
  fc.constantFrom('9223372036854775807 microseconds', '-9223372036854775808 microseconds', '0'),
);

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ maxLength: 30 }),
  fc.constantFrom('', ' ', '\\', '"', "'", 'NULL', '{}', '\r\n\t', '\u{10FFFF}'),
);
const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
const elements = (element: Arbitrary<string>): Arbitrary<string> =>
  fc
    .array(fc.oneof(element.map(quoted), fc.constant('NULL')), { maxLength: 5 })
    .map((all) => `{${all.join(',')}}`);
const points = joined(fc.constant('('), doubles, fc.constant(','), doubles, fc.constant(')'));
const pointList = fc.array(points, { minLength: 1, maxLength: 4 }).map((all) => all.join(','));
const ranges = (bound: Arbitrary<string>): Arbitrary<string> =>
  joined(
    fc.constantFrom('[', '('),
    bound.map(quoted),
    fc.constant(','),
    bound.map(quoted),
    fc.constantFrom(']', ')'),
  );
const bits = fc.array(fc.constantFrom('0', '1'), { maxLength: 80 }).map((all) => all.join(''));
const hex = (bytes: number): Arbitrary<string> =>
  fc.uint8Array({ maxLength: bytes }).map((all) => Buffer.from(all).toString('hex'));
const addresses = fc.oneof(
  joined(fc.ipV4(), fc.constant('/'), fc.integer({ min: 0, max: 33 }).map(String)),
  joined(fc.ipV6(), fc.constant('/'), fc.integer({ min: 0, max: 129 }).map(String)),
);
const pairs = fc
  .tuple(fc.option(integers(32n)), fc.option(texts))
  .map(([a, b]) => `(${a ?? ''},${b === null ? '' : quoted(b)})`);
const entries = fc
  .array(fc.tuple(texts, fc.option(texts)), { maxLength: 4 })
  .map((all) =>
    all.map(([key, value]) => `${quoted(key)}=>${value === null ? 'NULL' : quoted(value)}`).join(', '),
  );

/** Texts at and around the limits of each type; PostgreSQL takes some of them and refuses others. */
const generators: Readonly<Record<string, Arbitrary<string>>> = {
  smallint: integers(16n),
  integer: integers(32n),
  bigint: integers(64n),
  real: doubles,
  'double precision': doubles,
  numeric: fc.oneof(doubles, joined(sign, digits(1, 200), fc.constant('.'), digits(1, 200))),
  'numeric(20,5)': joined(sign, digits(1, 16), fc.constant('.'), digits(1, 7)),
  money: integers(64n).map((text) => text.replace(/(\d\d)$/, '.$1')),
  date: dates,
  time: times,
  'time with time zone': joined(times, zone),
  timestamp: timestamps,
  'timestamp(2)': timestamps,
  'timestamp with time zone': fc.oneof(joined(day, fc.constant(' '), clock, zone, era), infinity),
  interval: intervals,
  text: texts,
  'character varying(10)': texts,
  'character(10)': texts,
  bytea: hex(60).map((all) => `\\x${all}`),
  json: fc.json(),
  jsonb: fc.json(),
  bit: fc.constantFrom('0', '1'),
  'bit varying(64)': bits,
  uuid: fc.uuid(),
  inet: addresses,
  cidr: addresses,
  point: points,
  lseg: joined(fc.constant('['), points, fc.constant(','), points, fc.constant(']')),
  box: joined(points, fc.constant(','), points),
  path: joined(fc.constant('['), pointList, fc.constant(']')),
  polygon: joined(fc.constant('('), pointList, fc.constant(')')),
  circle: joined(fc.constant('<'), points, fc.constant(','), doubles, fc.constant('>')),
  int4range: ranges(integers(32n)),
  int8range: ranges(integers(64n)),
  numrange: ranges(doubles),
  daterange: ranges(dates),
  tsrange: ranges(timestamps),
  'integer[]': elements(integers(32n)),
  'text[]': elements(texts),
  'timestamp[]': elements(timestamps),
  'money[]': elements(integers(64n).map((text) => text.replace(/(\d\d)$/, '.$1'))),
  'samples.pair': pairs,
  'samples.pair[]': elements(pairs),
  'samples.words': ranges(texts),
  'extensions.hstore': entries,
  'extensions.citext': texts,
};

export const generatedTypes = Object.keys(generators);

/** The same for the same seed. */
export const generateTexts = (type: string, count: number, seed: number): readonly string[] => {
  const generator = generators[type];
  if (generator === undefined) throw new Error(`There is no generator for ${type}.`);
  return fc.sample(generator, { numRuns: count, seed });
};
