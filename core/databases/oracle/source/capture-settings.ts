/**
 * Stands in an event for a value that the log does not hold: a LOB that the change left as it was. Not Debezium's own
 * default, since a user's text could be that one by chance.
 */
export const unavailableValue = '__millrace_unavailable_8c1f4e6a9b2d__';

/**
 * The settings of Debezium's Oracle connector (3.5) on which the codec relies: under them each supported value arrives in
 * a form that is exact, without a schema in each message. The forms are those of the connector's own OracleValueConverters
 * and were recorded from it (test/unit/core/databases/oracle/types).
 */
export const captureSettings: Readonly<Record<string, string>> = {
  // The default, a logical type of Connect, is bytes without their scale in a message without schema.
  'decimal.handling.mode': 'string',
  'time.precision.mode': 'isostring',
  'interval.handling.mode': 'string',
  'binary.handling.mode': 'hex',
  // By default columns of LOB types are left out of the events.
  'lob.enabled': 'true',
  'unavailable.value.placeholder': unavailableValue,
  // By default a value that cannot be converted is logged and sent as null.
  'event.converting.failure.handling.mode': 'fail',
  // By default a NULL in a column that has a DEFAULT is sent as that default.
  'key.converter.replace.null.with.default': 'false',
  'value.converter.replace.null.with.default': 'false',
};
