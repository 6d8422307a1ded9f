import { expect, test } from '@jest/globals';
import { captureSettings, unavailableValue } from '#core/databases/postgresql/source/capture-settings.ts';

test('the settings without which values are changed on their way', () => {
  expect(captureSettings).toMatchObject({
    'connector.class': 'millrace.connect.PostgresTextConnector',
    'event.converting.failure.handling.mode': 'fail',
    'value.converter.replace.null.with.default': 'false',
    'key.converter.replace.null.with.default': 'false',
    'driver.options':
      '-c DateStyle=ISO -c IntervalStyle=postgres -c TimeZone=UTC -c extra_float_digits=1 -c bytea_output=hex -c lc_monetary=C',
  });
});

test('the connector has our word for what the log does not hold', () => {
  expect(captureSettings['unavailable.value.placeholder']).toBe(unavailableValue);
  // A prefix as `hex:` would give the word another meaning.
  expect(unavailableValue).toMatch(/^\w+$/);
});
