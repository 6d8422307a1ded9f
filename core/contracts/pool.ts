import { z } from 'zod';
import { clientIdSchema, instantSchema, replicationIdSchema } from './identifiers.ts';

/*
 * Consumers that share Fargate tasks. A launch of a pooled replication is a slot; pool tasks claim slots, and run the consumer of each.
 * docs/decisions/pooled-consumers.md says why it is done so.
 */

/** One launch of a pooled consumer: it waits for a pool task, or one holds it. */
export const poolSlotSchema = z
  .strictObject({
    clientId: clientIdSchema,
    replicationId: replicationIdSchema,
    launchId: z.string().min(1),
    /** The oldest revision of the task definition that may run it; any when absent. */
    revision: z.number().int().positive().exactOptional(),
    /** The pool task that runs it. Absent while it waits. */
    holder: z.string().min(1).exactOptional(),
    /** Its consumer is to commit what it has in hand and end. */
    stop: z.literal(true).exactOptional(),
  })
  .readonly();
export type PoolSlot = z.infer<typeof poolSlotSchema>;

/** A Fargate task that runs the consumers of many replications. */
export const poolTaskSchema = z
  .strictObject({
    poolTaskId: z.string().min(1),
    launchedAt: instantSchema,
    /** How many replications it takes. */
    capacity: z.number().int().positive(),
    /** Known once ECS has been asked to launch it. */
    taskArn: z.string().exactOptional(),
    /** Of the task definition that it runs. */
    revision: z.number().int().positive().exactOptional(),
    /** It gives back what it holds, and ends. */
    drain: z.literal(true).exactOptional(),
    /** How many replications it holds, as it last said. */
    held: z.number().int().nonnegative().exactOptional(),
    /** Others may take what it holds from then on. Absent until its first word. */
    leasedUntil: instantSchema.exactOptional(),
  })
  .readonly();
export type PoolTask = z.infer<typeof poolTaskSchema>;

/** How often a pool task says that it is there: two writes can get lost before its lease ends. */
export const poolBeatMs = 10_000;
export const poolLeaseMs = 35_000;

/** Fargate pulls and starts the image in about 40 s, rarely in more than a minute. */
export const poolLaunchAllowanceMs = 180_000;

/** What a pool task needs for itself, and for each quiet replication: measured in docs/guide/cost.md, with a third to spare. */
const poolBaseMib = 512;
const poolMibPerReplication = 16;
/** Above that, the processor of one vCPU is what runs out first. */
const mostReplicationsPerPoolTask = 200;

/** How many replications a pool task of this size takes. */
export const poolCapacity = (memoryMib: number): number =>
  Math.max(
    1,
    Math.min(mostReplicationsPerPoolTask, Math.floor((memoryMib - poolBaseMib) / poolMibPerReplication)),
  );

/** How a launch names its slot where others name their task. */
const slotPrefix = 'pool:';
export const slotAddress = (launchId: string): string => `${slotPrefix}${launchId}`;

/** The launch and its replication; undefined for the ARN of a task. */
export const parseSlotAddress = (
  address: string,
): { readonly launchId: string; readonly replicationId: number } | undefined => {
  if (!address.startsWith(slotPrefix)) return undefined;
  const launchId = address.slice(slotPrefix.length);
  const [, replicationId] = /^r(\d+)-g\d+-l\d+$/.exec(launchId) ?? [];
  return replicationId === undefined ? undefined : { launchId, replicationId: Number(replicationId) };
};

/** Whether it has ended without a word, as far as its lease tells. */
export const isPoolTaskLost = ({ leasedUntil, launchedAt }: PoolTask, now: Date): boolean =>
  leasedUntil === undefined
    ? now.getTime() - Date.parse(launchedAt) > poolLaunchAllowanceMs
    : Date.parse(leasedUntil) < now.getTime();
