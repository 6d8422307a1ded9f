/** `arn:aws:ecs:us-east-1:123456789012:task-definition/millrace-prod-worker:12` is revision 12. ECS only counts up. */
export const revisionOf = (taskDefinition: string): number | undefined => {
  const [, revision] = /:(\d+)$/.exec(taskDefinition) ?? [];
  return revision === undefined ? undefined : Number(revision);
};
