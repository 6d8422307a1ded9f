import { type App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnAccount } from 'aws-cdk-lib/aws-apigateway';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { acknowledge, managedPolicy } from '../constructs/acknowledgements.ts';

export const accountStackName = 'millrace-account';

/**
 * The role by which API Gateway writes its logs: one setting for all APIs of an account in a region. Therefore it is in no environment's
 * stacks, which would overwrite what others have set there: `npm run deploy` makes this stack where the account has no such role.
 * Both stay when it is deleted, since other APIs may use them by then.
 */
export class AccountStack extends Stack {
  constructor(app: App) {
    super(app, accountStackName);
    const policy = 'service-role/AmazonAPIGatewayPushToCloudWatchLogs';
    const role = new Role(this, 'ApiGatewayLogs', {
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName(policy)],
      description: 'API Gateway writes its logs, for all APIs of the account',
    });
    role.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    acknowledge(role, managedPolicy(policy, 'What API Gateway asks for to write its logs.'));
    const account = new CfnAccount(this, 'ApiGateway', { cloudWatchRoleArn: role.roleArn });
    account.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    account.node.addDependency(role);
  }
}
