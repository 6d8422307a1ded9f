/**
 * The settings of Debezium's MySQL and MariaDB connectors (3.5) on which the codec relies: under them each supported
 * value arrives in a form that is exact, without a schema in each message. Every one of them was seen to matter in
 * runs against MySQL 9.7 and MariaDB 11.4; test/integration/mysql/codec.test.ts holds them.
 */
export const captureSettings: Readonly<Record<string, string>> = {
  // The default, a logical type of Connect, is bytes without their scale in a message without schema.
  'decimal.handling.mode': 'string',
  // Spans of time as microseconds: `isostring` fails on those below zero and on those of a day and longer.
  'time.precision.mode': 'microseconds',
  // As the signed number of the same 64 bits; `precise` is bytes.
  'bigint.unsigned.handling.mode': 'long',
  'binary.handling.mode': 'hex',
  // By default the year 1 becomes 2001.
  'enable.time.adjuster': 'false',
  'include.unknown.datatypes': 'true',
  // By default a value that cannot be converted is logged and sent as null.
  'event.converting.failure.handling.mode': 'fail',
  // Rows of a table whose structure the connector does not know, or knows wrongly, stop it instead of being skipped.
  'inconsistent.schema.handling.mode': 'fail',
  // By default a NULL in a column that has a DEFAULT is sent as that default.
  'key.converter.replace.null.with.default': 'false',
  'value.converter.replace.null.with.default': 'false',
  // Zero dates and UUIDs lose something in Debezium's own conversion: connect-container/binlog-values.
  converters: 'text',
  'text.type': 'millrace.connect.MysqlTextConverter',
};
