import { expect, test } from '@jest/globals';
import { captureSettings, unavailableValue } from '#core/databases/postgresql/source/capture-settings.ts';

test('the settings without which values are changed on their way', () => {
  expect(captureSettings).toMatchObject({
    'connector.class': 'millrace.connect.PostgresTextConnector',
    'event.converting.failure.handling.mode': 'fail',
    'value.converter.replace.null.with.default': 'false',
    'key.converter.replace.null.with.default': 'false',
    'driver.options': expect.stringMatching(
      /^-c DateStyle=ISO -c IntervalStyle=postgres -c TimeZone=UTC -c extra_float_digits=1 -c bytea_output=hex -c lc_monetary=C .*-c default_transaction_isolation=read\\ committed -c default_transaction_read_only=off -c statement_timeout=0 /,
    ),
  });
});

test('the connector has our word for what the log does not hold', () => {
  expect(captureSettings['unavailable.value.placeholder']).toBe(unavailableValue);
  // A prefix as `hex:` would give the word another meaning.
  expect(unavailableValue).toMatch(/^\w+$/);
});
