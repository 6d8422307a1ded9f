import fc, { type Arbitrary } from 'fast-check';

/** How values of a type are written and looked at. */
export type ValueKind = 'number' | 'float' | 'bits' | 'bytes' | 'text' | 'moment' | 'address' | 'geometry';

/** What is bound for `?`: a text or bytes. */
export type BoundValue = string | Buffer;

export interface GeneratedType {
  /** As DDL has it. */
  readonly type: string;
  readonly kind: ValueKind;
  readonly values: Arbitrary<BoundValue>;
}

const digits = (min: number, max: number): Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: min, maxLength: max }).map((all) => all.join(''));
const sign = fc.constantFrom('', '-');
const joined = (...parts: readonly Arbitrary<string>[]): Arbitrary<string> =>
  fc.tuple(...parts).map((texts) => texts.join(''));
const padded = (min: number, max: number, width = 2): Arbitrary<string> =>
  fc.integer({ min, max }).map((value) => String(value).padStart(width, '0'));

/** Around the limits of an integer of so many bits with and without a sign, on both sides of them, and anywhere within. */
const integers = (bits: bigint): Arbitrary<string> => {
  const limit = 2n ** (bits - 1n);
  const near = (center: bigint) => fc.bigInt({ min: center - 2n, max: center + 2n });
  return fc
    .oneof(
      near(limit),
      near(-limit),
      near(2n * limit),
      near(0n),
      near(2n ** 53n),
      fc.bigInt({ min: -limit, max: 2n * limit }),
    )
    .map(String);
};

/** One digit more than there is room for on both sides of the point. */
const decimals = (precision: number, scale: number): Arbitrary<string> =>
  fc.oneof(
    joined(sign, digits(1, precision - scale + 1), fc.constant('.'), digits(1, scale + 1)),
    joined(sign, digits(1, Math.max(1, precision - scale))),
    fc.constantFrom(
      '0',
      '-0',
      ...['', '-'].map((minus) => `${minus}${'9'.repeat(precision - scale)}.${'9'.repeat(scale)}`),
      `-0.${'0'.repeat(Math.max(0, scale - 1))}1`,
    ),
  );

const doubles: Arbitrary<string> = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.float({ noNaN: true, noDefaultInfinity: true }).map(String),
  joined(sign, digits(1, 18), fc.constant('.'), digits(1, 18)),
  joined(sign, digits(1, 3), fc.constant('e'), sign, digits(1, 3)),
  fc.constantFrom(
    '-0',
    '1e309',
    '1.7976931348623157e308',
    '1.7976931348623159e308',
    '4.9e-324',
    '2.2250738585072014e-308',
    '3.4028234663852886e38',
    '3.4028235677973366e38',
    '-3.4028234663852886e38',
    '1e-45',
    '1.17549435e-38',
    '16777217',
  ),
);

const fraction = fc.oneof(
  fc.constant(''),
  digits(1, 7).map((all) => `.${all}`),
);
/** Zeros are what only a server without a strict mode takes. */
const day = joined(
  fc
    .oneof(
      fc.integer({ min: 1, max: 9999 }),
      fc.constantFrom(0, 1, 999, 1000, 1582, 1969, 2038, 9999, 10_000),
    )
    .map((value) => String(value).padStart(4, '0')),
  fc.constant('-'),
  fc.oneof({ weight: 9, arbitrary: padded(1, 12) }, { weight: 1, arbitrary: padded(0, 13) }),
  fc.constant('-'),
  fc.oneof({ weight: 9, arbitrary: padded(1, 31) }, { weight: 1, arbitrary: padded(0, 32) }),
);
const dates = fc.oneof(
  { weight: 9, arbitrary: day },
  {
    weight: 1,
    arbitrary: fc.constantFrom('0000-00-00', '0001-01-01', '9999-12-31', '1582-10-10', '1900-02-29'),
  },
);
const clock = joined(
  padded(0, 24),
  fc.constant(':'),
  padded(0, 60),
  fc.constant(':'),
  padded(0, 60),
  fraction,
);
const moments = fc.oneof(
  { weight: 9, arbitrary: joined(day, fc.constant(' '), clock) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '0000-00-00 00:00:00',
      '9999-12-31 23:59:59.999999',
      '9999-12-31 23:59:59.9999999',
      '0001-01-01 00:00:00.000001',
    ),
  },
);
/** From before the first one to after the last. */
const instants = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .date({ min: new Date(-2_000), max: new Date(2 ** 31 * 1_000 + 2_000), noInvalidDate: true })
      .map((date) => date.toISOString().replace('T', ' ').replace('Z', '')),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '0000-00-00 00:00:00',
      '1970-01-01 00:00:00',
      '1970-01-01 00:00:00.000001',
      '1970-01-01 00:00:00.999999',
      '1970-01-01 00:00:01',
      '2038-01-19 03:14:07',
      '2038-01-19 03:14:07.999999',
      '2038-01-19 03:14:08',
    ),
  },
);
const times = fc.oneof(
  {
    weight: 9,
    arbitrary: joined(
      sign,
      fc.oneof(padded(0, 838), padded(0, 23)),
      fc.constant(':'),
      padded(0, 60),
      fc.constant(':'),
      padded(0, 60),
      fraction,
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '838:59:59',
      '-838:59:59',
      '838:59:59.000001',
      '839:00:00',
      '-00:00:00.000001',
      '-00:00:00',
      '24:00:00',
      '838:59:58.9999999',
    ),
  },
);
const years = fc.oneof(
  fc.integer({ min: 1899, max: 2157 }).map(String),
  fc.constantFrom('0000', '0', '00', '69', '70', '1900', '1901', '2155', '2156'),
);

const texts = (limit: number): Arbitrary<string> =>
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: limit + 1 }).filter((text) => text.isWellFormed()),
    fc.string({ maxLength: limit + 1 }),
    fc.string({
      unit: fc.constantFrom(' ', 'a', '\t', '\\', '\n', "'", '"', '%', ';'),
      maxLength: limit + 1,
    }),
    fc.constantFrom(
      ...[
        '',
        ' ',
        'a ',
        '  a  ',
        '\\',
        '\\N',
        '\\\\N',
        'NULL',
        '\0',
        'a\0b',
        '\r\n\t',
        "'",
        '--',
        '\u{1a}',
        '\ufeff',
      ],
      ...['\u{10FFFF}', '\uffff', '\ufffd', 'e\u0301', '\u2028'],
      ...['😀', 'é', '中', 'a'].flatMap((character) =>
        [limit - 1, limit, limit + 1].map((n) => character.repeat(n)),
      ),
      `${'a'.repeat(limit)} `,
    ),
  );
/** What single-byte character sets have, also beyond ASCII. */
const westernTexts = (limit: number): Arbitrary<string> =>
  fc.oneof(
    fc.string({
      unit: fc.oneof(
        fc.integer({ min: 0, max: 0xff }).map((code) => String.fromCharCode(code)),
        fc.constantFrom('€', 'Š', '™', 'Ж', 'я', '中', 'ł', '–'),
      ),
      maxLength: Math.min(limit, 40),
    }),
    fc.constantFrom(...['é', '€', 'a', 'Ж'].flatMap((one) => [one.repeat(limit), one.repeat(limit + 1)])),
    fc.constantFrom('\u0081', '\u008d', '\u009d', '\ufffd', ''),
  );
const bytes = (limit: number): Arbitrary<Buffer> =>
  fc.oneof(
    fc.uint8Array({ maxLength: Math.min(limit + 1, 60) }).map((all) => Buffer.from(all)),
    fc.constantFrom(
      ...[Buffer.alloc(0), Buffer.alloc(1), Buffer.from('\\x'), Buffer.from('a '), Buffer.from("\t\n\\'")],
      ...[limit - 1, limit, limit + 1].map((length) => Buffer.alloc(length, 0xff)),
    ),
  );
const bits = (length: number): Arbitrary<Buffer> =>
  fc
    .oneof(
      fc.bigInt({ min: 0n, max: 2n ** BigInt(length) }),
      fc.constantFrom(0n, 1n, 2n ** BigInt(length) - 1n),
    )
    .map((value) => {
      const hex = value.toString(16);
      return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
    });
const members = ['a', 'B', '', 'c,d', "it's", 'é', '1', '0', ' x'] as const;
const sets = ['a', 'B', "it's", 'é', '1', '0', ' x'] as const;

const coordinate = fc.double({ noNaN: true, noDefaultInfinity: true }).map(String);
const point = joined(coordinate, fc.constant(' '), coordinate);
const pointList = (least: number) =>
  fc.array(point, { minLength: least, maxLength: 4 }).map((all) => `(${all.join(',')})`);
const ring = fc
  .array(point, { minLength: 3, maxLength: 4 })
  .map((all) => `(${[...all, all[0] ?? ''].join(',')})`);
const points = point.map((text) => `POINT(${text})`);
const geometries = fc.oneof(
  points,
  pointList(2).map((list) => `LINESTRING${list}`),
  fc.array(ring, { minLength: 1, maxLength: 2 }).map((all) => `POLYGON(${all.join(',')})`),
  pointList(1).map((list) => `MULTIPOINT${list}`),
  fc.array(points, { minLength: 1, maxLength: 3 }).map((all) => `GEOMETRYCOLLECTION(${all.join(',')})`),
);

const ofKind = (
  kind: ValueKind,
  values: Readonly<Record<string, Arbitrary<BoundValue>>>,
): readonly GeneratedType[] =>
  Object.entries(values).map(([type, ofType]) => ({ type, kind, values: ofType }));

/** Values at and beyond the limits of each type; a server takes some of them and refuses others. */
export const generatedTypes: readonly GeneratedType[] = [
  ...ofKind('number', {
    tinyint: integers(8n),
    'tinyint unsigned': integers(8n),
    smallint: integers(16n),
    'smallint unsigned': integers(16n),
    mediumint: integers(24n),
    'mediumint unsigned': integers(24n),
    int: integers(32n),
    'int unsigned zerofill': integers(32n),
    bigint: integers(64n),
    'bigint unsigned': integers(64n),
    year: years,
    'decimal(65,30)': decimals(65, 30),
    'decimal(10,0)': decimals(10, 0),
    'decimal(5,5)': decimals(5, 5),
    'decimal(20,4) unsigned': decimals(20, 4),
  }),
  ...ofKind('float', {
    float: doubles,
    'float unsigned': doubles,
    'float(9,4)': doubles,
    double: doubles,
    'double(20,6)': doubles,
  }),
  ...ofKind('bits', { 'bit(1)': bits(1), 'bit(13)': bits(13), 'bit(64)': bits(64) }),
  ...ofKind('bytes', {
    'binary(4)': bytes(4),
    'varbinary(20)': bytes(20),
    tinyblob: bytes(255),
    blob: bytes(65_535),
    mediumblob: bytes(70_000),
  }),
  ...ofKind('text', {
    'char(5)': texts(5),
    'varchar(10)': texts(10),
    'varchar(16000)': texts(16_000),
    'varchar(10) character set latin1': westernTexts(10),
    'varchar(10) character set cp1251': westernTexts(10),
    'varchar(10) character set utf8mb3': texts(10),
    'varchar(10) character set utf16le': texts(10),
    tinytext: texts(255),
    'tinytext character set latin1': westernTexts(255),
    'tinytext character set utf16le': texts(127),
    text: texts(65_535),
    'text character set latin1': westernTexts(65_535),
    mediumtext: texts(40),
    longtext: texts(40),
    json: fc.json(),
    "enum('a','B','','c,d','it''s','é','1','0',' x')": fc.constantFrom(...members, 'none', '2', 'b'),
    "set('a','B','it''s','é','1','0',' x')": fc.subarray([...sets, 'none']).map((all) => all.join(',')),
    uuid: fc.oneof(
      fc.uuid(),
      fc.uuid().map((text) => text.replaceAll('-', '').toUpperCase()),
    ),
  }),
  ...ofKind('address', {
    inet4: fc.ipV4(),
    inet6: fc.oneof(
      fc.ipV6(),
      fc.ipV4().map((text) => `::ffff:${text}`),
    ),
  }),
  ...ofKind('moment', {
    date: dates,
    time: times,
    'time(3)': times,
    'time(6)': times,
    datetime: moments,
    'datetime(3)': moments,
    'datetime(6)': moments,
    timestamp: instants,
    'timestamp(6)': instants,
  }),
  ...ofKind('geometry', { geometry: geometries, point: points }),
];

/** The same for the same seed. */
export const generateValues = (
  { values }: GeneratedType,
  count: number,
  seed: number,
): readonly BoundValue[] => fc.sample(values, { numRuns: count, seed });
