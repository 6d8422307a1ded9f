import { Aws, CfnParameter, Fn, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { EnvironmentConfig } from '../config/environment-config.ts';

/** The index of the state table that lists items of one kind across partitions. */
export const stateTableIndex = 'byKind';
export const stateTableKeysIndex = 'keysByKind';

/** The parameters of stacks whose addresses a deployment chooses. */
export type AddressName = 'KafkaBrokers' | 'KafkaCa' | 'ConnectUrl' | 'LogStream';

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

  /** An address that a deployment may choose: a parameter of the stack where the environment wants that, with `value` as its default. */
  addressOf(name: AddressName, value: string): string {
    if (this.config.addressesAreParameters !== true) return value;
    const found = this.node.tryFindChild(name);
    const parameter =
      found instanceof CfnParameter ? found : new CfnParameter(this, name, { default: value });
    return parameter.valueAsString;
  }

  /**
   * A name that no other instance of this stack has had, for what stays behind when its stack is deleted and must be named all the
   * same: the first part of the identifier in the ARN of the stack follows. Within one stack it stays the same, so CloudFormation
   * cannot replace the resource by accident.
   */
  namedOnce(name: string): string {
    const identifier = Fn.select(2, Fn.split('/', Aws.STACK_ID));
    return `${this.named(name)}-${Fn.select(0, Fn.split('-', identifier))}`;
  }
}

/**
 * For what cannot be made again: the state table, its key, secrets, Kafka. It stays when its stack is deleted or no longer has it,
 * but not when the creation of its stack fails. None of it has a fixed name: the next deployment would find it taken.
 */
export const dataRemovalPolicy = (config: EnvironmentConfig): RemovalPolicy =>
  config.keepData ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;

export const logRetention = (config: EnvironmentConfig): RetentionDays =>
  (
    ({
      3: RetentionDays.THREE_DAYS,
      30: RetentionDays.ONE_MONTH,
      90: RetentionDays.THREE_MONTHS,
      365: RetentionDays.ONE_YEAR,
    }) as const
  )[config.logRetentionDays];
