import type { MysqlKind } from '#core/databases/mysql/flavors.ts';

/** A value as SQL writes it, and the canonical text that both copy and stream have to make of it; null is NULL. */
type Sample = readonly [sql: string, canonical: string | null];

interface Samples {
  readonly samples: readonly Sample[];
  /** Only servers of this kind have the type. */
  readonly only?: MysqlKind;
}

const hex = (text: string): string => `_utf8mb4 X'${Buffer.from(text).toString('hex')}'`;
const text = (value: string): Sample => [hex(value), value];
const number = (value: string): Sample => [value, value];
const quoted = (value: string): Sample => [`'${value}'`, value];

/**
 * Columns by their type, with values of each that are easy to get wrong. NULL is added to each; a column that is NOT NULL
 * has none. The first value becomes the column's DEFAULT where it may have one.
 */
const typeSamples: Readonly<Record<string, Samples>> = {
  tinyint: { samples: ['0', '-128', '127'].map(number) },
  'tinyint(1)': { samples: ['0', '1', '-5', '127'].map(number) },
  boolean: {
    samples: [
      ['true', '1'],
      ['false', '0'],
    ],
  },
  'tinyint unsigned': { samples: ['0', '255'].map(number) },
  smallint: { samples: ['-32768', '32767'].map(number) },
  'smallint unsigned': { samples: ['65535'].map(number) },
  mediumint: { samples: ['-8388608', '8388607'].map(number) },
  'mediumint unsigned': { samples: ['16777215'].map(number) },
  int: { samples: ['-2147483648', '2147483647', '0'].map(number) },
  'int unsigned': { samples: ['4294967295'].map(number) },
  'int(8) unsigned zerofill': { samples: ['42', '0', '123456789'].map(number) },
  bigint: {
    samples: [
      '0',
      '-9223372036854775808',
      '9223372036854775807',
      '9007199254740993',
      '-9007199254740993',
    ].map(number),
  },
  'bigint unsigned': {
    samples: [
      '0',
      '18446744073709551615',
      '9223372036854775808',
      '9223372036854775807',
      '9007199254740993',
    ].map(number),
  },
  'decimal(65,30)': {
    samples: [
      '12345678901234567890123456789012345.123456789012345678901234567890',
      '-0.000000000000000000000000000001',
      '0.000000000000000000000000000000',
    ].map(number),
  },
  'decimal(10,0)': { samples: ['5', '-9999999999'].map(number) },
  'decimal(8,2) unsigned zerofill': {
    samples: [
      ['1.5', '1.50'],
      ['0', '0.00'],
    ],
  },
  float: {
    samples: [
      ['1.1e0', '1.1'],
      ['-0e0', '-0'],
      ['3.4028234e38', '3.4028235e+38'],
      ['1e-45', '1e-45'],
      ['16777217', '1.6777216e+07'],
      ['123456.789', '123456.79'],
      ['1.17549435e-38', '1.1754944e-38'],
      ['0.00001', '1e-05'],
    ],
  },
  'float(7,3)': { samples: [['1234.567', '1234.567']] },
  double: {
    samples: [
      ['0.1e0', '0.1'],
      ['-0e0', '-0'],
      ['1.7976931348623157e308', '1.7976931348623157e+308'],
      ['2.2250738585072014e-308', '2.2250738585072014e-308'],
      ['123456789012345680', '1.2345678901234568e+17'],
      ['1e15', '1e+15'],
      ['1e22', '1e+22'],
      ['2e-3', '0.002'],
      ['0.00001', '1e-05'],
    ],
  },
  'double(10,2)': { samples: [['12345.67', '12345.67']] },
  'bit(1)': {
    samples: [
      ["b'0'", '0'],
      ["b'1'", '1'],
    ],
  },
  'bit(10)': {
    samples: [
      ["b'1000000001'", '1000000001'],
      ["b'10'", '0000000010'],
    ],
  },
  'bit(64)': { samples: [[`b'1${'0'.repeat(62)}1'`, `1${'0'.repeat(62)}1`]] },
  'char(5)': {
    samples: [
      ["'ab   '", 'ab'],
      ["' a'", ' a'],
      ["''", ''],
      [hex('é😀'), 'é😀'],
    ],
  },
  'varchar(40)': {
    samples: ['a  ', '', `O'Neil "x" \\ \t\n\r \\N`, 'é😀', '\u0001\u007f'].map(text),
  },
  text: { samples: ['x', '', 'é😀'.repeat(1000)].map(text) },
  longtext: { samples: ['x😀'].map(text) },
  'varchar(20) character set latin1': { samples: ['é€ÿ'].map(text) },
  'varchar(20) character set utf8mb3': { samples: ['é€'].map(text) },
  'varchar(20) character set utf16le': { samples: ['é😀', '\ufeffé', '\ufffeé'].map(text) },
  'varchar(20) character set cp1251': { samples: ['Привет'].map(text) },
  'varchar(20) collate utf8mb4_bin': { samples: ['a', 'A', 'ä'].map(text) },
  'binary(4)': {
    samples: [
      ["X'0001FF'", '\\x0001ff00'],
      ["'a'", '\\x61000000'],
      ["X'00000000'", '\\x00000000'],
    ],
  },
  'varbinary(8)': {
    samples: [
      ["X'00FF'", '\\x00ff'],
      ["''", '\\x'],
    ],
  },
  blob: {
    samples: [
      ["X'00FF0A5C27'", '\\x00ff0a5c27'],
      ["''", '\\x'],
    ],
  },
  longblob: { samples: [["REPEAT(X'AB', 70000)", `\\x${'ab'.repeat(70_000)}`]] },
  "enum('a','b,c','d''e','')": {
    samples: [
      ["'a'", 'a'],
      ["'b,c'", 'b,c'],
      ["'d''e'", "d'e"],
      ["''", ''],
    ],
  },
  "enum('é','z') character set latin1": { samples: [[hex('é'), 'é']] },
  "set('x','y','z')": {
    samples: [
      ["'x'", 'x'],
      ["'z,x'", 'x,z'],
      ["''", ''],
    ],
  },
  date: {
    samples: [...['2020-02-29', '0001-01-01', '0099-12-31', '1582-10-10', '9999-12-31'].map(quoted)],
  },
  'date not null': { samples: ['1970-01-01', '0001-01-01'].map(quoted) },
  datetime: {
    samples: [
      ...['2020-02-29 23:59:59', '0001-01-01 00:00:00', '9999-12-31 23:59:59', '2020-03-29 02:30:00'].map(
        quoted,
      ),
    ],
  },
  'datetime(6)': {
    samples: [
      ...['2020-02-29 23:59:59.123456', '0001-01-01 00:00:00.000001', '1000-01-01 10:00:00'].map(quoted),
      ["'2020-01-01 00:00:00.1'", '2020-01-01 00:00:00.1'],
    ],
  },
  'datetime(3) not null': { samples: ['1970-01-01 00:00:00', '2020-01-01 00:00:01.02'].map(quoted) },
  'timestamp null': {
    samples: [
      ["'2020-02-29 23:59:59'", '2020-02-29 23:59:59+00'],
      ["'1970-01-01 00:00:01'", '1970-01-01 00:00:01+00'],
      ["'2038-01-19 03:14:07'", '2038-01-19 03:14:07+00'],
    ],
  },
  'timestamp(6) null': { samples: [["'2020-02-29 23:59:59.10'", '2020-02-29 23:59:59.1+00']] },
  time: { samples: ['12:34:56', '-12:34:56', '838:59:59', '-838:59:59', '24:00:00', '00:00:00'].map(quoted) },
  'time(6)': {
    samples: ['12:34:56.123456', '-00:00:00.000001', '-838:59:58.999999', '-01:00:00.5'].map(quoted),
  },
  year: {
    samples: [
      ["'1901'", '1901'],
      ["'2155'", '2155'],
      ["'0000'", '0'],
    ],
  },
  geometry: {
    samples: [
      ["ST_GeomFromText('POINT(1 2)')", '\\x0101000000000000000000f03f0000000000000040'],
      ["ST_GeomFromText('POINT(1 2)', 3857)", '\\x0101000020110f0000000000000000f03f0000000000000040'],
    ],
  },
  point: { samples: [["ST_GeomFromText('POINT(1.5 -2)')", '\\x0101000000000000000000f83f00000000000000c0']] },
  polygon: {
    samples: [
      [
        "ST_GeomFromText('POLYGON((0 0,1 0,1 1,0 0))')",
        '\\x01030000000100000004000000000000000000000000000000000000000000' +
          '00000000f03f0000000000000000000000000000f03f000000000000f03f00000000000000000000000000000000',
      ],
    ],
  },
  uuid: {
    only: 'mariadb',
    samples: [
      '123e4567-e89b-12d3-a456-426614174000',
      '00000000-0000-0000-0000-000000000000',
      'f47ac10b-58cc-4372-a567-0e02b2c3d479',
      '00000000-58cc-1372-a567-0e02b2c30000',
      '00007ac1-58cc-6372-a567-0e02b2c3d400',
      'ffffffff-ffff-7fff-8fff-ffffffffff00',
    ].map(quoted),
  },
  inet6: {
    only: 'mariadb',
    samples: [
      '2001:db8::ff00:42:8329',
      '::',
      '::1',
      '::2',
      '1::',
      '::0.1.0.0',
      '::ffff:192.0.2.128',
      '::192.0.2.128',
      '64:ff9b::c000:280',
      '2001:0:0:1::1',
      '2001:db8::1:0:0:1',
      '2001:db8:0:1:1:1:1:1',
      'fe80::1:2:3:4',
      'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    ]
      .map(quoted)
      .concat([["'::FFFF:0:1'", '::ffff:0.0.0.1']]),
  },
  inet4: {
    only: 'mariadb',
    samples: ['192.0.2.128', '0.0.0.0', '255.255.255.255', '10.0.0.0', '0.0.0.1'].map(quoted),
  },
};

/** Base 64 of 150 bytes FF. The server breaks it into lines of 76. */
const base64Lines = [76, 76, 48].map((length) => '/'.repeat(length)).join('\\n');

/** MariaDB keeps JSON as it was written; MySQL parses it, and numbers and blanks of its texts are not the writer's. */
const jsonSamples: Readonly<Record<MysqlKind, readonly Sample[]>> = {
  mariadb: [
    text('{"b": 1,  "a": [1.0, null, true, "é\\u0001😀"], "c": 1e400, "a": 2}'),
    text('null'),
    text('"s"'),
    text('[]'),
  ],
  mysql: [
    [
      hex('{"b": 1, "a":  2, "big": 12345678901234567890, "d": 0.1}'),
      '{"a":2,"b":1,"d":0.1,"big":12345678901234567890}',
    ],
    [
      hex(
        '[1e100, 1.5e300, 2e-7, 0.00001, 0.002, 5.684341886080802e-14, 1e15, 1e16, 1e21, -0.0, 1.0, 123456.789]',
      ),
      '[1e+100,1.5e+300,2e-7,0.00001,0.002,5.684341886080802e-14,1000000000000000,10000000000000000,1e+21,-0,1,123456.789]',
    ],
    [
      "JSON_OBJECT('dec', 1.10, 'long', CAST('12345678901234567890.1234567890' AS DECIMAL(40,10)))",
      '{"dec":1.1,"long":12345678901234567890.123456789}',
    ],
    [
      hex('["é😀\\u0000\\u0001\\n\\t\\\\/\\"\\b", {}, [], true, false, null]'),
      '["é😀\\u0000\\u0001\\n\\t\\\\/\\"\\b",{},[],true,false,null]',
    ],
    [
      "JSON_ARRAY(TIME'10:00:00', TIME'-838:59:59', TIME'-00:00:00.5', DATE'2020-01-02', TIMESTAMP'2020-01-02 03:04:05.6')",
      '["10:00:00.000000","-838:59:59.000000","-00:00:00.500000","2020-01-02","2020-01-02 03:04:05.600000"]',
    ],
    [
      "JSON_OBJECT('bytes', x'00ff', 'bits', b'101', 'fixed', CAST('x' AS BINARY(3)), 'blob', REPEAT(x'ff', 150))",
      `{"bits":"base64:type15:BQ==","blob":"base64:type15:${base64Lines}","bytes":"base64:type15:AP8=","fixed":"base64:type15:eAAA"}`,
    ],
    [hex('null'), 'null'],
    [hex('"s"'), '"s"'],
  ],
};

/** Samples of one type in a column of its own; `name` is the column's. */
export interface SampleColumn {
  readonly name: string;
  readonly type: string;
  readonly values: readonly Sample[];
}

/** What a table with a column of each type that servers of the kind have is made of, and its rows. */
export interface SampleTable {
  readonly columns: readonly SampleColumn[];
  readonly rowCount: number;
  /** CREATE TABLE, with `id` as the key; most columns have a DEFAULT. */
  create(table: string): string;
  /** INSERTs of one row each, from row 0 on. The last row is all NULLs, which have to win over the columns' defaults. */
  inserts(table: string): readonly string[];
  /** The column's canonical texts, by row. */
  canonical(column: SampleColumn): readonly (string | null)[];
}

export const sampleTable = (kind: MysqlKind): SampleTable => {
  const columns = [
    ...Object.entries(typeSamples)
      .filter(([, { only }]) => only === undefined || only === kind)
      .map(([type, { samples: values }]) => ({ type, values })),
    { type: 'json', values: jsonSamples[kind] },
  ].map((sample, index) => ({ ...sample, name: `v${index}` }));
  const rowCount = Math.max(...columns.map(({ values }) => values.length)) + 1;
  const sampleAt = ({ type, values }: SampleColumn, row: number): Sample | undefined =>
    values[row] ?? (type.endsWith('not null') ? values[0] : undefined);
  const rows = Array.from({ length: rowCount }, (_row, row) => row);
  return {
    columns,
    rowCount,
    create: (table) => {
      const list = columns.map(({ name, type, values: [first] }) => {
        // Long and geometric types have no default but an expression.
        const mayHaveDefault = !/text|blob|json|geo|point|polygon/.test(type);
        return `${name} ${type}${mayHaveDefault ? ` DEFAULT ${first?.[0] ?? ''}` : ''}`;
      });
      return `CREATE TABLE \`${table}\` (id int PRIMARY KEY, ${list.join(', ')}) ROW_FORMAT=DYNAMIC`;
    },
    inserts: (table) =>
      rows.map((row) => {
        const list = columns.map((column) => sampleAt(column, row)?.[0] ?? 'NULL');
        return `INSERT INTO \`${table}\` VALUES (${row}, ${list.join(', ')})`;
      }),
    canonical: (column) => rows.map((row) => sampleAt(column, row)?.[1] ?? null),
  };
};

/** Types of which the values do not all arrive as they are, by kind. */
export const refusedTypes: readonly {
  readonly type: string;
  readonly only?: MysqlKind;
  readonly reason: string;
}[] = [
  { type: 'varchar(10) character set sjis', reason: 'sjis' },
  { type: 'varchar(10) character set gbk', reason: 'gbk' },
  { type: 'text character set greek', reason: 'greek' },
  { type: 'varchar(10) character set utf16', reason: 'U+FEFF' },
  { type: 'text character set ucs2', reason: 'U+FEFF' },
  { type: 'varchar(10) character set utf32', reason: 'U+FEFF' },
  { type: "enum('a','é😀') character set utf8mb4", reason: 'question mark' },
  { type: "set('a','é😀') character set utf8mb4", reason: 'question mark' },
  { type: "enum('a','x\\\\y')", reason: 'backslash' },
  { type: 'vector(3)', only: 'mysql', reason: 'vector(3)' },
];
