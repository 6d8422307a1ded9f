import { expect, test } from '@jest/globals';
import { findSizeProblem } from '#core/contracts/task-size.ts';

test.each([
  [256, 512],
  [256, 1_024],
  [256, 2_048],
  [512, 1_024],
  [1_024, 4_096],
  [16_384, 122_880],
])('Fargate has %d units with %d MiB', (cpu, memoryMib) => {
  expect(findSizeProblem({ cpu, memoryMib })).toBeUndefined();
});

test.each([
  [128, 512, 'cpu'],
  [300, 512, 'cpu'],
  [256, 1_536, 'memoryMib'],
  [256, 4_096, 'memoryMib'],
  [512, 512, 'memoryMib'],
  [1_024, 2_500, 'memoryMib'],
])('Fargate has no %d units with %d MiB', (cpu, memoryMib, field) => {
  expect(findSizeProblem({ cpu, memoryMib })?.field).toBe(field);
});
