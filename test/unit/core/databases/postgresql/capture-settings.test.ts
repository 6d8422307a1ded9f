import { expect, test } from '@jest/globals';
import { captureSettings, unavailableValue } from '#core/databases/postgresql/capture-settings.ts';

test('the settings without which values are changed on their way', () => {
  expect(captureSettings).toMatchObject({
    'decimal.handling.mode': 'string',
    'time.precision.mode': 'isostring',
    'event.converting.failure.handling.mode': 'fail',
    'value.converter.replace.null.with.default': 'false',
    'key.converter.replace.null.with.default': 'false',
    'driver.options':
      '-c DateStyle=ISO -c IntervalStyle=postgres -c TimeZone=UTC -c extra_float_digits=1 -c bytea_output=hex',
  });
});

test('connector and converter have one word for what the log does not hold', () => {
  expect(captureSettings['unavailable.value.placeholder']).toBe(unavailableValue);
  expect(captureSettings['text.unavailable']).toBe(unavailableValue);
  // A prefix as `hex:` would give the word another meaning.
  expect(unavailableValue).toMatch(/^\w+$/);
});
