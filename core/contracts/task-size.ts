import { z } from 'zod';

/** What a Fargate task has. CPU in units: 1024 is one vCPU. */
export const taskSizeSchema = z
  .strictObject({ cpu: z.number().int().positive(), memoryMib: z.number().int().positive() })
  .readonly();
export type TaskSize = z.infer<typeof taskSizeSchema>;

/** Memory in MiB that Fargate has for each number of CPU units (Amazon ECS developer guide, "Task CPU and memory"). */
const fargateMemoryMib: Readonly<Record<number, readonly [least: number, most: number, step: number]>> = {
  256: [512, 2_048, 512],
  512: [1_024, 4_096, 1_024],
  1024: [2_048, 8_192, 1_024],
  2048: [4_096, 16_384, 1_024],
  4096: [8_192, 30_720, 1_024],
  8192: [16_384, 61_440, 4_096],
  16384: [32_768, 122_880, 8_192],
};

/** What all sizes of Fargate have in common. */
export const fargateBounds = {
  cpu: { least: 256, most: 16_384, step: 256 },
  memoryMib: { least: 512, most: 122_880, step: 512 },
} as const;

/** With a quarter of a vCPU, Fargate has 512 MiB, 1 GiB and 2 GiB, and not 1.5 GiB. */
const missingMib: Readonly<Record<number, readonly number[]>> = { 256: [1_536] };

/** What Fargate has no task of: which of the two is wrong, and what is possible. Undefined for a size that it has. */
export const findSizeProblem = ({
  cpu,
  memoryMib,
}: TaskSize): { readonly field: 'cpu' | 'memoryMib'; readonly problem: string } | undefined => {
  const memory = fargateMemoryMib[cpu];
  if (memory === undefined)
    return {
      field: 'cpu',
      problem: `Fargate has no ${cpu}: ${Object.keys(fargateMemoryMib).join(', ')}.`,
    };
  const [least, most, step] = memory;
  const missing = missingMib[cpu] ?? [];
  if (memoryMib >= least && memoryMib <= most && memoryMib % step === 0 && !missing.includes(memoryMib))
    return undefined;
  const without = missing.length === 0 ? '' : ` without ${missing.join(', ')}`;
  return {
    field: 'memoryMib',
    problem: `with cpu ${cpu}, Fargate has ${least} to ${most} in steps of ${step}${without}, and no ${memoryMib}.`,
  };
};

/** `0.25 vCPU and 512 MiB`. */
export const describeSize = ({ cpu, memoryMib }: TaskSize): string =>
  `${cpu / 1024} vCPU and ${memoryMib} MiB`;
