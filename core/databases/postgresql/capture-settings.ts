import { canonicalSessionSettings, toStartupOptions } from './canonical-session.ts';

/**
 * Stands in an event for a value that the log does not hold: a long value that the change left as it was (TOAST).
 * Not Debezium's own default, since a user's text could be that one by chance.
 */
export const unavailableValue = '__millrace_unavailable_8c1f4e6a9b2d__';

const { DateStyle, IntervalStyle, TimeZone, extra_float_digits, bytea_output } = canonicalSessionSettings;

/**
 * The settings of Debezium's PostgreSQL connector (3.5) on which the codec relies: under them each supported value
 * arrives in a form that is exact, without a schema in each message. Every one of them was seen to matter in a run
 * against PostgreSQL 18; test/integration/postgresql/codec.test.ts holds them.
 */
export const captureSettings: Readonly<Record<string, string>> = {
  // The default, a logical type of Connect, is bytes without their scale in a message without schema.
  'decimal.handling.mode': 'string',
  // Dates and timestamps as ISO 8601 text: integers of microseconds overflow at the year 294247.
  'time.precision.mode': 'isostring',
  'interval.handling.mode': 'string',
  'binary.handling.mode': 'hex',
  'hstore.handling.mode': 'json',
  // Types that Debezium does not know arrive as the bytes of their text; otherwise the column is left out silently.
  'include.unknown.datatypes': 'true',
  // By default a value that cannot be converted is logged and sent as null.
  'event.converting.failure.handling.mode': 'fail',
  // By default a NULL in a column that has a DEFAULT is sent as that default.
  'key.converter.replace.null.with.default': 'false',
  'value.converter.replace.null.with.default': 'false',
  // The server writes the values of the log in the text format of the session that reads it. A database or role may set
  // another one: with bytea_output=escape Debezium reads other bytes without an error.
  'driver.options': toStartupOptions({
    DateStyle,
    IntervalStyle,
    TimeZone,
    extra_float_digits,
    bytea_output,
  }),
  // Debezium's own conversion of arrays, bit strings and times loses values: connect-container, PostgresTextConverter.
  converters: 'text',
  'text.type': 'millrace.connect.PostgresTextConverter',
  'text.unavailable': unavailableValue,
  'unavailable.value.placeholder': unavailableValue,
};
