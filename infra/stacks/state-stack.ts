import { CfnOutput, Duration } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  type ITable,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { EnvironmentConfig } from '../config/environment-config.ts';
import { deliverAlertsFunctionDefinition } from '../config/functions.ts';
import { acknowledge } from '../constructs/acknowledgements.ts';
import { letLogsUse } from '../constructs/encrypt-logs.ts';
import type { StateResources } from '../constructs/function-rights.ts';
import {
  dataRemovalPolicy,
  MillraceStack,
  stateTableIndex,
  stateTableKeysIndex,
} from '../constructs/millrace-stack.ts';
import { TableReplica } from '../constructs/table-replica.ts';

/**
 * What Millrace remembers, and where it speaks to people: the state table, the alert topic, the key of both, and the queue of alerts
 * that are on their way.
 */
export class StateStack extends MillraceStack implements StateResources {
  readonly table: ITable;
  readonly alertTopic: Topic;
  readonly alertQueue: Queue;
  /** Messages of the queue that nobody could handle. */
  readonly unhandledAlerts: Queue;
  readonly key: Key;
  readonly secretsKey: Key;
  /** Of all log groups. */
  readonly logsKey: Key;

  constructor(scope: Construct, config: EnvironmentConfig) {
    super(scope, 'state', config);

    this.key = new Key(this, 'Key', {
      alias: `alias/${this.named('state')}`,
      description: 'Encrypts the state table and the alert topic of Millrace.',
      enableKeyRotation: true,
      removalPolicy: dataRemovalPolicy(config),
    });
    // Alarms publish to the encrypted topic as CloudWatch, which has no identity policy that we write.
    this.key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );

    // Of its own: who may use the state table may not read passwords with the same right.
    this.secretsKey = new Key(this, 'SecretsKey', {
      alias: `alias/${this.named('secrets')}`,
      description:
        'Encrypts the secrets of Millrace: credentials of databases, channels of alerts and the admin token.',
      enableKeyRotation: true,
      removalPolicy: dataRemovalPolicy(config),
    });
    this.logsKey = new Key(this, 'LogsKey', {
      alias: `alias/${this.named('logs')}`,
      description: 'Encrypts the log groups of Millrace.',
      enableKeyRotation: true,
      removalPolicy: dataRemovalPolicy(config),
    });
    letLogsUse(this.logsKey);
    new CfnOutput(this, 'StateKeyArn', { value: this.key.keyArn });
    new CfnOutput(this, 'SecretsKeyArn', { value: this.secretsKey.keyArn });

    this.table = this.#openTable();

    this.alertTopic = new Topic(this, 'AlertTopic', {
      topicName: this.named('alerts'),
      masterKey: this.key,
      enforceSSL: true,
    });
    // enforceSSL writes a topic policy, which replaces the default one that lets the account's alarms publish.
    this.alertTopic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.alertTopic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    for (const address of config.alertEmails) {
      this.alertTopic.addSubscription(new EmailSubscription(address));
    }

    this.unhandledAlerts = new Queue(this, 'UnhandledAlerts', {
      queueName: this.named('unhandled-alerts'),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(this.unhandledAlerts, {
      id: 'AwsSolutions-SQS3',
      reason: 'It is the dead-letter queue of the alerts.',
    });
    this.alertQueue = new Queue(this, 'Alerts', {
      queueName: this.named('alert-deliveries'),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // Six times the time of the function, as Lambda's developer guide asks for ("Using Lambda with Amazon SQS").
      visibilityTimeout: Duration.seconds(6 * deliverAlertsFunctionDefinition.timeoutSeconds),
      deadLetterQueue: { queue: this.unhandledAlerts, maxReceiveCount: 5 },
    });

    new CfnOutput(this, 'StateTableName', { value: this.table.tableName });
    new CfnOutput(this, 'AlertTopicArn', { value: this.alertTopic.topicArn });
  }

  /** The state table; in a region that waits for the loss of another one, the copy of that one's. */
  #openTable(): ITable {
    const { config } = this;
    const { recovery } = config;
    if (recovery !== undefined && recovery.role !== 'active')
      return Table.fromTableAttributes(this, 'Replica', {
        tableName: recovery.stateTableName,
        // CDK declares its classes without `exactOptionalPropertyTypes`, under which a Key is not an IKey.
        encryptionKey: this.key as IKey,
      });
    const table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.key,
      deletionProtection: config.keepData,
      removalPolicy: dataRemovalPolicy(config),
      // What copies to another region are made from.
      ...(recovery?.role === 'active' && { stream: StreamViewType.NEW_AND_OLD_IMAGES }),
    });
    table.addGlobalSecondaryIndex({
      indexName: stateTableIndex,
      partitionKey: { name: 'gsiPk', type: AttributeType.STRING },
      sortKey: { name: 'gsiSk', type: AttributeType.STRING },
      projectionType: ProjectionType.ALL,
    });
    table.addGlobalSecondaryIndex({
      indexName: stateTableKeysIndex,
      partitionKey: { name: 'gsiPk', type: AttributeType.STRING },
      sortKey: { name: 'gsiSk', type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });

    // As above, a Table is not an ITable.
    if (recovery?.role === 'active')
      new TableReplica(this, 'OtherRegion', {
        ...{ table, key: this.key as IKey },
        ...{ region: recovery.region, keyArn: recovery.stateKeyArn },
      });
    return table as ITable;
  }
}
