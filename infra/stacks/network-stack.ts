import { CfnOutput, Fn, RemovalPolicy } from 'aws-cdk-lib';
import {
  CfnEIP,
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { parseNetwork } from '#core/contracts/address-list.ts';
import {
  type CreatedPlatform,
  type EnvironmentConfig,
  taskMetricsPort,
} from '../config/environment-config.ts';
import type { WorkloadNetwork } from '../constructs/function-rights.ts';
import { logRetention, MillraceStack } from '../constructs/millrace-stack.ts';

/** Of Amazon MSK for clients that authenticate by IAM. */
export const kafkaIamPort = 9098;
export const connectPort = 8083;
/** Where connect-container/Dockerfile shows the metrics of a worker. */
export const connectMetricsPort = 9404;

/** APIs that move much: secrets, logs, and images. */
const busiestServices = {
  SecretsManager: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  Logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  EcrApi: InterfaceVpcEndpointAwsService.ECR,
  EcrDocker: InterfaceVpcEndpointAwsService.ECR_DOCKER,
};

/** The others that Lambdas and tasks call; DynamoDB and S3 have gateway endpoints. */
const otherServices = {
  Ecs: InterfaceVpcEndpointAwsService.ECS,
  StepFunctions: InterfaceVpcEndpointAwsService.STEP_FUNCTIONS,
  Sns: InterfaceVpcEndpointAwsService.SNS,
  Sqs: InterfaceVpcEndpointAwsService.SQS,
};

/**
 * A VPC of its own. Security groups are all here, since each of them names another one: workload -> Kafka and Connect,
 * Connect -> Kafka and itself (workers forward requests to their leader), monitoring -> the metrics of workload and Connect, and
 * nothing else comes in anywhere.
 */
export class NetworkStack extends MillraceStack implements WorkloadNetwork {
  readonly vpc: IVpc;
  readonly workloadSecurityGroup: SecurityGroup;
  readonly connectSecurityGroup: SecurityGroup;
  readonly kafkaSecurityGroup: SecurityGroup;
  readonly #zoneCount: number;
  readonly #zoneNames: readonly string[] | undefined;

  constructor(scope: Construct, config: EnvironmentConfig, network: CreatedPlatform['network']) {
    super(scope, 'network', config);
    this.#zoneCount = network.availabilityZones;
    this.#zoneNames = network.zoneNames;

    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(network.cidr),
      maxAzs: network.availabilityZones,
      natGateways: network.natGateways,
      // Nothing wears the default group, and emptying it takes a custom resource.
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        { name: 'public', subnetType: SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        // A task and a Lambda network interface take one address each: 4,091 of them in each zone.
        { name: 'private', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 },
      ],
      gatewayEndpoints: {
        s3: { service: GatewayVpcEndpointAwsService.S3 },
        dynamodb: { service: GatewayVpcEndpointAwsService.DYNAMODB },
      },
    });
    // CDK declares its classes without `exactOptionalPropertyTypes`, under which a Vpc is not an IVpc.
    this.vpc = vpc as IVpc;
    vpc.addFlowLog('FlowLog', {
      trafficType: FlowLogTrafficType.REJECT,
      destination: FlowLogDestination.toCloudWatchLogs(
        new LogGroup(this, 'FlowLogGroup', {
          logGroupName: `/millrace/${config.name}/flow-log`,
          retention: logRetention(config),
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      ),
    });

    this.workloadSecurityGroup = new SecurityGroup(this, 'WorkloadSecurityGroup', {
      vpc: this.vpc,
      description: 'Lambdas, consumers and copy workers of Millrace.',
      allowAllOutbound: false,
    });
    this.connectSecurityGroup = new SecurityGroup(this, 'ConnectSecurityGroup', {
      vpc: this.vpc,
      description: 'Kafka Connect workers.',
      allowAllOutbound: false,
    });
    this.kafkaSecurityGroup = new SecurityGroup(this, 'KafkaSecurityGroup', {
      vpc: this.vpc,
      description: 'Kafka brokers.',
      allowAllOutbound: false,
    });
    const kafkaPort = Port.tcp(kafkaIamPort);
    this.kafkaSecurityGroup.addIngressRule(this.workloadSecurityGroup, kafkaPort, 'Consumers and Lambdas');
    this.kafkaSecurityGroup.addIngressRule(this.connectSecurityGroup, kafkaPort, 'Kafka Connect');
    const connectRest = Port.tcp(connectPort);
    this.connectSecurityGroup.addIngressRule(
      this.workloadSecurityGroup,
      connectRest,
      'Lambdas and consumers',
    );
    this.connectSecurityGroup.addIngressRule(this.connectSecurityGroup, connectRest, 'Connect workers');

    const monitoring = new SecurityGroup(this, 'MonitoringSecurityGroup', {
      vpc: this.vpc,
      description:
        'Worn by a Prometheus of yours, which may then read the metrics of tasks and Connect workers.',
      allowAllOutbound: false,
    });
    monitoring.addEgressRule(this.workloadSecurityGroup, Port.tcp(taskMetricsPort), 'Metrics of tasks');
    monitoring.addEgressRule(this.connectSecurityGroup, Port.tcp(connectMetricsPort), 'Metrics of Connect');
    this.workloadSecurityGroup.addIngressRule(monitoring, Port.tcp(taskMetricsPort), 'Metrics of tasks');
    this.connectSecurityGroup.addIngressRule(
      monitoring,
      Port.tcp(connectMetricsPort),
      'Metrics of Connect workers',
    );
    new CfnOutput(this, 'MonitoringSecurityGroupId', { value: monitoring.securityGroupId });
    for (const group of [this.workloadSecurityGroup, this.connectSecurityGroup]) {
      group.addEgressRule(this.kafkaSecurityGroup, kafkaPort, 'Kafka');
      group.addEgressRule(this.connectSecurityGroup, connectRest, 'Kafka Connect');
      // By endpoints where there are some; DynamoDB and S3 have public addresses behind their endpoints, too.
      group.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'AWS APIs');
      this.#allowDatabases(group, config.databaseNetwork);
    }

    if (network.interfaceEndpoints !== 'none') this.#addInterfaceEndpoints(network.interfaceEndpoints);

    // What the administrators of databases have to let in.
    new CfnOutput(this, 'WorkloadSecurityGroupId', { value: this.workloadSecurityGroup.securityGroupId });
    new CfnOutput(this, 'ConnectSecurityGroupId', { value: this.connectSecurityGroup.securityGroupId });
    new CfnOutput(this, 'NatAddresses', {
      value: Fn.join(
        ',',
        vpc.publicSubnets.flatMap((subnet) => {
          const address = subnet.node.tryFindChild('EIP');
          return address instanceof CfnEIP ? [address.attrPublicIp] : [];
        }),
      ),
    });
  }

  /** The same networks and ports that connections are checked against. A rule of a security group cannot leave a network out. */
  #allowDatabases(group: SecurityGroup, { allowed, ports }: EnvironmentConfig['databaseNetwork']): void {
    for (const network of allowed) {
      const { family } = parseNetwork(network);
      const peer = family === 'ipv6' ? Peer.ipv6(network) : Peer.ipv4(network);
      for (const port of ports === 'any' ? [Port.allTcp()] : ports.map((number) => Port.tcp(number))) {
        group.addEgressRule(peer, port, 'Databases');
      }
    }
  }

  /** Without a known region CDK assumes two zones; every region that MSK's three-zone clusters run in has three. */
  override get availabilityZones(): string[] {
    return this.#zoneNames === undefined
      ? Array.from({ length: this.#zoneCount }, (_, index) => Fn.select(index, Fn.getAzs()))
      : [...this.#zoneNames];
  }

  #addInterfaceEndpoints(which: 'busiest' | 'all'): void {
    const services = { ...busiestServices, ...(which === 'all' && otherServices) };
    const securityGroup = new SecurityGroup(this, 'EndpointSecurityGroup', {
      vpc: this.vpc,
      description: 'Interface endpoints of the AWS APIs.',
      allowAllOutbound: false,
    });
    const https = Port.tcp(443);
    securityGroup.addIngressRule(this.workloadSecurityGroup, https, 'Lambdas, consumers and copy workers');
    securityGroup.addIngressRule(this.connectSecurityGroup, https, 'Kafka Connect');
    for (const [id, service] of Object.entries(services)) {
      this.vpc.addInterfaceEndpoint(id, { service, securityGroups: [securityGroup], open: false });
    }
  }
}
