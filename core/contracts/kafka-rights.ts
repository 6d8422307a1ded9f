/**
 * What a client does at Kafka. `look`: whether brokers and topics are there, and up to where. `manage`: topics and consumer groups of
 * replications. `relay`: rows that are copied through Kafka. `consume`: changes, and dead letters. `connect`: Kafka Connect.
 */
export type KafkaUse = 'look' | 'manage' | 'relay' | 'consume' | 'connect';

/** Who reaches Kafka, and what for. A cluster with SCRAM has a user for each of them. */
export const kafkaRoles = {
  /** Lambdas that check. */
  look: ['look'],
  /** Lambdas that make and remove topics. */
  manage: ['manage'],
  /** The Lambda that copies small tables. */
  copy: ['manage', 'relay'],
  /** Consumers and copy workers. */
  work: ['consume', 'relay'],
  /** Kafka Connect, and the clients that its connectors make for themselves. */
  connect: ['connect'],
} as const satisfies Readonly<Record<string, readonly KafkaUse[]>>;
export type KafkaRole = keyof typeof kafkaRoles;
export const kafkaRoleNames = Object.keys(kafkaRoles) as readonly KafkaRole[];

/** By the names of Amazon MSK's IAM actions. */
export type KafkaAction =
  | 'AlterGroup'
  | 'AlterTopicDynamicConfiguration'
  | 'Connect'
  | 'CreateTopic'
  | 'DeleteGroup'
  | 'DeleteTopic'
  | 'DescribeCluster'
  | 'DescribeGroup'
  | 'DescribeTopic'
  | 'DescribeTopicDynamicConfiguration'
  | 'ReadData'
  | 'WriteData'
  | 'WriteDataIdempotently';

/** Some actions at some resources of Kafka. */
export interface KafkaRight {
  readonly sid: string;
  readonly kind: 'cluster' | 'topic' | 'group';
  /** Names, in which `*` stands for any text; one of `cluster` has none. */
  readonly names: readonly string[];
  readonly actions: readonly KafkaAction[];
}

/** Topics of replications, and Debezium's heartbeats (core/naming/names.ts). */
const replicationTopics = ['client_*', '__debezium-heartbeat.client_*'];
/** Consumer groups of replications. */
const replicationGroups = ['millrace-*'];

const look: readonly KafkaRight[] = [
  { sid: 'ReachKafka', kind: 'cluster', names: [''], actions: ['Connect', 'DescribeCluster'] },
  {
    sid: 'LookAtTopics',
    kind: 'topic',
    names: replicationTopics,
    actions: ['DescribeTopic', 'DescribeTopicDynamicConfiguration'],
  },
];
const joinGroups: KafkaRight = {
  sid: 'JoinGroups',
  kind: 'group',
  names: replicationGroups,
  actions: ['AlterGroup', 'DescribeGroup'],
};

/** Each action brings those that it needs (Amazon MSK developer guide, "Semantics of IAM authorization policy actions"). */
const rightsOfUse = (use: KafkaUse, connectGroup: string): readonly KafkaRight[] => {
  switch (use) {
    case 'look':
      return look;
    case 'manage':
      return [
        ...look,
        {
          sid: 'ManageTopics',
          kind: 'topic',
          names: replicationTopics,
          actions: ['AlterTopicDynamicConfiguration', 'CreateTopic', 'DeleteTopic'],
        },
        {
          sid: 'RemoveGroups',
          kind: 'group',
          names: replicationGroups,
          actions: ['DeleteGroup', 'DescribeGroup'],
        },
      ];
    case 'relay':
      return [
        ...look,
        { sid: 'AskForRows', kind: 'topic', names: ['client_*.copy-requests'], actions: ['WriteData'] },
        { sid: 'TakeRows', kind: 'topic', names: ['client_*.copy-rows'], actions: ['ReadData'] },
        joinGroups,
      ];
    case 'consume':
      return [
        ...look,
        { sid: 'ReadChanges', kind: 'topic', names: ['client_*'], actions: ['ReadData'] },
        {
          sid: 'WriteDeadLetters',
          kind: 'topic',
          names: ['client_*.dead-letters'],
          actions: ['AlterTopicDynamicConfiguration', 'CreateTopic', 'WriteData'],
        },
        joinGroups,
      ];
    case 'connect':
      return [
        {
          sid: 'ReachKafka',
          kind: 'cluster',
          names: [''],
          // Producers of Kafka 3 and later number what they send.
          actions: ['Connect', 'DescribeCluster', 'WriteDataIdempotently'],
        },
        {
          sid: 'WriteChanges',
          kind: 'topic',
          names: [...replicationTopics, `${connectGroup}-*`],
          actions: [
            'CreateTopic',
            'DescribeTopic',
            'DescribeTopicDynamicConfiguration',
            'ReadData',
            'WriteData',
          ],
        },
        {
          // Those of the workers, and those of the schema history and of row copies, which have none of their own.
          sid: 'JoinGroups',
          kind: 'group',
          names: [connectGroup, 'client_*'],
          actions: ['AlterGroup', 'DescribeGroup'],
        },
      ];
  }
};

/** Everything that a role may do at Kafka, and nothing else. `connectGroup`: the group of the Connect workers. */
export const kafkaRightsOf = (role: KafkaRole, connectGroup: string): readonly KafkaRight[] => {
  const uses: readonly KafkaUse[] = kafkaRoles[role];
  const bySid = new Map(
    uses.flatMap((use) => rightsOfUse(use, connectGroup)).map((right) => [right.sid, right]),
  );
  return [...bySid.values()];
};
