import { ArnFormat, type Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type KafkaRight, type KafkaRole, kafkaRightsOf } from '#core/contracts/kafka-rights.ts';
import { arnInFinding, wildcardResource } from './acknowledgements.ts';
import type { Grant } from './function-rights.ts';

/** The IAM statements of a role. `names`: the name of a cluster, or a pattern of it. */
export const kafkaRights = (
  stack: Stack,
  clusters: { readonly names: string; readonly connectGroup: string },
  role: KafkaRole,
): Grant => {
  const rights = kafkaRightsOf(role, clusters.connectGroup);
  // A cluster's ARN, and those of its topics and groups, have an identifier that is known once the cluster is made.
  const pathOf = (kind: KafkaRight['kind'], name: string): string =>
    `${clusters.names}/*${kind === 'cluster' ? '' : `/${name}`}`;
  const statements = rights.map(
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
    acknowledgements: rights.flatMap(({ kind, names }) =>
      names.map((name) =>
        wildcardResource(
          arnInFinding('kafka', `${kind}/${pathOf(kind, name)}`),
          'Topics and groups are named by replications, and a cluster has an identifier in its ARN: the prefixes are the narrowest resource.',
        ),
      ),
    ),
  };
};
