import { stateVersion } from '#core/contracts/state-version.ts';
import {
  type ConnectSize,
  type CreatedPlatform,
  createdConnect,
  createdKafka,
  type EnvironmentConfig,
} from '../config/environment-config.ts';
import { findBlockedChanges, type StackTemplates } from './blocked-changes.ts';

/** Quotas of an account in a region, by the codes of Service Quotas. */
export const quotas = {
  fargateVcpus: { service: 'fargate', code: 'L-3032A538' },
  elasticIps: { service: 'ec2', code: 'L-0263D0A3' },
  vpcs: { service: 'vpc', code: 'L-F678F1CE' },
  lambdaRuns: { service: 'lambda', code: 'L-B99A9384' },
} as const;
export type QuotaName = keyof typeof quotas;

export interface Zone {
  readonly name: string;
  /** The same in each account, which the name is not. */
  readonly id: string;
}

/** What is asked of an account before a deployment. Undefined: it may not be read, or is not set. */
export interface AccountFacts {
  readonly account: string;
  readonly region: string;
  /** Of the stack CDKToolkit. */
  readonly bootstrapVersion: number | undefined;
  readonly quotas: Readonly<Record<QuotaName, number | undefined>>;
  readonly zones: readonly Zone[];
  /** The names of those in which EC2 has the machine of Kafka's brokers. */
  readonly brokerZones: readonly string[];
  readonly elasticIps: number;
  readonly vpcs: number;
  readonly kafkaVersions: readonly string[];
  readonly hasEcsRole: boolean;
  readonly apiGatewayLogRole: string | undefined;
  /** Of what is in the state table that is there; undefined where there is none, or it may not be read. */
  readonly stateVersion: number | undefined;
  /** Of the stacks of this environment that are there. */
  readonly deployed: StackTemplates;
}

export interface Finding {
  /** An `error` is what the deployment would end with. */
  readonly level: 'error' | 'warning' | 'ok';
  readonly what: string;
  /** What to do; absent when all is well. */
  readonly advice?: string;
}

/** By which CDK 2 can publish its assets and deploy (`aws-cdk-lib`, "cloud assembly schema"). */
const requiredBootstrap = 6;
const unitsPerVcpu = 1024;
/** The run of a start takes up to this many Lambdas at a time, next to the API and the health checks. */
const leastLambdaRuns = 50;
/** AWS refuses a reservation that leaves less than this to all other functions. */
const sharedRuns = 100;

/** Amazon MSK takes no subnet there (API reference, "BrokerNodeGroupInfo", clientSubnets). */
const zonesWithoutMsk: readonly string[] = ['use1-az3'];

/** What stands in the way of deploying `config` with these templates into an account. */
export const checkAccount = (
  config: EnvironmentConfig,
  templates: StackTemplates,
  facts: AccountFacts,
  kafkaVersion: string,
): readonly Finding[] => [
  checkBootstrap(facts),
  checkLambda(config, facts),
  ...(config.platform.source === 'created' ? checkPlatform(config, config.platform, facts) : []),
  ...(createdKafka(config) === undefined ? [] : [checkKafkaVersion(facts, kafkaVersion)]),
  ...checkConnect(config, facts),
  ...checkState(facts),
  ...checkChanges(facts, templates),
];

/** An older Millrace would misread what a newer one has written, and refuses it. */
const checkState = ({ stateVersion: version }: AccountFacts): readonly Finding[] => {
  if (version === undefined) return [];
  return version <= stateVersion
    ? [{ level: 'ok', what: `The state table is of version ${version}, which this Millrace knows.` }]
    : [
        {
          level: 'error',
          what: `The state table is of version ${version}, and this Millrace knows version ${stateVersion}.`,
          advice: 'Deploy the version of Millrace that was deployed last, or a newer one.',
        },
      ];
};

const checkBootstrap = ({ bootstrapVersion, account, region }: AccountFacts): Finding =>
  bootstrapVersion !== undefined && bootstrapVersion >= requiredBootstrap
    ? { level: 'ok', what: `CDK is bootstrapped (version ${bootstrapVersion}).` }
    : {
        level: 'error',
        what:
          bootstrapVersion === undefined
            ? 'CDK is not bootstrapped in this account and region.'
            : `CDK's bootstrap is version ${bootstrapVersion}; ${requiredBootstrap} is needed.`,
        advice: `npx cdk bootstrap aws://${account}/${region}`,
      };

const raise = (name: QuotaName, value: number): string =>
  `aws service-quotas request-service-quota-increase --service-code ${quotas[name].service} --quota-code ${quotas[name].code} --desired-value ${value}`;

const unknownQuota = (name: QuotaName, what: string): Finding => ({
  level: 'warning',
  what: `${what} could not be read.`,
  advice: `aws service-quotas get-service-quota --service-code ${quotas[name].service} --quota-code ${quotas[name].code}`,
});

const checkLambda = (
  { reservedRuns }: EnvironmentConfig,
  { quotas: { lambdaRuns } }: AccountFacts,
): Finding => {
  if (lambdaRuns === undefined) return unknownQuota('lambdaRuns', 'How many Lambdas may run at a time');
  const reserved =
    reservedRuns === undefined
      ? 0
      : reservedRuns.api + reservedRuns.streamLogs + 2 * reservedRuns.healthCheck;
  const least = reserved === 0 ? leastLambdaRuns : reserved + sharedRuns;
  return lambdaRuns >= least
    ? { level: 'ok', what: `${lambdaRuns} Lambdas may run at a time.` }
    : {
        level: 'error',
        what: `Only ${lambdaRuns} Lambdas may run at a time in this account; ${least} are needed for copies, the API and the health checks.`,
        advice: raise('lambdaRuns', 1_000),
      };
};

const checkPlatform = (
  config: EnvironmentConfig,
  platform: CreatedPlatform,
  facts: AccountFacts,
): readonly Finding[] => {
  const isNew = facts.deployed[`millrace-${config.name}-network`] === undefined;
  const { network } = platform;
  return [
    facts.zones.length >= network.availabilityZones
      ? { level: 'ok', what: `${facts.zones.length} availability zones are there.` }
      : {
          level: 'error',
          what: `${config.name} has ${network.availabilityZones} availability zones, and ${facts.region} has ${facts.zones.length} for this account.`,
          advice: `Set platform.network.availabilityZones in infra/config/${config.name}.ts, or take another region.`,
        },
    ...(isNew && facts.zones.length >= network.availabilityZones
      ? [checkZones(config, platform, facts)]
      : []),
    ...(isNew
      ? [
          checkRoom('vpcs', 'VPCs', facts.quotas.vpcs, facts.vpcs, 1),
          checkRoom(
            'elasticIps',
            'Elastic IPs',
            facts.quotas.elasticIps,
            facts.elasticIps,
            network.natGateways,
          ),
        ]
      : []),
  ];
};

/** CloudFormation lists the zones by name, and the first ones are taken where the environment names none. */
const checkZones = (
  { name }: EnvironmentConfig,
  { network, kafka }: CreatedPlatform,
  { zones, brokerZones, region }: AccountFacts,
): Finding => {
  const names = zones.map((zone) => zone.name).toSorted();
  const fitting = names.filter(
    (zone) =>
      brokerZones.includes(zone) &&
      !zones.some((known) => known.name === zone && zonesWithoutMsk.includes(known.id)),
  );
  const chosen = network.zoneNames ?? names.slice(0, network.availabilityZones);
  const unfit = chosen.filter((zone) => !fitting.includes(zone));
  if (unfit.length === 0) return { level: 'ok', what: `Kafka's brokers can be in ${chosen.join(', ')}.` };
  return {
    level: 'error',
    what: `Kafka's brokers (${kafka.instanceType}) cannot be in ${unfit.join(', ')} of this account.`,
    advice:
      fitting.length >= network.availabilityZones
        ? `Set platform.network.zoneNames in infra/config/${name}.ts to ${network.availabilityZones} of ${fitting.join(', ')}.`
        : `${region} has ${fitting.length} zones for them. Take another platform.kafka.instanceType, or another region.`,
  };
};

const checkKafkaVersion = ({ kafkaVersions, region }: AccountFacts, kafkaVersion: string): Finding =>
  kafkaVersions.includes(kafkaVersion)
    ? { level: 'ok', what: `Amazon MSK has Kafka ${kafkaVersion}.` }
    : {
        level: 'error',
        what: `Amazon MSK has no Kafka ${kafkaVersion} in ${region}.`,
        advice: 'Take another region, or use a Kafka that is there (`platform.source: imported`).',
      };

const checkConnect = (config: EnvironmentConfig, facts: AccountFacts): readonly Finding[] => {
  const connect = createdConnect(config);
  if (connect === undefined) return [];
  return [
    checkFargate(config, connect, facts),
    facts.hasEcsRole
      ? { level: 'ok', what: 'ECS has its service-linked role.' }
      : {
          level: 'error',
          what: 'ECS has no service-linked role in this account, without which the first service fails.',
          advice: 'aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com',
        },
  ];
};

const checkRoom = (
  name: QuotaName,
  what: string,
  quota: number | undefined,
  used: number,
  needed: number,
): Finding => {
  if (quota === undefined) return unknownQuota(name, `The quota of ${what}`);
  return used + needed <= quota
    ? { level: 'ok', what: `${needed} more of ${quota} ${what} fit (${used} are used).` }
    : {
        level: 'error',
        what: `${needed} more ${what} are needed, and ${used} of ${quota} are used.`,
        advice: raise(name, used + needed),
      };
};

/** Connect's workers, twice as many while a new version rolls out, and consumers. */
const checkFargate = (config: EnvironmentConfig, size: ConnectSize, facts: AccountFacts): Finding => {
  const quota = facts.quotas.fargateVcpus;
  if (quota === undefined) return unknownQuota('fargateVcpus', 'How many vCPUs Fargate may have');
  const connect = (size.workers * size.cpu) / unitsPerVcpu;
  const consumer = config.consumer.cpu / unitsPerVcpu;
  const least = connect + consumer;
  const rolling = 2 * connect + consumer;
  const shares = `Connect takes ${connect} vCPUs, twice that during its updates, and each consumer ${consumer}`;
  if (quota < least)
    return {
      level: 'error',
      what: `Fargate may have ${quota} vCPUs in this account. ${shares}.`,
      advice: raise('fargateVcpus', Math.ceil(rolling + 10 * consumer)),
    };
  const consumers = Math.floor((quota - 2 * connect) / consumer);
  return consumers < 10
    ? {
        level: 'warning',
        what: `Fargate may have ${quota} vCPUs in this account: room for ${Math.max(0, consumers)} consumers. ${shares}.`,
        advice: raise('fargateVcpus', Math.ceil(rolling + 100 * consumer)),
      }
    : {
        level: 'ok',
        what: `Fargate may have ${quota} vCPUs: room for ${consumers} consumers next to Connect.`,
      };
};

const checkChanges = ({ deployed }: AccountFacts, templates: StackTemplates): readonly Finding[] => {
  const blocked = findBlockedChanges(deployed, templates);
  if (blocked.length > 0)
    return blocked.map(({ stack, what, why, advice }) => ({
      level: 'error',
      what: `${stack}, ${what}: ${why}`,
      advice,
    }));
  return Object.keys(deployed).length === 0
    ? []
    : [{ level: 'ok', what: 'The stacks that are there can be updated in place.' }];
};
