import { Fn, RemovalPolicy } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnCluster, CfnConfiguration } from 'aws-cdk-lib/aws-msk';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import type { Construct } from 'constructs';
import type { EnvironmentConfig, KafkaSize } from '../config/environment-config.ts';
import { acknowledge, managedPolicy } from '../constructs/acknowledgements.ts';
import type { KafkaAccess } from '../constructs/function-rights.ts';
import { dataRemovalPolicy, logRetention, MillraceStack } from '../constructs/millrace-stack.ts';

/** KRaft, so no ZooKeeper; the newest line that Amazon MSK offers, one minor version below the local stack's. */
export const kafkaVersion = '4.1.x.kraft';

/** Where the brokers are, and what they wear. */
export interface KafkaNetwork {
  readonly vpc: IVpc;
  readonly kafkaSecurityGroup: ISecurityGroup;
}

/** Amazon MSK, provisioned, TLS between all parties. A client shows the role of its Lambda or task, and IAM says what that may do. */
export class KafkaStack extends MillraceStack implements KafkaAccess {
  readonly security = 'iam';
  readonly clusterNames: string;
  readonly brokerCount: number;
  readonly instanceType: string;

  constructor(scope: Construct, config: EnvironmentConfig, kafka: KafkaSize, network: KafkaNetwork) {
    super(scope, 'kafka', config);
    this.brokerCount = kafka.brokers;
    this.instanceType = kafka.instanceType;
    this.clusterNames = `${this.named('kafka')}-*`;
    const zones = network.vpc.privateSubnets.length;
    // Every partition has a copy in each zone, and the loss of a zone must not stop writes.
    const minInSyncReplicas = zones - 1;

    // Retention and the size of messages are set on each topic, when start-capture creates it.
    const configuration = new CfnConfiguration(this, 'Configuration', {
      // Another version makes another configuration, next to that which the cluster still has. A cluster that stays keeps its own.
      name: this.namedOnce(`kafka-${kafkaVersion.replaceAll('.', '-')}`),
      kafkaVersionsList: [kafkaVersion],
      serverProperties: [
        // A topic that nobody made on purpose would have the wrong retention and hide a wrong name.
        'auto.create.topics.enable=false',
        `default.replication.factor=${zones}`,
        `min.insync.replicas=${minInSyncReplicas}`,
        'unclean.leader.election.enable=false',
      ].join('\n'),
    });

    configuration.applyRemovalPolicy(dataRemovalPolicy(config));

    const brokerLog = new LogGroup(this, 'BrokerLog', {
      logGroupName: `/millrace/${config.name}/kafka`,
      retention: logRetention(config),
      removalPolicy: RemovalPolicy.DESTROY,
    });

    const key = new Key(this, 'Key', {
      description: "Encrypts the disks of Millrace's Kafka brokers.",
      enableKeyRotation: true,
      removalPolicy: dataRemovalPolicy(config),
    });

    const cluster = new CfnCluster(this, 'Cluster', {
      clusterName: this.namedOnce('kafka'),
      kafkaVersion,
      numberOfBrokerNodes: kafka.brokers,
      brokerNodeGroupInfo: {
        instanceType: kafka.instanceType,
        clientSubnets: network.vpc.privateSubnets.map((subnet) => subnet.subnetId),
        securityGroups: [network.kafkaSecurityGroup.securityGroupId],
        storageInfo: { ebsStorageInfo: { volumeSize: kafka.volumeGibPerBroker } },
      },
      configurationInfo: { arn: configuration.attrArn, revision: configuration.attrLatestRevisionRevision },
      encryptionInfo: {
        encryptionInTransit: { clientBroker: 'TLS', inCluster: true },
        encryptionAtRest: { dataVolumeKmsKeyId: key.keyArn },
      },
      // Said for each: what is left out keeps the value that it had.
      clientAuthentication: {
        sasl: { iam: { enabled: true }, scram: { enabled: false } },
        tls: { enabled: false },
        unauthenticated: { enabled: false },
      },
      enhancedMonitoring: 'PER_BROKER',
      loggingInfo: { brokerLogs: { cloudWatchLogs: { enabled: true, logGroup: brokerLog.logGroupName } } },
    });
    cluster.applyRemovalPolicy(dataRemovalPolicy(config));

    // CloudFormation does not return a cluster's endpoints (AWS::MSK::Cluster, "Return values").
    const lookup = new AwsCustomResource(this, 'BootstrapBrokers', {
      onUpdate: {
        service: 'Kafka',
        action: 'GetBootstrapBrokers',
        parameters: { ClusterArn: cluster.attrArn },
        physicalResourceId: PhysicalResourceId.of('bootstrap-brokers'),
        outputPaths: ['BootstrapBrokerStringSaslIam'],
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
    // Parameters, not exports of this stack: CloudFormation refuses to change an export that another stack has taken.
    this.#tell('brokers', lookup.getResponseField('BootstrapBrokerStringSaslIam'));
    this.#tell('cluster-name', Fn.select(1, Fn.split('/', cluster.attrArn)));
  }

  brokersFor(stack: MillraceStack): string {
    return this.#told('brokers', stack);
  }

  clusterNameFor(stack: MillraceStack): string {
    return this.#told('cluster-name', stack);
  }

  #parameterName(name: 'brokers' | 'cluster-name'): string {
    return `/millrace/${this.config.name}/kafka/${name}`;
  }

  #tell(name: 'brokers' | 'cluster-name', stringValue: string): void {
    new StringParameter(this, `Told-${name}`, { parameterName: this.#parameterName(name), stringValue });
  }

  /** Read at each deployment of the stack, which therefore comes after this one. */
  #told(name: 'brokers' | 'cluster-name', stack: MillraceStack): string {
    stack.addStackDependency(this);
    return StringParameter.valueForStringParameter(stack, this.#parameterName(name));
  }
}
