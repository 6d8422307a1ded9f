import { RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { EnvironmentConfig } from '../config/environment-config.ts';

/** The index of the state table that lists items of one kind across partitions. */
export const stateTableIndex = 'byKind';
export const stateTableKeysIndex = 'keysByKind';

/** A stack named `millrace-{environment}-{part}`, with what every part needs from the configuration. */
export abstract class MillraceStack extends Stack {
  readonly config: EnvironmentConfig;

  constructor(scope: Construct, part: string, config: EnvironmentConfig, props: StackProps = {}) {
    super(scope, `millrace-${config.name}-${part}`, {
      terminationProtection: config.keepData,
      ...props,
    });
    this.config = config;
  }

  /** `millrace-{environment}-{name}`: the physical name of a resource that people look for. */
  named(name: string): string {
    return `millrace-${this.config.name}-${name}`;
  }
}

/** For what cannot be made again: the state table, its key, secrets. */
export const dataRemovalPolicy = (config: EnvironmentConfig): RemovalPolicy =>
  config.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;

export const logRetention = (config: EnvironmentConfig): RetentionDays =>
  (
    ({
      3: RetentionDays.THREE_DAYS,
      30: RetentionDays.ONE_MONTH,
      90: RetentionDays.THREE_MONTHS,
      365: RetentionDays.ONE_YEAR,
    }) as const
  )[config.logRetentionDays];
