const arnPattern = /^arn:([a-z-]+):([a-z0-9-]+):([a-z0-9-]+):(.*)$/;

/** Where this code runs; Lambda and ECS set it. */
const ownRegion = (): string | undefined => process.env.AWS_REGION;

/**
 * The ARN of the same thing in the region where this code runs: a secret that was replicated has the same name and random characters
 * there. The state table keeps the ARN of the region that has made it (docs/guide/another-region.md).
 */
export const inOwnRegion = (arn: string, region = ownRegion()): string => {
  const [, partition, service, , rest] = arnPattern.exec(arn) ?? [];
  return rest === undefined || region === undefined || region === ''
    ? arn
    : `arn:${partition}:${service}:${region}:${rest}`;
};

/** Whether an ARN is of another region: what it names, as a task or an execution, is nothing that can be asked here. */
export const isElsewhere = (arn: string, region = ownRegion()): boolean => inOwnRegion(arn, region) !== arn;
