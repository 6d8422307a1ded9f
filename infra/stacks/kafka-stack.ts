import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnCluster, CfnConfiguration } from 'aws-cdk-lib/aws-msk';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import type { Construct } from 'constructs';
import type { CreatedPlatform, EnvironmentConfig } from '../config/environment-config.ts';
import { acknowledge, managedPolicy } from '../constructs/acknowledgements.ts';
import type { KafkaAccess } from '../constructs/function-rights.ts';
import { logRetention, MillraceStack } from '../constructs/millrace-stack.ts';
import type { NetworkStack } from './network-stack.ts';

/** KRaft, so no ZooKeeper; the newest line that Amazon MSK offers, one minor version below the local stack's. */
const kafkaVersion = '4.1.x.kraft';

/** Amazon MSK, provisioned, TLS between all parties; who may connect is decided by the security group. */
export class KafkaStack extends MillraceStack implements KafkaAccess {
  readonly brokers: string;
  readonly security = 'tls';
  readonly clusterName: string;
  readonly brokerCount: number;

  constructor(
    scope: Construct,
    config: EnvironmentConfig,
    kafka: CreatedPlatform['kafka'],
    network: NetworkStack,
  ) {
    super(scope, 'kafka', config);
    this.brokerCount = kafka.brokers;
    this.clusterName = this.named('kafka');
    const zones = network.vpc.privateSubnets.length;
    // Every partition has a copy in each zone, and the loss of a zone must not stop writes.
    const minInSyncReplicas = zones - 1;

    // Retention and the size of messages are set on each topic, when start-capture creates it.
    const configuration = new CfnConfiguration(this, 'Configuration', {
      name: this.named('kafka'),
      kafkaVersionsList: [kafkaVersion],
      serverProperties: [
        // A topic that nobody made on purpose would have the wrong retention and hide a wrong name.
        'auto.create.topics.enable=false',
        `default.replication.factor=${zones}`,
        `min.insync.replicas=${minInSyncReplicas}`,
        'unclean.leader.election.enable=false',
      ].join('\n'),
    });

    const brokerLog = new LogGroup(this, 'BrokerLog', {
      logGroupName: `/millrace/${config.name}/kafka`,
      retention: logRetention(config),
      removalPolicy: RemovalPolicy.DESTROY,
    });

    const cluster = new CfnCluster(this, 'Cluster', {
      clusterName: this.clusterName,
      kafkaVersion,
      numberOfBrokerNodes: kafka.brokers,
      brokerNodeGroupInfo: {
        instanceType: kafka.instanceType,
        clientSubnets: network.vpc.privateSubnets.map((subnet) => subnet.subnetId),
        securityGroups: [network.kafkaSecurityGroup.securityGroupId],
        storageInfo: { ebsStorageInfo: { volumeSize: kafka.volumeGibPerBroker } },
      },
      configurationInfo: { arn: configuration.attrArn, revision: configuration.attrLatestRevisionRevision },
      encryptionInfo: { encryptionInTransit: { clientBroker: 'TLS', inCluster: true } },
      clientAuthentication: { unauthenticated: { enabled: true } },
      enhancedMonitoring: 'PER_BROKER',
      loggingInfo: { brokerLogs: { cloudWatchLogs: { enabled: true, logGroup: brokerLog.logGroupName } } },
    });
    cluster.applyRemovalPolicy(config.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);

    // CloudFormation does not return a cluster's endpoints (AWS::MSK::Cluster, "Return values").
    const lookup = new AwsCustomResource(this, 'BootstrapBrokers', {
      onUpdate: {
        service: 'Kafka',
        action: 'GetBootstrapBrokers',
        parameters: { ClusterArn: cluster.attrArn },
        physicalResourceId: PhysicalResourceId.of('bootstrap-brokers'),
        outputPaths: ['BootstrapBrokerStringTls'],
      },
      policy: AwsCustomResourcePolicy.fromSdkCalls({ resources: [cluster.attrArn] }),
      installLatestAwsSdk: false,
      logGroup: new LogGroup(this, 'BootstrapBrokersLog', {
        retention: logRetention(config),
        removalPolicy: RemovalPolicy.DESTROY,
      }),
    });
    // CDK puts the Lambda of all such look-ups next to this construct, at the stack.
    acknowledge(
      this,
      managedPolicy('service-role/AWSLambdaBasicExecutionRole', 'The role of the look-up is written by CDK.'),
      { id: 'AwsSolutions-L1', reason: 'The runtime of the look-up is chosen by CDK.' },
    );
    this.brokers = lookup.getResponseField('BootstrapBrokerStringTls');
  }
}
