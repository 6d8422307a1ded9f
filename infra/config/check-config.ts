import { parseNetwork } from '#core/contracts/address-list.ts';
import { largestQuota, quotaNames } from '#core/contracts/client-quotas.ts';
import { findSizeProblem, type TaskSize } from '#core/contracts/task-size.ts';
import type {
  ConnectSize,
  CreatedPlatform,
  EnvironmentConfig,
  ImportedKafka,
  ImportedPlatform,
  KafkaSize,
} from './environment-config.ts';

/** A copy may take 48 h, and an outage may begin at its end: twice that, or changes are lost. */
const leastRetentionHours = 96;
/** Below that Debezium's queues and Kafka's buffers do not fit. */
const leastConnectMib = 2_048;
/** MSK's limits of an EBS volume. */
const volumeGib = { least: 1, most: 16_384 };

type Report = (field: string, problem: string) => void;

/** Every problem of an environment, each with its field and what is possible. */
export const findConfigProblems = (config: EnvironmentConfig): readonly string[] => {
  const problems: string[] = [];
  const report: Report = (field, problem) => void problems.push(`${field}: ${problem}`);
  if (config.platform.source === 'created') checkCreated(config.platform, report);
  else checkImported(config.platform, report);
  checkTaskSize('consumer', config.consumer, report);
  checkReach(config, report);
  checkPeople(config, report);
  checkQuotas(config, report);
  checkRecovery(config, report);
  checkPrivateApi(config, report);
  if (config.topicRetentionHours < leastRetentionHours)
    report(
      'topicRetentionHours',
      `${config.topicRetentionHours} is too short: at least ${leastRetentionHours}, twice the longest copy.`,
    );
  checkWhole('healthCheckRuns', config.healthCheckRuns, 1, 10, report);
  checkWhole('lagAlarmMs', config.lagAlarmMs, 1_000, 24 * 3_600_000, report);
  checkWhole('api.requestsPerSecond', config.api.requestsPerSecond, 1, 10_000, report);
  checkWhole('api.burst', config.api.burst, 1, 5_000, report);
  for (const [name, runs] of Object.entries(config.reservedRuns ?? {}))
    checkWhole(`reservedRuns.${name}`, runs, 1, 10_000, report);
  const { clientCallsPerMinute } = config.api;
  if (clientCallsPerMinute !== undefined)
    checkWhole('api.clientCallsPerMinute', clientCallsPerMinute, 1, 600_000, report);
  return problems;
};

/** Throws an error that lists every problem of an environment. */
export const requireSoundConfig = (config: EnvironmentConfig): EnvironmentConfig => {
  const problems = findConfigProblems(config);
  if (problems.length === 0) return config;
  throw new Error(
    `infra/config/${config.name}.ts cannot be deployed:\n${problems.map((problem) => `- ${problem}`).join('\n')}`,
  );
};

const checkCreated = ({ network, kafka, connect }: CreatedPlatform, report: Report): void => {
  const cidr = readNetwork(network.cidr);
  if (cidr?.family !== 'ipv4' || !/^(10\.|172\.(1[6-9]|2\d|3[01])\.|192\.168\.)/.test(network.cidr))
    report('platform.network.cidr', `"${network.cidr}" is no private network such as 10.60.0.0/16.`);
  else if (Number(network.cidr.split('/')[1]) < 16 || Number(network.cidr.split('/')[1]) > 17)
    report(
      'platform.network.cidr',
      `"${network.cidr}" must be a /16 or a /17: each zone takes a /20 and a /24.`,
    );
  checkZones(network, report);
  checkWhole('platform.network.natGateways', network.natGateways, 1, network.availabilityZones, report);
  checkKafkaSize(kafka, network.availabilityZones, report);
  checkConnectSize(connect, report);
};

const checkZones = ({ availabilityZones, zoneNames }: CreatedPlatform['network'], report: Report): void => {
  if (zoneNames === undefined) return;
  for (const name of zoneNames)
    if (!/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/.test(name))
      report('platform.network.zoneNames', `"${name}" is no zone such as eu-central-1a.`);
  if (new Set(zoneNames).size !== availabilityZones || zoneNames.length !== availabilityZones)
    report('platform.network.zoneNames', `there must be ${availabilityZones} different ones.`);
};

const checkKafkaSize = (kafka: KafkaSize, zones: number, report: Report): void => {
  if (!/^kafka\.[a-z0-9]+\.[a-z0-9]+$/.test(kafka.instanceType))
    report('platform.kafka.instanceType', `"${kafka.instanceType}" is none, such as kafka.m7g.large.`);
  if (kafka.brokers < zones || kafka.brokers % zones !== 0)
    report('platform.kafka.brokers', `${kafka.brokers} is no multiple of ${zones}, the number of zones.`);
  checkWhole(
    'platform.kafka.volumeGibPerBroker',
    kafka.volumeGibPerBroker,
    volumeGib.least,
    volumeGib.most,
    report,
  );
};

/** Amazon MSK wants two or three zones, and a new cluster has no clients that a Connect of before could be one of. */
const checkAddedKafka = (
  kafka: KafkaSize & { readonly securityGroupId: string },
  { network, connect }: ImportedPlatform,
  report: Report,
): void => {
  const zones = network.availabilityZones.length;
  if (zones !== 2 && zones !== 3)
    report('platform.network.subnetIds', `Amazon MSK is created in 2 or 3 zones, not in ${zones}.`);
  else checkKafkaSize(kafka, zones, report);
  checkSecurityGroup('platform.kafka', kafka, report);
  if (!('workers' in connect))
    report(
      'platform.connect',
      'must be created with a Kafka that is created: one that is there already has its topics in another Kafka.',
    );
};

const checkSecurityGroup = (
  field: string,
  { securityGroupId }: { readonly securityGroupId: string },
  report: Report,
): void => {
  if (!/^sg-[0-9a-f]+$/.test(securityGroupId))
    report(`${field}.securityGroupId`, `"${securityGroupId}" is no security group.`);
};

const checkConnectSize = (connect: ConnectSize, report: Report): void => {
  checkWhole('platform.connect.workers', connect.workers, 1, 100, report);
  if (connect.maxWorkers !== undefined)
    checkWhole('platform.connect.maxWorkers', connect.maxWorkers, connect.workers, 100, report);
  checkTaskSize('platform.connect', connect, report);
  if (connect.memoryMib < leastConnectMib)
    report('platform.connect.memoryMib', `${connect.memoryMib} is too little: at least ${leastConnectMib}.`);
};

const checkImported = (platform: ImportedPlatform, report: Report): void => {
  const { network, kafka, connect } = platform;
  if (network.subnetIds.length === 0 || network.subnetIds.length !== network.availabilityZones.length)
    report(
      'platform.network.subnetIds',
      `there must be one for each of the ${network.availabilityZones.length} zones.`,
    );
  for (const [field, value, pattern, example] of [
    ['vpcId', network.vpcId, /^vpc-[0-9a-f]+$/, 'vpc-0123456789abcdef0'],
    ...network.subnetIds.map(
      (id) => ['subnetIds', id, /^subnet-[0-9a-f]+$/, 'subnet-0123456789abcdef0'] as const,
    ),
  ] as const)
    if (!pattern.test(value)) report(`platform.network.${field}`, `"${value}" is none, such as ${example}.`);
  checkSecurityGroup('platform.network', network, report);
  if ('instanceType' in kafka) checkAddedKafka(kafka, platform, report);
  else checkImportedKafka(kafka, report);
  if ('workers' in connect) {
    checkConnectSize(connect, report);
    checkSecurityGroup('platform.connect', connect, report);
  } else if (!URL.canParse(connect.url) || !/^https?:/.test(connect.url))
    report('platform.connect.url', `"${connect.url}" is no URL such as http://connect:8083.`);
};

const checkImportedKafka = (kafka: ImportedKafka, report: Report): void => {
  for (const broker of kafka.brokers.split(','))
    if (!/^\S+:\d+$/.test(broker.trim())) report('platform.kafka.brokers', `"${broker}" is not HOST:PORT.`);
  if (kafka.security === 'iam' && kafka.clusterName === undefined)
    report('platform.kafka.clusterName', 'is missing: rights at a cluster with IAM are given by its name.');
  checkKafkaUsers(kafka, report);
  if (
    kafka.caPem !== undefined &&
    !/^-----BEGIN CERTIFICATE-----\n[\s\S]+-----END CERTIFICATE-----\n?$/.test(kafka.caPem)
  )
    report('platform.kafka.caPem', 'is no certificate in PEM.');
};

/** Of Secrets Manager, with or without the random characters at its end. */
const secretArnPattern = /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+$/;
const keyArnPattern = /^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/;

const checkKafkaUsers = ({ security, users }: ImportedKafka, report: Report): void => {
  if ((security === 'scram') !== (users !== undefined)) {
    report(
      'platform.kafka.users',
      security === 'scram'
        ? 'is missing: a cluster with SCRAM takes users, whose secrets it names.'
        : `says who logs in, and security "${security}" has no users. Set security to scram, or leave it out.`,
    );
    return;
  }
  if (users === undefined) return;
  const secrets = typeof users.secretArn === 'string' ? { user: users.secretArn } : users.secretArn;
  for (const [role, arn] of Object.entries(secrets))
    if (!secretArnPattern.test(arn))
      report('platform.kafka.users.secretArn', `"${arn}" of ${role} is no ARN of a secret.`);
  if (users.keyArn !== undefined && !keyArnPattern.test(users.keyArn))
    report('platform.kafka.users.keyArn', `"${users.keyArn}" is no ARN of a key.`);
};

const checkRecovery = ({ recovery }: EnvironmentConfig, report: Report): void => {
  if (recovery?.role !== 'active') return;
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(recovery.region))
    report('recovery.region', `"${recovery.region}" is no region such as eu-west-1.`);
  for (const [field, arn] of Object.entries({
    'recovery.stateKeyArn': recovery.stateKeyArn,
    'recovery.secretsKeyArn': recovery.secretsKeyArn,
  }))
    if (!keyArnPattern.test(arn)) report(field, `"${arn}" is no ARN of a key.`);
    else if (!arn.includes(`:${recovery.region}:`))
      report(field, `"${arn}" is a key of another region than ${recovery.region}.`);
};

const checkReach = (config: EnvironmentConfig, report: Report): void => {
  const { allowed, refused = [], ports } = config.databaseNetwork;
  if (allowed.length === 0)
    report(
      'databaseNetwork.allowed',
      'is empty, so that no database could be reached. 0.0.0.0/0 allows all.',
    );
  for (const network of allowed) checkNetwork('databaseNetwork.allowed', network, report);
  for (const network of refused) checkNetwork('databaseNetwork.refused', network, report);
  if (ports !== 'any' && ports.length === 0)
    report('databaseNetwork.ports', "is empty, so that no database could be reached. 'any' allows all.");
  for (const range of config.webhookRanges) checkNetwork('webhookRanges', range, report);
  if (ports !== 'any') for (const port of ports) checkWhole('databaseNetwork.ports', port, 1, 65_535, report);
  const { consoleOrigin } = config;
  if (
    consoleOrigin !== undefined &&
    (!URL.canParse(consoleOrigin) || new URL(consoleOrigin).origin !== consoleOrigin)
  )
    report(
      'consoleOrigin',
      `"${consoleOrigin}" is no origin such as https://console.example.com, without a path.`,
    );
};

const checkQuotas = ({ clientQuotas = {} }: EnvironmentConfig, report: Report): void => {
  for (const [name, limit] of Object.entries(clientQuotas))
    if ((quotaNames as readonly string[]).includes(name))
      checkWhole(`clientQuotas.${name}`, limit, 0, largestQuota, report);
    else report(`clientQuotas.${name}`, `is no quota. There are ${quotaNames.join(', ')}.`);
};

const checkPeople = (config: EnvironmentConfig, report: Report): void => {
  for (const address of config.alertEmails)
    if (!/^[^\s@,]+@[^\s@,]+\.[^\s@,]+$/.test(address))
      report('alertEmails', `"${address}" is no e-mail address.`);
  for (const [name, value] of Object.entries(config.tags))
    if (/^aws:/i.test(name) || !/^[\p{L}\p{N} _.:/=+@-]{1,128}$/u.test(name) || value.length > 256)
      report(
        'tags',
        `"${name}" is no tag of AWS: up to 128 letters, digits and _.:/=+-@, not beginning with aws:.`,
      );
  const { permissionsBoundary } = config;
  if (
    permissionsBoundary !== undefined &&
    !/^arn:[a-z-]+:iam::(\d{12}|aws):policy\/\S+$/.test(permissionsBoundary)
  )
    report('permissionsBoundary', `"${permissionsBoundary}" is no ARN of a managed policy.`);
  const { webAclArn } = config.api;
  if (
    webAclArn !== undefined &&
    !/^arn:[a-z-]+:wafv2:[a-z0-9-]+:\d{12}:regional\/webacl\/\S+$/.test(webAclArn)
  )
    report('api.webAclArn', `"${webAclArn}" is no ARN of a regional web ACL.`);
};

/** What reaches a private API from the internet would get no answer. */
const checkPrivateApi = (
  { api: { vpcEndpointIds }, servesConsole, streamsLogs }: EnvironmentConfig,
  report: Report,
): void => {
  if (vpcEndpointIds === undefined) return;
  if (vpcEndpointIds.length === 0)
    report(
      'api.vpcEndpointIds',
      'is empty, so that nobody could reach the API. Leave it out for a public one.',
    );
  for (const id of vpcEndpointIds)
    if (!/^vpce-[0-9a-f]+$/.test(id))
      report('api.vpcEndpointIds', `"${id}" is no VPC endpoint, such as vpce-0123456789abcdef0.`);
  if (servesConsole)
    report(
      'servesConsole',
      'must be false: CloudFront does not reach an API that is private (api.vpcEndpointIds).',
    );
  if (streamsLogs)
    report('streamsLogs', 'must be false: its function URL is open to the internet, and the API is private.');
};

const checkTaskSize = (field: string, { cpu, memoryMib }: TaskSize, report: Report): void => {
  const found = findSizeProblem({ cpu, memoryMib });
  if (found !== undefined) report(`${field}.${found.field}`, found.problem);
};

const checkWhole = (field: string, value: number, least: number, most: number, report: Report): void => {
  if (!Number.isInteger(value) || value < least || value > most)
    report(field, `${value} is not a whole number from ${least} to ${most}.`);
};

const readNetwork = (text: string): ReturnType<typeof parseNetwork> | undefined => {
  try {
    return parseNetwork(text);
  } catch {
    return undefined;
  }
};

const checkNetwork = (field: string, text: string, report: Report): void => {
  if (readNetwork(text) === undefined) report(field, `"${text}" is no network such as 10.20.0.0/16.`);
};
