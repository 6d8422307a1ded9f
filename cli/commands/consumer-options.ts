import { InvalidArgumentError } from 'commander';

/** `0.25/512`: vCPUs and MiB; `default` is the environment's. */
export const sizeArgument = (given: string): { readonly cpu: number; readonly memory_mib: number } | null => {
  if (given === 'default') return null;
  const [, vcpus, memory] = /^(\d+(?:\.\d+)?)\/(\d+)$/.exec(given) ?? [];
  if (vcpus === undefined) throw new InvalidArgumentError('It is vCPUs and MiB, as 0.25/512, or "default".');
  return { cpu: Number(vcpus) * 1024, memory_mib: Number(memory) };
};

export const placements = ['own', 'pooled'] as const;
export type Placement = (typeof placements)[number];
