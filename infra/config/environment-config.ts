import type { ClientQuotas } from '#core/contracts/client-quotas.ts';
import type { KafkaSecurity } from '#core/contracts/environment.ts';
import type { KafkaRole } from '#core/contracts/kafka-rights.ts';

export const environmentNames = ['local', 'dev', 'staging', 'prod'] as const;
export type EnvironmentName = (typeof environmentNames)[number];

/** The Kafka Connect service that is created. */
export interface ConnectSize {
  readonly workers: number;
  /** As many are added while the processors of the workers are busy; none when left out. */
  readonly maxWorkers?: number;
  /** Fargate units: 1024 is one vCPU. */
  readonly cpu: number;
  readonly memoryMib: number;
}

/** A Kafka Connect that is there already. */
export interface ImportedConnect {
  readonly url: string;
  /** Where Connect logs in CloudWatch, in the form of connect-container/log4j2.xml. */
  readonly logGroup?: string;
  /** Of one worker, which bounds what a connector may hold in memory. */
  readonly workerMemoryMib?: number;
}

/** A Kafka Connect that is created in a network that is there already. */
export interface AddedConnect extends ConnectSize {
  /** Worn by the workers: the tasks and Lambdas reach them by port 8083, they reach each other by it, Kafka, the sources and the AWS APIs. */
  readonly securityGroupId: string;
}

/** The Amazon MSK cluster that is created. */
export interface KafkaSize {
  readonly instanceType: string;
  /** A multiple of the number of availability zones. */
  readonly brokers: number;
  readonly volumeGibPerBroker: number;
}

/** A Kafka that is created in a network that is there already. */
export interface AddedKafka extends KafkaSize {
  /** Worn by the brokers: the tasks, the Lambdas and the Connect workers reach them by port 9098. */
  readonly securityGroupId: string;
}

/** A Kafka that is there already. */
export interface ImportedKafka {
  /** `host:port`, comma-separated. */
  readonly brokers: string;
  /**
   * `iam`: of Amazon MSK, which takes the roles of the Lambdas and tasks; `clusterName` says of which cluster. `scram`: users with
   * passwords (SCRAM-SHA-512), of Amazon MSK or of any other Kafka; `users` says which.
   */
  readonly security: KafkaSecurity;
  readonly clusterName?: string;
  readonly users?: {
    /** A secret with `username` and `password`: of one user for everything, or of a user for each role. */
    readonly secretArn: string | Readonly<Record<KafkaRole, string>>;
    /** The key of the account that encrypts the secrets. Amazon MSK asks for one. */
    readonly keyArn?: string;
  };
  /** The certificate of the brokers' authority, in PEM, where it is a private one. */
  readonly caPem?: string;
}

/** The network exists already and is used as it is: nothing is added to it. Kafka and Connect do, too, or are created there. */
export interface ImportedPlatform {
  readonly source: 'imported';
  readonly network: {
    readonly vpcId: string;
    readonly availabilityZones: readonly string[];
    /** Private subnets with a route to the databases, Kafka, Connect and the AWS APIs; one for each zone. */
    readonly subnetIds: readonly string[];
    /** Worn by the Lambdas and the Fargate tasks. */
    readonly securityGroupId: string;
  };
  readonly kafka: ImportedKafka | AddedKafka;
  readonly connect: ImportedConnect | AddedConnect;
}

/** A VPC, an MSK cluster and a Connect service are created for this environment alone. */
export interface CreatedPlatform {
  readonly source: 'created';
  readonly network: {
    readonly cidr: string;
    readonly availabilityZones: 2 | 3;
    /** Which ones, as `eu-central-1a`; the first ones of the region when left out. `npm run preflight` says which have Kafka's brokers. */
    readonly zoneNames?: readonly string[];
    readonly natGateways: number;
    /**
     * Interface endpoints keep traffic to the AWS APIs off the NAT gateways, for a fixed price per zone. `busiest`: images, logs and
     * secrets, which are most of it; `all`: every API that is called from the network.
     */
    readonly interfaceEndpoints: 'none' | 'busiest' | 'all';
  };
  readonly kafka: KafkaSize;
  readonly connect: ConnectSize;
}

/** The Connect service that an environment creates; undefined when it uses one that is there. */
export const createdConnect = ({
  platform,
}: Pick<EnvironmentConfig, 'platform'>): ConnectSize | undefined => {
  if (platform.source === 'created') return platform.connect;
  return 'workers' in platform.connect ? platform.connect : undefined;
};

/** The Kafka that an environment creates; undefined when it uses one that is there. */
export const createdKafka = ({ platform }: Pick<EnvironmentConfig, 'platform'>): KafkaSize | undefined => {
  if (platform.source === 'created') return platform.kafka;
  return 'instanceType' in platform.kafka ? platform.kafka : undefined;
};

/** Everything in which one environment differs from another. */
export interface EnvironmentConfig {
  readonly name: EnvironmentName;
  /** What is created and what is there already; infra/stacks/millrace-stacks.ts acts on it. */
  readonly platform: ImportedPlatform | CreatedPlatform;
  readonly consumer: {
    /** The name of an image that is there already, or `build`: consumer-container/Dockerfile. */
    readonly image: { readonly name: string } | 'build';
    readonly cpu: number;
    readonly memoryMib: number;
    /**
     * Where the consumers of new replications run that ask for nothing else; `own` when absent. A pool task has the size above, and
     * takes as many replications as `poolCapacity` finds room for.
     */
    readonly placement?: 'own' | 'pooled';
    /**
     * What copies of big tables run on; `on-demand` when absent. `spot` is about a third of the price: Fargate ends such a task with two
     * minutes' notice when it needs the machine, and the next one goes on where it was.
     */
    readonly copies?: 'on-demand' | 'spot';
    /** Where a Prometheus reads a task's metrics: `metricsEnvironmentSchema` says what they mean. */
    readonly metrics: { readonly host: 'loopback' | 'task'; readonly port: number };
  };
  /**
   * Where clients' databases may be; connections to anywhere else are refused, and security groups do not let them out. The VPC of a
   * created platform is refused, too, unless a narrower network of `allowed` says otherwise.
   */
  readonly databaseNetwork: {
    /** In CIDR notation. */
    readonly allowed: readonly string[];
    /**
     * Where none may be all the same: above all the subnets of a Kafka and a Connect that are there already. Of equal and nested networks the
     * narrowest decides, and the security groups know nothing of these.
     */
    readonly refused?: readonly string[];
    readonly ports: readonly number[] | 'any';
  };
  /**
   * What each client may have, so that none takes the place of the others; no limit for what is left out. `PUT /clients/{id}/quotas`
   * gives one client others.
   */
  readonly clientQuotas?: ClientQuotas;
  /** Must exceed the longest copy plus the longest consumer outage; a copy may take 48 h. */
  readonly topicRetentionHours: number;
  readonly logRetentionDays: 3 | 30 | 90 | 365;
  readonly logLevel: 'DEBUG' | 'INFO';
  /** X-Ray for the Lambdas, the state machine and the API. */
  readonly tracing: boolean;
  /** Data survives the deletion of its stack, and stacks refuse to be deleted. */
  readonly keepData: boolean;
  /**
   * How many runs a health check can have at the same time. One does 2,000 replications; the others end at once while they are
   * not needed.
   */
  readonly healthCheckRuns: number;
  /** The service-wide lag alarm goes off above it. */
  readonly lagAlarmMs: number;
  /** Where the console's page is served (`https://host`); without it, no browser may read the API's answers. */
  readonly consoleOrigin?: string;
  /**
   * An OpenID Connect issuer whose tokens (JWT) the API takes besides its own. `issuer` is the text of the claim `iss`, below which
   * `/.well-known/openid-configuration` names its keys. Without it, there are the API's own tokens only.
   */
  readonly oidc?: {
    readonly issuer: string;
    readonly audience: string;
    /** The claim with `viewer`, `operator` or `admin`, or a list with one of them. */
    readonly roleClaim: string;
    /** The claim with the number of a client, or `*` for all clients. */
    readonly clientClaim: string;
    /** How the console signs people in with it; absent where they paste tokens. */
    readonly console?: {
      /** That of the console at the issuer: a public client with PKCE. */
      readonly clientId: string;
      readonly scope: string;
      /** The origins of the issuer's metadata and of its token endpoint. Both have to let the console's origin in (CORS). */
      readonly origins: readonly string[];
    };
  };
  readonly api: {
    /** What all callers together may send, and how many requests at once; above it API Gateway answers 429. */
    readonly requestsPerSecond: number;
    readonly burst: number;
    /** What each client's tokens together may send in a minute, so that none takes the share of the others; any number when left out. */
    readonly clientCallsPerMinute?: number;
    /** A regional web ACL (AWS WAF) of the account, which looks at each request first. */
    readonly webAclArn?: string;
    /**
     * Interface endpoints of `execute-api` in VPCs of yours. With them the API is private: nobody else reaches it, and neither do the console at
     * CloudFront and the readers of the stream of logs, which have to be switched off.
     */
    readonly vpcEndpointIds?: readonly string[];
  };
  /**
   * Lambda runs that are kept free for the API and for each health check, so that copies cannot take them all, and how many readers the
   * stream of logs has at most. Without it, all
   * functions share what the account has; AWS keeps 100 of an account's runs shared, so small accounts cannot reserve any.
   */
  readonly reservedRuns?: { readonly api: number; readonly healthCheck: number; readonly streamLogs: number };
  /**
   * Another region that can take over; none when left out. `active`: this one works, and keeps the state table and the secrets there, too,
   * encrypted with keys of that region's environment. `standby`: this one waits, with the state table of the first: it checks nothing and
   * changes nothing. `took-over`: it works, with that table. infra/config/recovery.ts reads it from the context.
   */
  readonly recovery?:
    | {
        readonly role: 'active';
        readonly region: string;
        readonly stateKeyArn: string;
        readonly secretsKeyArn: string;
      }
    | { readonly role: 'standby' | 'took-over'; readonly stateTableName: string };
  /** `basic` leaves out composite alarms, alarms on several metrics and saved queries, which the emulator does not know. */
  readonly monitoring: 'full' | 'basic';
  /** Of every resource, next to `project` and `environment`. */
  readonly tags: Readonly<Record<string, string>>;
  /** The ARN of a managed policy that bounds every role, where an account asks for one. */
  readonly permissionsBoundary?: string;
  /** Whether the operator's console is served by CloudFront. The local stack serves it by itself. */
  readonly servesConsole: boolean;
  /** Whether logs are streamed by a function URL. Following by long poll works everywhere. */
  readonly streamsLogs: boolean;
  /** Where that function is served, ending in a slash, when it is not at its own URL: the emulator answers only when a function has ended. */
  readonly logStreamUrl?: string;
  /**
   * Whether the addresses of Kafka, Connect and the stream of logs are parameters of the stacks. A deployment then chooses them, and templates
   * that were made once serve any number of local stacks.
   */
  readonly addressesAreParameters?: boolean;
  /**
   * CIDR blocks that webhooks of alerts may go to although they are not public: a receiver inside of the network. A client chooses
   * where its webhooks go, so name as little as possible.
   */
  readonly webhookRanges: readonly string[];
  /** Gets the alerts; each address must confirm the subscription. */
  readonly alertEmails: readonly string[];
}

/** Of consumers and copy workers on Fargate, where each task has an address of its own. */
export const taskMetricsPort = 9464;

/** Reads a context value (`-c name=value`); undefined when it was not given. */
export type ReadContext = (name: string) => string | undefined;
