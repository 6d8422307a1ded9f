import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { type Acknowledgement, acknowledge, wildcardResource } from './acknowledgements.ts';
import { applyGrant, type Grant } from './function-rights.ts';

const ecsTasks = new ServicePrincipal('ecs-tasks.amazonaws.com');

/** What a container's own code may do. */
export const createTaskRole = (scope: Construct, id: string, worker: string, grant: Grant): Role => {
  const role = new Role(scope, id, { assumedBy: ecsTasks, description: `The code of ${worker}` });
  applyGrant(role, grant);
  return role;
};

/** What Fargate may do to start a container: write its log and, added by the image asset, pull its image. */
export const createExecutionRole = (scope: Construct, id: string, logGroup: ILogGroup): Role => {
  const role = new Role(scope, id, { assumedBy: ecsTasks, description: 'Starts containers of Millrace' });
  logGroup.grantWrite(role);
  acknowledge(role, wildcardResource('*', 'ecr:GetAuthorizationToken knows no resource.'));
  return role;
};

/** For task definitions with environment variables. */
export const plainEnvironment: Acknowledgement = {
  id: 'AwsSolutions-ECS2',
  reason:
    'The variables are names, addresses and numbers. Secrets are read at run time and are in no variable.',
};
