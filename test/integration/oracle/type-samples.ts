/** A type as DDL spells it, with SQL expressions of its values and the canonical text of each. */
export interface TypeSample {
  readonly type: string;
  readonly values: readonly (readonly [sql: string, canonical: string | null])[];
}

const null_: readonly [string, null] = ['NULL', null];

/** One column each. NULL also stands for Oracle's empty text. */
export const typeSamples: readonly TypeSample[] = [
  {
    type: 'NUMBER',
    values: [
      ['0.1', '0.1'],
      ['-12345678901234567890123456789012345678', '-12345678901234567890123456789012345678'],
      ['1E100', `1${'0'.repeat(100)}`],
      ['1E-100', `0.${'0'.repeat(99)}1`],
      ['100', '100'],
      null_,
    ],
  },
  { type: 'NUMBER(12,2)', values: [['1.5', '1.50'], ['-0.01', '-0.01'], ['0', '0.00'], null_] },
  { type: 'NUMBER(5)', values: [['-12345', '-12345'], ['0', '0'], null_] },
  {
    type: 'NUMBER(38)',
    values: [['12345678901234567890123456789012345678', '12345678901234567890123456789012345678'], null_],
  },
  { type: 'NUMBER(5,-2)', values: [['1234567', '1234600'], ['0', '0'], null_] },
  { type: 'NUMBER(18,-2)', values: [['99999999999999999900', '99999999999999999900'], null_] },
  { type: 'NUMBER(4,6)', values: [['0.001234', '0.001234'], null_] },
  { type: 'INTEGER', values: [['42', '42'], null_] },
  {
    type: 'FLOAT(126)',
    values: [['123456789.123456789', '123456789.123456789'], ['1E20', `1${'0'.repeat(20)}`], null_],
  },
  {
    type: 'BINARY_FLOAT',
    values: [
      ['0.1f', '0.1'],
      ['3.40282347E+38f', '3.4028235e+38'],
      ['BINARY_FLOAT_NAN', 'NaN'],
      ['-BINARY_FLOAT_INFINITY', '-Infinity'],
      null_,
    ],
  },
  {
    type: 'BINARY_DOUBLE',
    values: [
      ['0.1d', '0.1'],
      ['1.7976931348623157E+308d', '1.7976931348623157e+308'],
      ['BINARY_DOUBLE_NAN', 'NaN'],
      ['BINARY_DOUBLE_INFINITY', 'Infinity'],
      null_,
    ],
  },
  { type: 'VARCHAR2(40 CHAR)', values: [["'it''s é😀'", "it's é😀"], ["' x '", ' x '], ["''", null], null_] },
  { type: 'VARCHAR2(40 BYTE)', values: [["'plain; || text'", 'plain; || text'], null_] },
  { type: 'NVARCHAR2(40)', values: [["N'é😀'", 'é😀'], null_] },
  { type: 'CHAR(5 CHAR)', values: [["'ab'", 'ab   '], ["'é'", 'é    '], null_] },
  { type: 'CHAR(5 BYTE)', values: [["'é'", 'é    '], null_] },
  { type: 'NCHAR(5)', values: [["N'é'", 'é    '], null_] },
  {
    type: 'CLOB',
    values: [
      ["'short'", 'short'],
      [`RPAD(TO_CLOB('x'), 9000, 'y')`, `x${'y'.repeat(8_999)}`],
      ['EMPTY_CLOB()', null],
      null_,
    ],
  },
  { type: 'NCLOB', values: [["TO_NCLOB('é😀')", 'é😀'], null_] },
  { type: 'BLOB', values: [["TO_BLOB(HEXTORAW('00FF10'))", '\\x00ff10'], ['EMPTY_BLOB()', null], null_] },
  { type: 'RAW(16)', values: [["HEXTORAW('00FF')", '\\x00ff'], null_] },
  {
    type: 'DATE',
    values: [
      ["DATE '2024-02-29'", '2024-02-29 00:00:00'],
      ["TO_DATE('9999-12-31 23:59:59')", '9999-12-31 23:59:59'],
      ["DATE '0001-01-01'", '0001-01-01 00:00:00'],
      null_,
    ],
  },
  {
    type: 'TIMESTAMP(6)',
    values: [
      ["TIMESTAMP '2024-02-29 12:34:56.123456'", '2024-02-29 12:34:56.123456'],
      ["TIMESTAMP '1500-02-28 12:00:00.5'", '1500-02-28 12:00:00.5'],
      null_,
    ],
  },
  { type: 'TIMESTAMP(0)', values: [["TIMESTAMP '2024-02-29 12:34:56'", '2024-02-29 12:34:56'], null_] },
  {
    type: 'TIMESTAMP(6) WITH TIME ZONE',
    values: [
      ["TIMESTAMP '2024-02-29 12:34:56.123456 +02:00'", '2024-02-29 10:34:56.123456+00'],
      ["TIMESTAMP '2024-07-01 12:00:00 Europe/Berlin'", '2024-07-01 10:00:00+00'],
      null_,
    ],
  },
  {
    type: 'TIMESTAMP(6) WITH LOCAL TIME ZONE',
    values: [["TIMESTAMP '2024-02-29 12:34:56.5 +02:00'", '2024-02-29 10:34:56.5+00'], null_],
  },
  {
    type: 'INTERVAL YEAR(4) TO MONTH',
    values: [
      ["INTERVAL '-3-6' YEAR TO MONTH", '-3 years -6 mons'],
      ["INTERVAL '0-0' YEAR TO MONTH", '00:00:00'],
      null_,
    ],
  },
  {
    type: 'INTERVAL DAY(3) TO SECOND(6)',
    values: [
      ["INTERVAL '-1 02:03:04.56' DAY TO SECOND", '-1 days -02:03:04.56'],
      ["INTERVAL '400 00:00:00.000001' DAY(3) TO SECOND(6)", '400 days 00:00:00.000001'],
      null_,
    ],
  },
];
