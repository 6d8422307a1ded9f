import { PassThrough } from 'node:stream';
import { expect, test } from '@jest/globals';
import { createProgressReporter } from '../../../local/progress.ts';

test('prints a few plain lines where there is no terminal', () => {
  const output = new PassThrough();
  const reporter = createProgressReporter(output as unknown as NodeJS.WriteStream);
  const task = reporter.start('Kafka', 10);
  for (let file = 0; file < 10; file += 1) task.advance();
  task.finish();
  reporter.say('Ready.');
  expect(output.read().toString().split('\n')).toEqual([
    'Downloading Kafka',
    ...[2, 4, 6, 8, 10].map((count) => `Downloading Kafka: ${count} files`),
    'Downloaded Kafka: 10 files',
    'Ready.',
    '',
  ]);
});
