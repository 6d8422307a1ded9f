type TypeSamples = Readonly<Record<string, readonly string[]>>;

const allVersions: TypeSamples = {
  boolean: ['true', 'false'],
  smallint: ['0', '-32768', '32767'],
  integer: ['0', '-2147483648', '2147483647'],
  bigint: ['0', '-9223372036854775808', '9223372036854775807', '9007199254740993', '-9007199254740993'],
  oid: ['0', '4294967295'],
  real: [
    ...[
      '1.1',
      '-0',
      '0',
      'NaN',
      'Infinity',
      '-Infinity',
      '3.4028235e38',
      '-3.4028235e38',
      '1e-45',
      '1.17549435e-38',
    ],
    ...[
      '0.1',
      '123456',
      '1234567',
      '999999.94',
      '1e5',
      '1e6',
      '1e15',
      '0.0001',
      '0.00001',
      '16777216',
      '8388608.5',
    ],
  ],
  'double precision': [
    ...[
      '0.1',
      '-0',
      '0',
      'NaN',
      'Infinity',
      '-Infinity',
      '1.7976931348623157e308',
      '5e-324',
      '2.2250738585072014e-308',
    ],
    ...[
      '1e14',
      '1e15',
      '123456789012345680',
      '9007199254740993',
      '1e21',
      '1e22',
      '0.0001',
      '0.00001',
      '2e-3',
    ],
    ...['1.2345678901234567', '-4.35', '100', '0.3', '2.0000000000000004', '9.5367431640625e-07'],
  ],
  numeric: [
    ...['1.50', '0', '-0.00000000000000000001', 'NaN', '1e10', '1e-20', '00012.3400'],
    '9'.repeat(300),
    `${'9'.repeat(131_072)}.${'1'.repeat(100)}`,
    `0.${'0'.repeat(16_382)}1`,
  ],
  'numeric(38,10)': ['1.5', '-9999999999999999999999999999.9999999999', '0.0000000001', '0', 'NaN'],
  'numeric(1000,500)': [`${'9'.repeat(500)}.${'9'.repeat(500)}`, '1'],
  text: [
    '',
    'NULL',
    'null',
    'it\'s "quoted" \\ back\\slash',
    'héllo 😀 \u{10FFFF}',
    '\n\r\t\b\f\u0001\u007f',
    '  blanks  ',
    '\u2028 ﷽',
  ],
  'character varying(20)': ['', 'abc', 'ends with blanks   ', '😀'.repeat(20)],
  'character varying': ['x', ''],
  'character(5)': ['ab', '', 'abcde', ' a', '😀'],
  '"char"': ['x', '', '"'],
  name: ['a name', ''],
  bytea: ['\\x', '\\x00', '\\x00ff5c2722', `\\x${'deadbeef'.repeat(100)}`],
  uuid: ['00000000-0000-0000-0000-0000000000ff', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
  date: [
    ...[
      '2024-02-29',
      '9999-12-31',
      '10000-01-01',
      '5874897-12-31',
      '0001-01-01',
      '0001-12-31 BC',
      '0044-03-15 BC',
    ],
    ...['4714-11-24 BC', 'infinity', '-infinity', '1582-10-10', '1500-02-28', '1970-01-01', '1900-02-28'],
  ],
  time: ['00:00:00', '24:00:00', '23:59:59.999999', '12:30', '00:00:00.000001', '01:02:03.5'],
  'time(0)': ['12:30:15', '24:00:00'],
  'time with time zone': [
    ...['24:00:00+02', '12:00:00.5-03:30', '00:00:00+15:59:59', '24:00:00-15:59:59', '12:34:56.123456+00'],
  ],
  money: ['1234.56', '0', '0.01', '-0.01', '-1234.56', '92233720368547758.07', '-92233720368547758.08'],
  timestamp: [
    ...['2024-02-29 01:02:03.123456', '2024-02-29 01:02:03.1', '2024-02-29 00:00:00', '2024-12-31 24:00:00'],
    ...[
      '9999-12-31 23:59:59.999999',
      '10000-01-01 00:00:00',
      '294276-12-31 23:59:59.999999',
      '0001-01-01 00:00:00',
    ],
    ...[
      '0001-12-31 23:59:59.999999 BC',
      '0044-03-15 12:00:00 BC',
      '4713-01-01 00:00:00 BC',
      'infinity',
      '-infinity',
    ],
    ...[
      '1969-12-31 23:59:59.999999',
      '1582-10-10 00:00:00',
      '2024-03-31 02:30:00',
      '294247-01-10 04:00:25.2',
      '294247-01-10 04:00:25.200001',
    ],
  ],
  'timestamp(3)': ['2024-02-29 01:02:03.12', '2024-02-29 01:02:03.999', 'infinity'],
  'timestamp with time zone': [
    ...[
      '2024-02-29 01:02:03.123456+02',
      '2024-02-29 01:02:03+00',
      '9999-12-31 23:59:59.999999+00',
      '10000-01-01 00:00:00+00',
    ],
    ...[
      '294276-12-31 23:59:59.999999+00',
      '0001-01-01 00:00:00+00',
      '0001-12-31 23:59:59.999999+00 BC',
      '0044-03-15 00:00:00.5+00 BC',
    ],
    ...[
      '4713-01-01 00:00:00+00 BC',
      'infinity',
      '-infinity',
      '2024-03-31 02:30:00+01',
      '1883-11-18 12:00:00+00',
    ],
  ],
  'timestamp(0) with time zone': ['2024-02-29 01:02:03+00'],
  interval: [
    ...[
      '1 year 2 mons 3 days 04:05:06.789',
      '-1 year -2 mons +3 days -04:05:06.789',
      '1 year -2 days',
      '0',
      '0.000001 sec',
    ],
    ...[
      '-0.000001 sec',
      '178000000 years',
      '-178000000 years',
      '100000:00:00',
      '-00:00:00.5',
      '14 mons',
      '40 days 25:00:00',
    ],
    ...[
      '-1.5 sec',
      '1 mon -00:00:01.25',
      '-1 mon 1 day',
      '-1 day 00:00:01',
      '1 day -1 sec',
      '2147483647 days',
      '1 mon',
      '1 day',
    ],
  ],
  'interval year to month': ['3 years 2 mons'],
  'interval(3)': ['1.123 sec'],
  json: [
    '{}',
    '{"a" : 1,   "a":2, "n":12345678901234567890.10,\n"u":"\\u00e9 é"}',
    'null',
    '" "',
    '[1e1000, -0, 0.10]',
    ' 1 ',
  ],
  jsonb: ['{}', '{"b":1,"a":[1,2,{"c":null}],"n":12345678901234567890.10}', 'null', '"\\u00e9\\n"', '1e3'],
  xml: [
    '<a>1</a>',
    '',
    '<?xml version="1.0" encoding="latin1"?><a b="c">é</a>',
    'text &amp; more',
    '<a/><b/>',
  ],
  'bit(1)': ['1', '0'],
  'bit(12)': ['100000000011', '000000000000', '111111111111'],
  'bit(64)': ['1'.repeat(64), `1${'0'.repeat(63)}`],
  'bit varying': ['', '0', '0001', '01', '1'.repeat(100)],
  'bit varying(10)': ['0000000101', ''],
  inet: ['10.0.0.1/8', '10.0.0.1', '::1/128', '2001:db8::/32', '::ffff:1.2.3.4'],
  cidr: ['10.0.0.0/8', '2001:db8::/32'],
  macaddr: ['08:00:2b:01:02:03'],
  macaddr8: ['08:00:2b:01:02:03:04:05'],
  tsvector: ['', "'a b':1A,2 'it''s':3"],
  tsquery: ["'a' & !'b' | 'it''s':*A", ''],
  pg_lsn: ['16/B374D848', '0/0', 'FFFFFFFF/FFFFFFFF'],
  jsonpath: ['$."a"[*]?(@ > 1)'],
  xid8: ['18446744073709551615', '0'],
  xid: ['4294967295'],
  cid: ['4294967295'],
  tid: ['(4294967295,65535)', '(0,0)'],
  int2vector: ['1 -2 3', ''],
  oidvector: ['1 4294967295'],
  txid_snapshot: ['10:20:10,14,15', '10:10:'],
  pg_snapshot: ['10:20:10,14,15'],
  refcursor: ['a cursor'],
  point: ['(1,2)', '(-0,0.1)', '(NaN,Infinity)', '(5e-324,-1.7976931348623157e308)', '(1e15,1e-05)'],
  line: ['{1,2,3}', '{0,-1,0.1}', '{1e300,-1,5e-324}'],
  lseg: ['[(1,2),(3,4)]', '[(-Infinity,0.1),(NaN,-0)]'],
  box: ['(3,4),(1,2)', '(0.1,0),(0.1,-0)'],
  path: ['((1,2),(3,4),(0.1,0.2))', '[(1,2),(3,4)]', '[(0,0)]', '((1e-300,Infinity))'],
  polygon: ['((0,0),(0,1),(1.5,1e-07))', '((1,2))'],
  circle: ['<(1,2),0.1>', '<(0.1,-0),0>', '<(1,1),Infinity>'],
  int4range: ['[1,10)', 'empty', '(,)', '[5,)', '(,5]', '[-2147483648,2147483647)'],
  int8range: ['[-9223372036854775808,9223372036854775807)', 'empty'],
  numrange: ['[1.50,2.00)', '(1e-20,1e20]', '[NaN,NaN]', '(,0.0)'],
  tsrange: ['["2024-01-01 00:00:00.123456",infinity)', '["0044-03-15 00:00:00 BC",)'],
  tstzrange: ['["2024-01-01 02:00:00+02","12345-01-01 00:00:00+00"]', '(-infinity,infinity)'],
  daterange: ['[2024-01-01,infinity]', '["0044-03-15 BC",2024-02-29]', 'empty'],
  'samples.pair': ['(1,"a ""b"" \\\\ c")', '(,)', '(1,)', '(,"")', '(-1,"x, (y)\n")', '(2," NULL ")'],
  'samples.deep': [
    `("(1,""it's"")","{""(1,a)"",NULL}","2024-01-01 02:00:00.5+02",sad,0.1,"\\\\x00ff","1 day")`,
    '(,{},infinity,,-0,,-00:00:01)',
  ],
  'samples.some_pair': ['(1,a)', '(,)'],
  'samples.floats': ['[5e-324,0.1)', '(,-0]', 'empty'],
  'samples.words': ['["a, b","c ""d"""]', '["",z)', '(,)'],
  // Named as other types: Debezium looks them up by name alone.
  'samples.line': ['(1,2)'],
  'samples.int4': ['(1,2)'],
  'samples.code': ['007', '1e3'],
  'others.code': ['7'],
  'others."My Mood"': ['1.50'],
  // As PostGIS's: a base type whose arrays have colons between their elements.
  'samples.shape': ['0101000000', 'a:b,c', ''],
  'samples.shape[]': ['{0101000000:NULL:"a:b,c"}', '{}', '[0:0]={x}'],
  'extensions.citext': ['MiXed', '', 'NULL'],
  'extensions.hstore': ['"a"=>"1", "b"=>NULL, "c d"=>"x\\"y"', '', '"k"=>""'],
  'extensions.ltree': ['Top.Science.Astronomy', ''],
  'extensions.lquery': ['Top.*{1,2}.!a'],
  'extensions.cube': ['(1, 2),(0.1, 1e-300)', '(0)'],
  'extensions.isbn': ['978-0-11-000533-1'],
  'samples.email': ['Me@Example.org'],
  'samples.fee': ['-0.50'],
  'samples."My Mood"': ['sad', 'happy "x"', "it's", ''],
  'samples.positive': ['1', '2147483647'],
  'samples.price': ['1.5', 'NaN'],
  'samples.late': ['24:00:00', '00:00:00'],
  'samples.flags': ['001'],
  'samples.some_bits': ['0001', ''],
  'samples.matrix': ['{{1,2},{3,NULL}}', '{}'],
  'samples.late[]': ['{24:00:00,NULL}'],
  'samples.label': ['', 'x'],
  'boolean[]': ['{t,f,NULL}', '{}'],
  'integer[]': [
    '{1,NULL,-2147483648}',
    '{}',
    '{{1,2},{3,NULL}}',
    '[0:1]={1,2}',
    '[-1:0][2:3]={{1,2},{3,4}}',
    '{NULL}',
  ],
  'bigint[]': ['{9223372036854775807,-9223372036854775808,NULL}'],
  'real[]': ['{NaN,Infinity,1.1,-0,1e15,NULL}'],
  'double precision[]': ['{NaN,-Infinity,0.1,5e-324,-0,NULL}'],
  'numeric[]': ['{1.50,NULL,NaN,1e-20}', '{}'],
  'numeric(10,2)[]': ['{1.5,-99999999.99}'],
  'text[]': ['{a,NULL,"NULL","null",""," ","q\\"\\\\,{}","😀"}', '{}', '{{a,b},{c,NULL}}', '[5:5]={"\n"}'],
  'character varying(5)[]': ['{abc,""}'],
  'character(3)[]': ['{a,NULL}'],
  'bytea[]': ['{"\\\\x","\\\\x00ff",NULL}'],
  'uuid[]': ['{00000000-0000-0000-0000-0000000000ff,NULL}'],
  'date[]': ['{2024-01-01,infinity,"0044-03-15 BC",12345-01-01,NULL}'],
  'time[]': ['{24:00:00,00:00:00.000001,12:00,NULL}'],
  'time with time zone[]': ['{24:00:00+02,12:00:00.5-03:30,NULL}'],
  'timestamp[]': ['{"2024-01-01 00:00:00.123456",infinity,"0044-03-15 00:00:00 BC",NULL}'],
  'timestamp with time zone[]': [
    '{"2024-01-01 00:00:00.123456+02",-infinity,"12345-01-01 00:00:00+00",NULL}',
  ],
  'interval[]': ['{"1 day","-1 mon +1 day",00:00:00,NULL}'],
  'json[]': ['{"{\\"a\\" : [1]}",NULL,"null"}'],
  'jsonb[]': ['{"{\\"a\\": 1}",NULL}'],
  'xml[]': ['{<a/>,NULL}'],
  'bit(3)[]': ['{101,010}'],
  'bit varying[]': ['{0001,""}'],
  'inet[]': ['{10.0.0.1,NULL,10.0.0.0/8}'],
  'macaddr[]': ['{08:00:2b:01:02:03}'],
  'tsvector[]': ["{\"'a':1 'b'\"}"],
  'samples."My Mood"[]': ['{sad,NULL,"happy \\"x\\""}'],
  'samples.positive[]': ['{1,2}'],
  'money[]': ['{1234.56,NULL,-0.01,92233720368547758.07}', '{}', '[0:0]={-5}', '{{1,2},{3,4}}'],
  'point[]': ['{"(1,2)",NULL,"(NaN,0.1)"}'],
  'box[]': ['{(3,4),(1,2);(1,1),(0,0)}', '{NULL}'],
  'int4range[]': ['{"[1,2)",empty,NULL}'],
  'tstzrange[]': ['{"[\\"2024-01-01 00:00:00+02\\",)"}'],
  'samples.pair[]': ['{"(1,\\"a, b\\")",NULL,"(,)"}', '{}', '[2:2]={"(1,)"}'],
  'samples.some_pair[]': ['{"(1,a)",NULL}'],
  'samples.matrix[]': ['{"{{1,2},{3,4}}",NULL}', '{"{}"}'],
  'samples.email[]': ['{A,b}'],
  'samples.fee[]': ['{1.5,NULL}'],
  'samples.words[]': ['{"[a,b]",NULL}'],
  'extensions.citext[]': ['{A,NULL,"b c"}'],
  'extensions.hstore[]': ['{"\\"a\\"=>\\"1\\"",NULL}'],
  'extensions.ltree[]': ['{a.b,NULL}'],
};

/** What came with a major version: types, or values of types that are older. */
const since: ReadonlyMap<number, TypeSamples> = new Map([
  [
    14,
    {
      numeric: ['Infinity', '-Infinity'],
      'numeric[]': ['{Infinity,-Infinity}'],
      int4multirange: ['{}', '{[1,2),[5,)}', '{(,)}'],
      int8multirange: ['{[-9223372036854775808,9223372036854775807)}'],
      nummultirange: ['{[1.50,2.00),(2.0,3]}'],
      tsmultirange: ['{["2024-01-01 00:00:00.123456",infinity)}'],
      tstzmultirange: ['{["2024-01-01 02:00:00+02",)}'],
      datemultirange: ['{[2024-01-01,2024-01-03),["2025-01-01",infinity)}'],
      'int4multirange[]': ['{"{[1,2),[5,)}",NULL}'],
      'samples.floats_multirange': ['{[0.1,5),(6,7]}'],
    },
  ],
  [15, { 'numeric(5,-2)': ['1234567', '-100', '0'], 'numeric(3,5)': ['0.00999', '-0.00001'] }],
  [17, { interval: ['infinity', '-infinity'], 'interval[]': ['{infinity,-infinity,00:00:00}'] }],
]);

/**
 * Columns by their type, with values of each that are easy to get wrong, as PostgreSQL reads them. Every list also
 * stands for NULL, which is added to each; the first value becomes the column's DEFAULT. What `version` lacks is left out.
 */
export const samplesFor = (version: number): TypeSamples => {
  const samples: Record<string, readonly string[]> = { ...allVersions };
  for (const [first, added] of since) {
    if (version < first) continue;
    for (const [type, values] of Object.entries(added)) samples[type] = [...(samples[type] ?? []), ...values];
  }
  return samples;
};

/** What the samples need: types, in schemas of their own. */
export const sampleTypes = `
  CREATE SCHEMA samples;
  CREATE SCHEMA others;
  CREATE SCHEMA extensions;
  ${['citext', 'hstore', 'ltree', 'cube', 'isn'].map((name) => `CREATE EXTENSION ${name} SCHEMA extensions`).join(';')};
  CREATE TYPE samples."My Mood" AS ENUM ('sad', 'happy "x"', 'it''s', '');
  CREATE DOMAIN samples.positive AS integer CHECK (VALUE > 0);
  CREATE DOMAIN samples.late AS time;
  CREATE DOMAIN samples.flags AS bit(3);
  CREATE DOMAIN samples.some_bits AS varbit;
  CREATE DOMAIN samples.matrix AS integer[];
  CREATE DOMAIN samples.label AS varchar(10);
  CREATE DOMAIN samples.amount AS numeric(20,3);
  CREATE DOMAIN samples.price AS samples.amount;
  CREATE DOMAIN samples.fee AS money;
  CREATE DOMAIN samples.email AS extensions.citext;
  CREATE TYPE samples.pair AS (a int, b text);
  CREATE DOMAIN samples.some_pair AS samples.pair;
  CREATE TYPE samples.deep AS (p samples.pair, ps samples.pair[], t timestamptz, m samples."My Mood", f float8, b bytea, i interval);
  CREATE TYPE samples.floats AS RANGE (subtype = float8, subtype_diff = float8mi);
  CREATE TYPE samples.words AS RANGE (subtype = text);
  CREATE TYPE samples.line AS (a int, b int);
  CREATE TYPE samples.int4 AS (a int, b int);
  CREATE TYPE samples.shape;
  CREATE FUNCTION samples.shape_in(cstring) RETURNS samples.shape IMMUTABLE STRICT LANGUAGE internal AS 'textin';
  CREATE FUNCTION samples.shape_out(samples.shape) RETURNS cstring IMMUTABLE STRICT LANGUAGE internal AS 'textout';
  CREATE TYPE samples.shape (INPUT = samples.shape_in, OUTPUT = samples.shape_out, LIKE = pg_catalog.text, DELIMITER = ':');
  CREATE DOMAIN samples.code AS text;
  CREATE DOMAIN others.code AS int;
  CREATE DOMAIN others."My Mood" AS numeric;
  CREATE TYPE samples.cost AS (what text, price money);
  CREATE TYPE samples.relation AS (what regclass)`;

/** Types of columns that are refused. */
export const refusedTypes = [
  'regclass',
  'regtype[]',
  'aclitem',
  'gtsvector',
  'pg_node_tree',
  'samples.cost',
  'samples.cost[]',
  'samples.relation',
] as const;
