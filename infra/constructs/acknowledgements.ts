import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** A finding of cdk-nag that is accepted, and why. */
export interface Acknowledgement {
  readonly id: string;
  readonly reason: string;
}

/** Accepts findings on the narrowest construct that has them. */
export const acknowledge = (scope: IConstruct, ...acknowledgements: readonly Acknowledgement[]): void => {
  Validations.of(scope).acknowledge(...acknowledgements);
};

/** A policy's resource with a wildcard, spelled as the template does: `arn:<AWS::Partition>:ecs:...:task/workers/*`. */
export const wildcardResource = (resource: string, reason: string): Acknowledgement => ({
  id: `AwsSolutions-IAM5[Resource::${resource}]`,
  reason,
});

/** An AWS managed policy, by its path: `service-role/NAME`. */
export const managedPolicy = (path: string, reason: string): Acknowledgement => ({
  id: `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${path}]`,
  reason,
});

/** An ARN in this account and region, as findings spell it. */
export const arnInFinding = (service: string, resource: string): string =>
  `arn:<AWS::Partition>:${service}:<AWS::Region>:<AWS::AccountId>:${resource}`;
