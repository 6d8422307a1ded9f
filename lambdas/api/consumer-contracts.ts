import { z } from 'zod';
import { instantSchema } from '#core/contracts/identifiers.ts';
import { placementSchema } from '#core/contracts/replication.ts';
import { fargateBounds, findSizeProblem } from '#core/contracts/task-size.ts';
import { countSchema } from './shared-contracts.ts';
import { displayTextSchema } from './text-schemas.ts';

const cpuSchema = z
  .number()
  .int()
  .min(fargateBounds.cpu.least)
  .max(fargateBounds.cpu.most)
  .multipleOf(fargateBounds.cpu.step)
  .meta({ description: 'CPU units of Fargate: 256 is a quarter of a vCPU.', example: 256 });

const memoryMibSchema = z
  .number()
  .int()
  .min(fargateBounds.memoryMib.least)
  .max(fargateBounds.memoryMib.most)
  .multipleOf(fargateBounds.memoryMib.step)
  .meta({ description: 'MiB of memory. Which there are depends on `cpu`.', example: 512 });

/** Both or none, and what Fargate has. */
const checkSize = (
  {
    cpu,
    memory_mib,
  }: { readonly cpu?: number | null | undefined; readonly memory_mib?: number | null | undefined },
  context: z.core.$RefinementCtx,
): void => {
  if (typeof cpu !== typeof memory_mib || (cpu === null) !== (memory_mib === null))
    context.addIssue({
      code: 'custom',
      path: ['memory_mib'],
      message: 'A size is `cpu` and `memory_mib`: give both, or null for both.',
    });
  if (typeof cpu !== 'number' || typeof memory_mib !== 'number') return;
  const found = findSizeProblem({ cpu, memoryMib: memory_mib });
  if (found !== undefined)
    context.addIssue({
      code: 'custom',
      path: [found.field === 'cpu' ? 'cpu' : 'memory_mib'],
      message: found.problem,
    });
};

const placementRequestSchema = placementSchema.meta({
  description:
    '`own`: a task for this replication alone. `pooled`: it shares a task with others while it is quiet; one that is not quiet for minutes is moved to a task of its own by itself, and back later.',
});

export const consumerRequestSchema = z
  .strictObject({
    placement: placementRequestSchema.optional(),
    cpu: cpuSchema.optional(),
    memory_mib: memoryMibSchema.optional(),
  })
  .superRefine(checkSize);

export const updateConsumerSettingsSchema = z
  .strictObject({
    placement: placementRequestSchema.optional(),
    cpu: cpuSchema.nullable().optional().meta({ description: "Null: the environment's." }),
    memory_mib: memoryMibSchema.nullable().optional().meta({ description: "Null: the environment's." }),
    reason: displayTextSchema.optional().meta({ description: 'Why, for the activity.' }),
  })
  .superRefine(checkSize);

export const consumerSettingsAnswerSchema = z.strictObject({
  placement: placementSchema,
  cpu: countSchema.nullable().meta({ description: "Of a task of its own; null: the environment's." }),
  memory_mib: countSchema.nullable().meta({ description: "Of a task of its own; null: the environment's." }),
  moved_out: z
    .strictObject({ since: instantSchema, reason: z.string() })
    .nullable()
    .meta({ description: 'While a pooled replication has a task of its own, since it is not quiet.' }),
});
