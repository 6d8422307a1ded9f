import { expect, test } from '@jest/globals';
import { findImage, repositoryOf, unknownImageMessage } from '../../../../local/ecs-shim/images.ts';

const images = { 'millrace-consumer': { command: ['node', 'main.mjs'], cwd: '/' } };

test.each([
  ['millrace-consumer', 'millrace-consumer'],
  ['millrace-consumer:local', 'millrace-consumer'],
  ['registry:5000/team/app:1.2@sha256:ab', 'registry:5000/team/app'],
  ['registry:5000/app', 'registry:5000/app'],
])('takes registry port, tag and digest of %s apart', (image, repository) => {
  expect(repositoryOf(image)).toBe(repository);
});

test('finds an image by its last name, whatever the registry and tag', () => {
  expect(findImage(images, '1234.dkr.ecr.eu-west-1.amazonaws.com/millrace-consumer:7')).toBe(
    images['millrace-consumer'],
  );
  expect(findImage(images, 'consumer')).toBeUndefined();
});

test('names the images there are when one is unknown', () => {
  expect(unknownImageMessage(images, 'other:1')).toBe(
    'No such image: other:1. The local stack runs only these, each as a process: millrace-consumer.',
  );
});
