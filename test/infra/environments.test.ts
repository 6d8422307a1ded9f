import { describe, expect, test } from '@jest/globals';
import { environmentNames } from '../../infra/config/environment-config.ts';
import { loadEnvironment } from '../../infra/config/environments.ts';

const load = (context: Readonly<Record<string, string>>) => loadEnvironment((name) => context[name]);

describe('choosing an environment', () => {
  test('refuses an unknown one and lists the known ones', () => {
    expect(() => load({ env: 'production' })).toThrow(
      'Unknown environment "production". Choose one with -c env=NAME: local, dev, staging, prod.',
    );
  });

  test('refuses to guess one', () => {
    expect(() => load({})).toThrow(
      'No environment was given. Choose one with -c env=NAME: local, dev, staging, prod.',
    );
  });

  test.each(environmentNames)('%s keeps changes longer than the longest copy', (env) => {
    const longestCopyHours = 48;
    expect(load({ env }).topicRetentionHours).toBeGreaterThan(2 * longestCopyHours);
  });

  test.each(['dev', 'staging', 'prod'])('%s puts as many brokers into each zone', (env) => {
    const { platform } = load({ env });
    if (platform.source !== 'created') throw new Error(`${env} should create its platform`);
    expect(platform.kafka.brokers % platform.network.availabilityZones).toBe(0);
  });

  test('takes the addresses that get the alerts', () => {
    expect(load({ env: 'prod', alertEmails: 'a@example.com,b@example.com' }).alertEmails).toEqual([
      'a@example.com',
      'b@example.com',
    ]);
    expect(load({ env: 'prod' }).alertEmails).toEqual([]);
  });
});
