import { canonicalSessionSettings, sourceSessionSettings, toStartupOptions } from '../session.ts';
import { captureMonetaryLocale } from '../types/moneys.ts';

/**
 * Stands in an event for a value that the log does not hold: a long value that the change left as it was (TOAST).
 * Not Debezium's own default, since a user's text could be that one by chance.
 */
export const unavailableValue = '__millrace_unavailable_8c1f4e6a9b2d__';

const { DateStyle, IntervalStyle, TimeZone, extra_float_digits, bytea_output } = canonicalSessionSettings;
const { standard_conforming_strings, default_transaction_isolation } = canonicalSessionSettings;
const { default_transaction_read_only } = sourceSessionSettings;

/** Stands in an event for a text with bytes that are not valid in the encoding of its database (ReadableTexts.java). */
export const unreadableValue = '__millrace_unreadable_5d0b7f3c9e1a__';

/**
 * The settings of our connector (connect-container, PostgresTextConnector; Debezium 3.5) on which the codec relies: with
 * them each value arrives as PostgreSQL wrote it, without a schema in each message. Every one of them was seen to
 * matter in a run against PostgreSQL 18; test/integration/postgresql/codec.test.ts holds them.
 */
export const captureSettings: Readonly<Record<string, string>> = {
  'connector.class': 'millrace.connect.PostgresTextConnector',
  // By default a value that cannot be converted is logged and sent as null.
  'event.converting.failure.handling.mode': 'fail',
  // By default a NULL in a column that has a DEFAULT is sent as that default.
  'key.converter.replace.null.with.default': 'false',
  'value.converter.replace.null.with.default': 'false',
  // The server writes the values of the log in the text format of the session that reads it. A database or role may set
  // another one, and the text of money has no other source: types/moneys.
  'driver.options': toStartupOptions({
    DateStyle,
    IntervalStyle,
    TimeZone,
    extra_float_digits,
    bytea_output,
    lc_monetary: captureMonetaryLocale,
    // The connector reads the catalog, and writes its heartbeat, whatever limits a role has for its own statements.
    standard_conforming_strings,
    default_transaction_isolation,
    default_transaction_read_only,
    statement_timeout: '0',
    lock_timeout: '0',
    idle_in_transaction_session_timeout: '0',
  }),
  'unavailable.value.placeholder': unavailableValue,
};
