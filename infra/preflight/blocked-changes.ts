import { fullDiff, type ResourceDifference, ResourceImpact } from '@aws-cdk/cloudformation-diff';
import { z } from 'zod';

const resourceSchema = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).optional(),
  DeletionPolicy: z.string().optional(),
});
const outputSchema = z.looseObject({
  Value: z.unknown(),
  Export: z.looseObject({ Name: z.unknown() }).optional(),
});
/** What is looked at of a CloudFormation template. */
export const templateSchema = z.looseObject({
  Resources: z.record(z.string(), resourceSchema).default({}),
  Outputs: z.record(z.string(), outputSchema).default({}),
});
export type StackTemplate = z.infer<typeof templateSchema>;
/** By the name of the stack. */
export type StackTemplates = Readonly<Record<string, StackTemplate>>;

/** A change that CloudFormation would refuse half-way through a deployment, or that would lose data. */
export interface BlockedChange {
  readonly stack: string;
  /** `AWS::EC2::VPC Vpc8378EB38`, or the name of an export. */
  readonly what: string;
  readonly why: string;
  /** What to do to get there all the same. */
  readonly advice: string;
}

const moveAdvice =
  'Deploy a second environment with it, register the databases there, start the replications with a new copy, then remove the first.';

/** What cannot be made again from elsewhere: a new one is empty. */
const dataTypes: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::Table': 'Restore a backup into the new table by hand, or keep the change back.',
  'AWS::KMS::Key': 'Keep the change back: what the former key encrypted could be read by nobody.',
  'AWS::MSK::Cluster': moveAdvice,
};

/** Properties that are the name of a resource, unique in an account and a region. */
const nameProperties = [
  ...['AlarmName', 'AliasName', 'ClusterName', 'DashboardName', 'DBClusterIdentifier', 'FunctionName'],
  ...['LogGroupName', 'Name', 'QueryDefinitionName', 'QueueName', 'RoleName', 'SecretName', 'ServiceName'],
  ...['StateMachineName', 'TableName', 'TopicName', 'BucketName'],
];

/** Names that several resources of the type may have. */
const sharedNames = ['AWS::ApiGateway::RestApi', 'AWS::ApiGateway::Authorizer', 'AWS::Logs::QueryDefinition'];

/**
 * What stands in the way of a deployment: replaced resources whose name is still taken, data that would begin empty, exports that
 * another stack has taken and that would change or go, and limits of Kafka's own. Replacement is judged by CloudFormation's own
 * list of properties, as `cdk diff` does.
 */
export const findBlockedChanges = (
  before: StackTemplates,
  after: StackTemplates,
): readonly BlockedChange[] => {
  return Object.entries(before).flatMap(([stack, former]) => {
    const next = after[stack];
    // A stack that is no longer part of the app stays as it is, with its exports.
    if (next === undefined) return [];
    const changes = fullDiff(former, next).resources.changes;
    const replaced = new Set(
      Object.entries(changes)
        .filter(([, { changeImpact }]) => changeImpact === ResourceImpact.WILL_REPLACE)
        .map(([id]) => id),
    );
    return [
      ...Object.entries(changes).flatMap(([id, change]) => blockedResource(stack, id, change)),
      ...blockedExports(stack, former, next, { replaced, takersOf: (name) => takersOf(name, before), after }),
    ];
  });
};

const blockedResource = (
  stack: string,
  id: string,
  { oldValue, newValue, changeImpact }: ResourceDifference,
): readonly BlockedChange[] => {
  if (oldValue === undefined) return [];
  const what = `${oldValue.Type} ${id}`;
  if (newValue === undefined) {
    const advice = dataTypes[oldValue.Type];
    return advice === undefined ? [] : [{ stack, what, why: 'It would be removed with its data.', advice }];
  }
  if (oldValue.Type === 'AWS::MSK::Cluster') {
    const why = blockedKafkaChange(
      kafkaSchema.parse(oldValue.Properties),
      kafkaSchema.parse(newValue.Properties),
    );
    if (why !== undefined) return [{ stack, what, ...why }];
  }
  if (changeImpact !== ResourceImpact.WILL_REPLACE) return [];
  const lost = dataTypes[oldValue.Type];
  if (lost !== undefined)
    return [{ stack, what, why: 'It would be replaced by another one, which is empty.', advice: lost }];
  if (sharedNames.includes(oldValue.Type)) return [];
  const taken = nameProperties.find((name) => {
    const former: unknown = oldValue.Properties?.[name];
    return former !== undefined && JSON.stringify(former) === JSON.stringify(newValue.Properties?.[name]);
  });
  return taken === undefined
    ? []
    : [
        {
          stack,
          what,
          why: `It would be replaced by another one of the same name (${taken}), which is taken.`,
          advice: moveAdvice,
        },
      ];
};

const kafkaSchema = z.looseObject({
  NumberOfBrokerNodes: z.number(),
  BrokerNodeGroupInfo: z.looseObject({
    ClientSubnets: z.array(z.unknown()),
    SecurityGroups: z.array(z.unknown()).default([]),
    StorageInfo: z.looseObject({
      EBSStorageInfo: z.looseObject({ VolumeSize: z.number() }),
    }),
  }),
  EncryptionInfo: z.looseObject({ EncryptionAtRest: z.unknown().optional() }),
});

/** Create-only properties below the first level, which the list of properties does not show, and what MSK refuses. */
const blockedKafkaChange = (
  former: z.infer<typeof kafkaSchema>,
  next: z.infer<typeof kafkaSchema>,
): Pick<BlockedChange, 'why' | 'advice'> | undefined => {
  const createOnly = (value: z.infer<typeof kafkaSchema>): string =>
    JSON.stringify([
      value.BrokerNodeGroupInfo.ClientSubnets,
      value.BrokerNodeGroupInfo.SecurityGroups,
      value.EncryptionInfo.EncryptionAtRest,
    ]);
  if (createOnly(former) !== createOnly(next))
    return {
      why: 'Subnets, security groups and the key of a Kafka cluster are set when it is made; another one would be empty.',
      advice: moveAdvice,
    };
  const sizeOf = (value: z.infer<typeof kafkaSchema>): number =>
    value.BrokerNodeGroupInfo.StorageInfo.EBSStorageInfo.VolumeSize;
  if (sizeOf(next) < sizeOf(former))
    return { why: "Kafka's disks only ever grow.", advice: `Keep ${sizeOf(former)} GiB for each broker.` };
  if (next.NumberOfBrokerNodes < former.NumberOfBrokerNodes)
    return {
      why: 'The brokers that go would take the only copies of partitions with them.',
      advice:
        'Move all partitions away from them first (Amazon MSK developer guide, "Remove brokers"), remove them, then change the number.',
    };
  return undefined;
};

const blockedExports = (
  stack: string,
  former: StackTemplate,
  next: StackTemplate,
  {
    replaced,
    takersOf,
    after,
  }: {
    readonly replaced: ReadonlySet<string>;
    readonly takersOf: (name: string) => readonly string[];
    readonly after: StackTemplates;
  },
): readonly BlockedChange[] => {
  const nextExports = exportsOf(next);
  return [...exportsOf(former)].flatMap(([name, value]) => {
    const takers = takersOf(name);
    if (takers.length === 0) return [];
    const nextValue = nextExports.get(name);
    const why =
      nextValue === undefined
        ? 'Another stack takes it, and it would be gone.'
        : nextValue !== value || [...replaced].some((id) => value.includes(`"${id}"`))
          ? 'Another stack takes it, and it would change.'
          : undefined;
    if (why === undefined) return [];
    const leftovers = takers.filter((taker) => after[taker] === undefined);
    const advice =
      leftovers.length === takers.length
        ? `Remove it first: npx cdk destroy ${leftovers.join(' ')}`
        : moveAdvice;
    return [{ stack, what: name, why, advice }];
  });
};

const exportsOf = ({ Outputs }: StackTemplate): ReadonlyMap<string, string> =>
  new Map(
    Object.values(Outputs).flatMap(({ Export, Value }) =>
      typeof Export?.Name === 'string' ? [[Export.Name, JSON.stringify(Value)] as const] : [],
    ),
  );

/** The stacks that import what has this name. */
const takersOf = (name: string, templates: StackTemplates): readonly string[] =>
  Object.entries(templates)
    .filter(([, template]) => importsOf(template).includes(name))
    .map(([stack]) => stack);

const importsOf = (template: StackTemplate): readonly string[] =>
  [...JSON.stringify(template.Resources).matchAll(/"Fn::ImportValue":"([^"]+)"/g)].map(
    ([, name]) => name ?? '',
  );
