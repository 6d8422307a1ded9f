import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { acknowledge, managedPolicy, wildcardResource } from './acknowledgements.ts';
import { logRetention, type MillraceStack } from './millrace-stack.ts';

export interface TableReplicaProps {
  readonly table: Table;
  readonly key: IKey;
  readonly region: string;
  /** Of that region. */
  readonly keyArn: string;
}

/**
 * Makes a table a DynamoDB global table by a copy in another region (version 2019.11.21). A table that is there already keeps its data, which
 * it would not as an AWS::DynamoDB::GlobalTable: another type is another resource. The call returns while DynamoDB makes the
 * copy, which takes minutes. The copy stays when the environment no longer asks for it: it is data.
 */
export class TableReplica extends Construct {
  constructor(stack: MillraceStack, id: string, { table, key, region, keyArn }: TableReplicaProps) {
    super(stack, id);
    const there = stack.formatArn({
      ...{ service: 'dynamodb', resource: 'table', resourceName: table.tableName },
      region,
    });
    const replica = new AwsCustomResource(this, 'Replica', {
      onCreate: {
        service: 'DynamoDB',
        action: 'UpdateTable',
        parameters: {
          TableName: table.tableName,
          ReplicaUpdates: [{ Create: { RegionName: region, KMSMasterKeyId: keyArn } }],
        },
        physicalResourceId: PhysicalResourceId.of(`state-table-in-${region}`),
      },
      policy: AwsCustomResourcePolicy.fromStatements([
        // DynamoDB developer guide, "Using IAM with global tables": it copies with the rights of the caller.
        new PolicyStatement({
          sid: 'ReplicateTable',
          actions: [
            'dynamodb:BatchWriteItem',
            'dynamodb:CreateTable',
            'dynamodb:CreateTableReplica',
            'dynamodb:DeleteItem',
            'dynamodb:DescribeTable',
            'dynamodb:GetItem',
            'dynamodb:PutItem',
            'dynamodb:Query',
            'dynamodb:Scan',
            'dynamodb:UpdateItem',
            'dynamodb:UpdateTable',
          ],
          resources: [table.tableArn, there],
        }),
        new PolicyStatement({
          sid: 'EncryptReplica',
          actions: ['kms:CreateGrant', 'kms:Decrypt', 'kms:DescribeKey'],
          resources: [key.keyArn, keyArn],
        }),
        new PolicyStatement({
          sid: 'LetDynamoDbReplicate',
          actions: ['iam:CreateServiceLinkedRole'],
          resources: [
            Stack.of(this).formatArn({
              ...{ service: 'iam', region: '', resource: 'role' },
              resourceName: 'aws-service-role/replication.dynamodb.amazonaws.com/*',
            }),
          ],
        }),
      ]),
      installLatestAwsSdk: false,
      logGroup: new LogGroup(this, 'Log', {
        retention: logRetention(stack.config),
        removalPolicy: RemovalPolicy.DESTROY,
      }),
    });
    acknowledge(
      replica,
      wildcardResource(
        'arn:<AWS::Partition>:iam::<AWS::AccountId>:role/aws-service-role/replication.dynamodb.amazonaws.com/*',
        'The role that DynamoDB copies with has one name in each account.',
      ),
    );
    // CDK puts the Lambda of all such calls next to this construct, at the stack.
    acknowledge(
      stack,
      managedPolicy('service-role/AWSLambdaBasicExecutionRole', 'The role of the call is written by CDK.'),
      { id: 'AwsSolutions-L1', reason: 'The runtime of the call is chosen by CDK.' },
    );
  }
}
