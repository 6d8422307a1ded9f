import { poolCapacity } from '#core/contracts/pool.ts';
import type { Placement } from '#core/contracts/replication.ts';
import type { CreatedPlatform, EnvironmentConfig } from '../config/environment-config.ts';
import prices from './prices.json' with { type: 'json' };

/** What is to be replicated. */
export interface Workload {
  readonly replications: number;
  /** Of each replication, on average. */
  readonly eventsPerSecond: number;
  readonly tablesPerReplication: number;
  /** Where the consumers run; each in a task of its own when absent. */
  readonly placement?: Placement;
}

export interface CostLine {
  readonly what: string;
  readonly how: string;
  readonly usd: number;
}

export interface Cost {
  readonly monthlyUsd: number;
  readonly perReplicationUsd: number;
  readonly lines: readonly CostLine[];
  /** Which limits this workload is above, and which comes next. */
  readonly limits: readonly string[];
  readonly dms: { readonly class: string; readonly perReplicationUsd: number; readonly how: string };
}

const hours = 730;
const secondsPerMonth = hours * 3_600;
const gib = 1024 ** 3;

/** A row of some ten columns as Debezium's JSON, and what zstd makes of it in a batch. */
const eventBytes = 600;
const storedEventBytes = 150;
/** Dead letters, heartbeats, the schema history or messages, and copies through Kafka. */
const extraTopics = 4;
/** Amazon MSK developer guide, "Right-size your cluster": partitions with their copies. */
const partitionsPerBroker = {
  'kafka.m7g.large': 1_000,
  'kafka.m7g.xlarge': 1_000,
  'kafka.m7g.2xlarge': 2_000,
};
type BrokerType = keyof typeof partitionsPerBroker;
/** Brokers that one cluster has at most with KRaft. */
const mostBrokers = 60;
/** Of 70 % of a worker's memory, a connector with a backlog takes its queue of 64 MiB and its producer's buffer of 72 MiB. */
const connectorMib = 140;
/** The share of connectors that have a backlog at the same time, as after an outage of a target database's network. */
const backloggedShare = 0.5;
/** What one run of monitor-health does in its time. */
const replicationsPerCheck = 2_000;

/** Processor time of a pooled consumer each second, and of each change; measured by `npm run simulate:pool`, see docs/guide/cost.md. */
const idleConsumerMs = 0.65;
const changeMs = 1.5;
/** The share of a vCPU that pooled consumers may take while all is well: what is left is for catching up. */
const usedShare = 0.7;

/** Names that a replication writes to CloudWatch. */
const metricsPerReplication = 14;
/** Metrics that alarms are on: those of every environment, and of each broker. */
const alarmedMetrics = { all: 32, eachBroker: 3 };
/** A composite alarm costs as much as five others. */
const compositeAlarms = 2;
const alarmsPerComposite = 5;
/** Of infra/stacks/network-stack.ts. */
const interfaceEndpoints = { none: 0, busiest: 4, all: 8 };

const isBrokerType = (type: string): type is BrokerType => Object.hasOwn(partitionsPerBroker, type);

/** The bill of a month of an environment with this workload, and that of AWS DMS for the same. */
export const costOf = (config: EnvironmentConfig, workload: Workload): Cost => {
  if (config.platform.source !== 'created')
    throw new Error(`${config.name} uses a Kafka and a Connect that are there: their bill is known.`);
  const { platform } = config;
  const endpoints = interfaceEndpoints[platform.network.interfaceEndpoints];
  const { replications } = workload;
  const brokers = brokersFor(platform, config, workload);
  const alarmed = alarmedMetrics.all + alarmedMetrics.eachBroker * platform.kafka.brokers;
  const workers = workersFor(platform, replications);
  const consumers = consumersFor(config, workload);
  const countWrites = countWritesPerMonth(workload);
  const lines: readonly CostLine[] = [
    {
      what: 'Kafka brokers',
      how: `${brokers.count} x ${brokers.type}`,
      usd: brokers.count * prices.mskBrokerHour.usd[brokers.type] * hours,
    },
    {
      what: 'Kafka disks',
      how: `${brokers.count} x ${brokers.gibEach} GiB`,
      usd: brokers.count * brokers.gibEach * prices.mskGibMonth.usd,
    },
    {
      what: 'Kafka Connect',
      how: `${workers} workers of ${platform.connect.cpu / 1024} vCPU and ${platform.connect.memoryMib / 1024} GB`,
      usd: workers * taskUsd(platform.connect),
    },
    {
      what: 'consumers',
      how: `${consumers.tasks} of ${config.consumer.cpu / 1024} vCPU and ${config.consumer.memoryMib / 1024} GB${consumers.each === 1 ? '' : `, each for up to ${consumers.each} replications`}`,
      usd: consumers.tasks * taskUsd(config.consumer),
    },
    {
      what: 'NAT gateways',
      how: `${platform.network.natGateways}, and each change out to its target and in from its source`,
      usd:
        platform.network.natGateways * prices.natGatewayHour.usd * hours +
        ((2 * eventBytes * eventsPerMonth(workload)) / gib) * prices.natGatewayGb.usd,
    },
    {
      what: 'interface endpoints',
      how: endpoints === 0 ? 'none' : `${endpoints} in each of ${platform.network.availabilityZones} zones`,
      usd: endpoints * platform.network.availabilityZones * prices.interfaceEndpointHour.usd * hours,
    },
    {
      what: 'metrics and alarms',
      how: `${metricsPerReplication} metrics of each replication, alarms on ${alarmed} metrics and ${compositeAlarms} composite ones`,
      usd:
        replications * metricsPerReplication * prices.customMetricMonth.usd +
        (alarmed + alarmsPerComposite * compositeAlarms) * prices.alarmMonth.usd,
    },
    {
      what: 'state, secrets and logs',
      how: `0.25 million writes and 1 million reads, 2 secrets, 1 GB of logs each; ${(countWrites / 1_000_000).toFixed(1)} million writes of the counts of tables`,
      usd:
        countWrites * (prices.dynamoWriteMillion.usd / 1_000_000) +
        replications *
          (0.25 * prices.dynamoWriteMillion.usd +
            prices.dynamoReadMillion.usd +
            2 * prices.secretMonth.usd +
            prices.logGb.usd),
    },
  ];
  const monthlyUsd = lines.reduce((sum, { usd }) => sum + usd, 0);
  return {
    monthlyUsd,
    perReplicationUsd: monthlyUsd / replications,
    lines,
    limits: limitsOf(config, workload, { brokers: brokers.count, workers, consumers: consumers.tasks }),
    dms: dmsFor(workload),
  };
};

/** A write a minute for each table that has changed within it. */
const countWritesPerMonth = ({ replications, tablesPerReplication, eventsPerSecond }: Workload): number =>
  (replications * Math.min(tablesPerReplication, eventsPerSecond * 60) * secondsPerMonth) / 60;

const taskUsd = ({ cpu, memoryMib }: { readonly cpu: number; readonly memoryMib: number }): number =>
  ((cpu / 1024) * prices.fargateArmVcpuHour.usd + (memoryMib / 1024) * prices.fargateArmGbHour.usd) * hours;

const eventsPerMonth = ({ replications, eventsPerSecond }: Workload): number =>
  replications * eventsPerSecond * secondsPerMonth;

/** How many tasks the consumers need. A pool task is bounded by its memory, and by its processor. */
const consumersFor = (
  { consumer }: EnvironmentConfig,
  { replications, eventsPerSecond, placement = 'own' }: Workload,
): { readonly tasks: number; readonly each: number } => {
  const byProcessor = Math.floor(
    (usedShare * (consumer.cpu / 1024) * 1000) / (idleConsumerMs + changeMs * eventsPerSecond),
  );
  const each = placement === 'own' ? 1 : Math.max(1, Math.min(poolCapacity(consumer.memoryMib), byProcessor));
  return { tasks: Math.ceil(replications / each), each };
};

/** As many as the partitions need, in multiples of the zones, and disks for the retention with a third to spare. */
const brokersFor = ({ kafka, network }: CreatedPlatform, config: EnvironmentConfig, workload: Workload) => {
  const { instanceType } = kafka;
  if (!isBrokerType(instanceType)) throw new Error(`infra/cost/prices.json has no price of ${instanceType}.`);
  const zones = network.availabilityZones;
  const partitions = workload.replications * (workload.tablesPerReplication + extraTopics) * zones;
  const needed = Math.ceil(partitions / partitionsPerBroker[instanceType] / zones) * zones;
  const count = Math.max(kafka.brokers, needed);
  const keptBytes =
    workload.replications *
    workload.eventsPerSecond *
    config.topicRetentionHours *
    3_600 *
    storedEventBytes *
    zones;
  return {
    type: instanceType,
    count,
    gibEach: Math.max(kafka.volumeGibPerBroker, Math.ceil((1.33 * keptBytes) / gib / count)),
  };
};

/** With room for the connectors of one worker that is lost. */
const workersFor = ({ connect }: CreatedPlatform, replications: number): number => {
  const perWorker = Math.floor((0.7 * connect.memoryMib) / (connectorMib * backloggedShare));
  return Math.max(connect.workers, Math.ceil(replications / perWorker) + 1);
};

const limitsOf = (
  config: EnvironmentConfig,
  { replications, tablesPerReplication }: Workload,
  { brokers, workers, consumers }: Readonly<Record<'brokers' | 'workers' | 'consumers', number>>,
): readonly string[] => {
  const vcpus = Math.ceil((consumers * config.consumer.cpu) / 1024);
  return [
    ...(brokers > mostBrokers
      ? [
          `${brokers} brokers are more than the ${mostBrokers} of one MSK cluster: divide the clients among several environments.`,
        ]
      : []),
    ...(replications > replicationsPerCheck * config.healthCheckRuns
      ? [
          `${Math.ceil(replications / replicationsPerCheck)} runs of the health check are needed: healthCheckRuns is ${config.healthCheckRuns}.`,
        ]
      : []),
    ...(config.platform.source === 'created' && brokers > config.platform.kafka.brokers
      ? [
          `${tablesPerReplication} tables each need ${brokers} brokers for their partitions: kafka.brokers is ${config.platform.kafka.brokers}.`,
        ]
      : []),
    ...(config.platform.source === 'created' && workers > config.platform.connect.workers
      ? [`${workers} Connect workers are needed: connect.workers is ${config.platform.connect.workers}.`]
      : []),
    `Fargate must have ${vcpus + workers * 2} vCPUs (npm run preflight).`,
  ];
};

/**
 * For the same work: quiet tasks share an instance, five to each; busy ones have their own. In two zones, as Kafka's copies are in several, which
 * doubles both the instance and its 50 GiB.
 */
const dmsFor = ({ eventsPerSecond }: Workload): Cost['dms'] => {
  const [instanceClass, tasks] =
    eventsPerSecond < 50
      ? (['dms.t3.medium', 5] as const)
      : eventsPerSecond < 1_000
        ? (['dms.c5.large', 1] as const)
        : (['dms.c5.xlarge', 1] as const);
  const instance = 2 * (prices.dmsInstanceHour.usd[instanceClass] * hours + 50 * prices.dmsGibMonth.usd);
  return {
    class: instanceClass,
    perReplicationUsd: instance / tasks,
    how: `Multi-AZ, 50 GiB, ${tasks === 1 ? 'one replication' : `${tasks} replications`} to an instance`,
  };
};
