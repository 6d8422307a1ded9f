import { APIGatewayClient, GetAccountCommand } from '@aws-sdk/client-api-gateway';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeAddressesCommand,
  DescribeAvailabilityZonesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { KafkaClient, ListKafkaVersionsCommand } from '@aws-sdk/client-kafka';
import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { parse } from 'yaml';
import { stateVersionItem } from '#core/contracts/state-version.ts';
import { templateSchema } from './blocked-changes.ts';
import { type AccountFacts, type QuotaName, quotas } from './check-account.ts';

/** The clients by which an account is read; a test gives its own. */
export interface AccountClients {
  readonly sts: Pick<STSClient, 'send' | 'config'>;
  readonly cloudFormation: Pick<CloudFormationClient, 'send'>;
  readonly dynamoDb: Pick<DynamoDBClient, 'send'>;
  readonly quotas: Pick<ServiceQuotasClient, 'send'>;
  readonly ec2: Pick<EC2Client, 'send'>;
  readonly iam: Pick<IAMClient, 'send'>;
  readonly kafka: Pick<KafkaClient, 'send'>;
  readonly apiGateway: Pick<APIGatewayClient, 'send'>;
}

export const createAccountClients = (): AccountClients => ({
  sts: new STSClient({}),
  cloudFormation: new CloudFormationClient({}),
  dynamoDb: new DynamoDBClient({}),
  quotas: new ServiceQuotasClient({}),
  ec2: new EC2Client({}),
  iam: new IAMClient({}),
  kafka: new KafkaClient({}),
  apiGateway: new APIGatewayClient({}),
});

/** Reads what `checkAccount` asks for. `brokerType`: that of Kafka's brokers, where they are created. Throws what the AWS SDK throws where credentials or rights are missing. */
export const readAccount = async (
  stackNames: readonly string[],
  brokerType: string | undefined,
  clients: AccountClients,
): Promise<AccountFacts> => {
  const identity = await clients.sts.send(new GetCallerIdentityCommand({}));
  const region = await clients.sts.config.region();
  const [
    bootstrapVersion,
    quotaValues,
    zones,
    brokerZones,
    elasticIps,
    vpcs,
    kafkaVersions,
    hasEcsRole,
    account,
    stateVersion,
    deployed,
  ] = await Promise.all([
    readBootstrapVersion(clients),
    readQuotas(clients),
    clients.ec2.send(
      new DescribeAvailabilityZonesCommand({
        Filters: [
          { Name: 'zone-type', Values: ['availability-zone'] },
          { Name: 'state', Values: ['available'] },
        ],
      }),
    ),
    readBrokerZones(clients, brokerType),
    clients.ec2.send(new DescribeAddressesCommand({})),
    clients.ec2.send(new DescribeVpcsCommand({})),
    readKafkaVersions(clients),
    hasRole(clients, 'AWSServiceRoleForECS'),
    clients.apiGateway.send(new GetAccountCommand({})),
    readStateVersion(clients, stackNames),
    Promise.all(stackNames.map((name) => readTemplate(clients, name))),
  ]);
  return {
    account: identity.Account ?? '',
    region,
    bootstrapVersion,
    quotas: quotaValues,
    zones: (zones.AvailabilityZones ?? []).map(({ ZoneName: name = '', ZoneId: id = '' }) => ({ name, id })),
    brokerZones,
    elasticIps: elasticIps.Addresses?.length ?? 0,
    vpcs: vpcs.Vpcs?.length ?? 0,
    kafkaVersions,
    hasEcsRole,
    apiGatewayLogRole: account.cloudwatchRoleArn,
    stateVersion,
    deployed: Object.fromEntries(deployed.filter((entry) => entry !== undefined)),
  };
};

const isNamed = (error: unknown, ...names: readonly string[]): boolean =>
  error instanceof Error && names.includes(error.name);

const readBootstrapVersion = async ({ cloudFormation }: AccountClients): Promise<number | undefined> => {
  try {
    const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: 'CDKToolkit' }));
    const output = Stacks?.[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'BootstrapVersion');
    return output?.OutputValue === undefined ? undefined : Number(output.OutputValue);
  } catch (error) {
    // CloudFormation's answer for a stack that is not there.
    if (isNamed(error, 'ValidationError')) return undefined;
    throw error;
  }
};

/** By the table that the state stack names in its outputs. */
const readStateVersion = async (
  { cloudFormation, dynamoDb }: AccountClients,
  stackNames: readonly string[],
): Promise<number | undefined> => {
  const StackName = stackNames.find((name) => name.endsWith('-state'));
  if (StackName === undefined) return undefined;
  try {
    const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
    const output = Stacks?.[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'StateTableName');
    if (output?.OutputValue === undefined) return undefined;
    const { pk, sk, attribute } = stateVersionItem;
    const { Item } = await dynamoDb.send(
      new GetItemCommand({ TableName: output.OutputValue, Key: { pk: { S: pk }, sk: { S: sk } } }),
    );
    const version = Item?.[attribute]?.N;
    return version === undefined ? undefined : Number(version);
  } catch (error) {
    // No such stack, or one whose table this caller may not read.
    if (isNamed(error, 'ValidationError', 'AccessDeniedException')) return undefined;
    throw error;
  }
};

const readTemplate = async ({ cloudFormation }: AccountClients, name: string) => {
  try {
    const { TemplateBody } = await cloudFormation.send(
      new GetTemplateCommand({ StackName: name, TemplateStage: 'Original' }),
    );
    return [name, templateSchema.parse(parse(TemplateBody ?? '{}'))] as const;
  } catch (error) {
    if (isNamed(error, 'ValidationError')) return undefined;
    throw error;
  }
};

/** The account's own value where it was raised once, or that which every account begins with. */
const readQuota = async (
  { quotas: client }: AccountClients,
  name: QuotaName,
): Promise<number | undefined> => {
  const { service: ServiceCode, code: QuotaCode } = quotas[name];
  const missing = ['NoSuchResourceException', 'AccessDeniedException', 'AccessDenied'];
  for (const command of [GetServiceQuotaCommand, GetAWSDefaultServiceQuotaCommand]) {
    try {
      const { Quota } = await client.send(new command({ ServiceCode, QuotaCode }));
      if (Quota?.Value !== undefined) return Quota.Value;
    } catch (error) {
      if (!isNamed(error, ...missing)) throw error;
    }
  }
  return undefined;
};

const readQuotas = async (clients: AccountClients): Promise<AccountFacts['quotas']> => {
  const [fargateVcpus, elasticIps, vpcs, lambdaRuns] = await Promise.all(
    (['fargateVcpus', 'elasticIps', 'vpcs', 'lambdaRuns'] as const).map((name) => readQuota(clients, name)),
  );
  return { fargateVcpus, elasticIps, vpcs, lambdaRuns };
};

/** `kafka.m7g.large` is EC2's `m7g.large`. */
const readBrokerZones = async (
  { ec2 }: AccountClients,
  brokerType: string | undefined,
): Promise<readonly string[]> => {
  if (brokerType === undefined) return [];
  const { InstanceTypeOfferings } = await ec2.send(
    new DescribeInstanceTypeOfferingsCommand({
      LocationType: 'availability-zone',
      Filters: [{ Name: 'instance-type', Values: [brokerType.replace(/^kafka\./, '')] }],
    }),
  );
  return (InstanceTypeOfferings ?? []).flatMap(({ Location }) => Location ?? []);
};

const readKafkaVersions = async ({ kafka }: AccountClients): Promise<readonly string[]> => {
  const versions: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await kafka.send(new ListKafkaVersionsCommand({ NextToken }));
    versions.push(
      ...(page.KafkaVersions ?? [])
        .filter(({ Status }) => Status === 'ACTIVE')
        .flatMap(({ Version }) => Version ?? []),
    );
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return versions;
};

const hasRole = async ({ iam }: AccountClients, RoleName: string): Promise<boolean> => {
  try {
    await iam.send(new GetRoleCommand({ RoleName }));
    return true;
  } catch (error) {
    if (isNamed(error, 'NoSuchEntityException', 'NoSuchEntity')) return false;
    throw error;
  }
};
