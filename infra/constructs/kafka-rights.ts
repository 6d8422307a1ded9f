import { ArnFormat, type Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { arnInFinding, wildcardResource } from './acknowledgements.ts';
import type { Grant } from './function-rights.ts';

/**
 * What a role does at Kafka. `look`: whether brokers and topics are there, and up to where. `manage`: topics and consumer groups of
 * replications. `relay`: rows that are copied through Kafka. `consume`: changes, and dead letters. `connect`: Kafka Connect.
 */
export type KafkaUse = 'look' | 'manage' | 'relay' | 'consume' | 'connect';

interface Allowed {
  readonly sid: string;
  readonly kind: 'cluster' | 'topic' | 'group';
  /** Names; one of `cluster` has none. */
  readonly names: readonly string[];
  readonly actions: readonly string[];
}

/** Topics of replications, and Debezium's heartbeats (core/naming/names.ts). */
const replicationTopics = ['client_*', '__debezium-heartbeat.client_*'];
/** Consumer groups of replications. */
const replicationGroups = ['millrace-*'];

const look: readonly Allowed[] = [
  { sid: 'ReachKafka', kind: 'cluster', names: [''], actions: ['Connect', 'DescribeCluster'] },
  {
    sid: 'LookAtTopics',
    kind: 'topic',
    names: replicationTopics,
    actions: ['DescribeTopic', 'DescribeTopicDynamicConfiguration'],
  },
];
const joinGroups: Allowed = {
  sid: 'JoinGroups',
  kind: 'group',
  names: replicationGroups,
  actions: ['AlterGroup', 'DescribeGroup'],
};

/** Each action brings those that it needs (Amazon MSK developer guide, "Semantics of IAM authorization policy actions"). */
const allowedBy = (use: KafkaUse, connectGroup: string): readonly Allowed[] => {
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

/** The IAM statements of these uses. `names`: the name of a cluster, or a pattern of it. */
export const kafkaRights = (
  stack: Stack,
  clusters: { readonly names: string; readonly connectGroup: string },
  uses: readonly KafkaUse[],
): Grant => {
  const bySid = new Map(
    uses.flatMap((use) => allowedBy(use, clusters.connectGroup)).map((allowed) => [allowed.sid, allowed]),
  );
  // A cluster's ARN, and those of its topics and groups, have an identifier that is known once the cluster is made.
  const pathOf = (kind: Allowed['kind'], name: string): string =>
    `${clusters.names}/*${kind === 'cluster' ? '' : `/${name}`}`;
  const statements = [...bySid.values()].map(
    ({ sid, kind, names, actions }) =>
      new PolicyStatement({
        sid,
        actions: actions.map((action) => `kafka-cluster:${action}`),
        resources: names.map((name) =>
          stack.formatArn({
            service: 'kafka',
            resource: kind,
            resourceName: pathOf(kind, name),
            arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
          }),
        ),
      }),
  );
  return {
    statements,
    acknowledgements: [...bySid.values()].flatMap(({ kind, names }) =>
      names.map((name) =>
        wildcardResource(
          arnInFinding('kafka', `${kind}/${pathOf(kind, name)}`),
          'Topics and groups are named by replications, and a cluster has an identifier in its ARN: the prefixes are the narrowest resource.',
        ),
      ),
    ),
  };
};
