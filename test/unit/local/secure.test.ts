import { expect, test } from '@jest/globals';
import kafkajs from 'kafkajs';
import { kafkaRightsOf, kafkaRoleNames } from '#core/contracts/kafka-rights.ts';
import { connectGroup, kafkaAcls } from '../../../local/secure.ts';

const { AclOperationTypes, AclResourceTypes } = kafkajs;
const users = {
  look: { username: 'look' },
  manage: { username: 'manage' },
  copy: { username: 'copy' },
  work: { username: 'work' },
  connect: { username: 'connect' },
};

const aclsOf = (role: keyof typeof users) =>
  kafkaAcls(users).filter(({ principal }) => principal === `User:${role}`);
const namesOf = (role: keyof typeof users, operation: number) =>
  aclsOf(role)
    .filter((entry) => entry.operation === operation)
    .map(({ resourceName }) => resourceName);

test('a role has at Kafka what IAM gives it in AWS', () => {
  for (const role of kafkaRoleNames) expect(aclsOf(role).length).toBeGreaterThan(3);
  expect(namesOf('look', AclOperationTypes.READ)).toEqual([]);
  expect(namesOf('look', AclOperationTypes.WRITE)).toEqual([]);
  expect(namesOf('manage', AclOperationTypes.DELETE)).toEqual([
    'client_',
    '__debezium-heartbeat.client_',
    'millrace-',
  ]);
  expect(namesOf('manage', AclOperationTypes.WRITE)).toEqual([]);
  expect(namesOf('work', AclOperationTypes.DELETE)).toEqual([]);
  expect(namesOf('work', AclOperationTypes.READ)).toEqual(expect.arrayContaining(['client_', 'millrace-']));
  expect(namesOf('connect', AclOperationTypes.WRITE)).toEqual([
    'client_',
    '__debezium-heartbeat.client_',
    `${connectGroup}-`,
  ]);
});

test('nobody may touch everything, and every right of the table is there', () => {
  for (const { resourceName, resourceType, operation } of kafkaAcls(users)) {
    expect(resourceName).not.toMatch(/^\*?$/);
    expect(operation).not.toBe(AclOperationTypes.ALL);
    if (resourceType === AclResourceTypes.CLUSTER) expect(resourceName).toBe('kafka-cluster');
  }
  for (const role of kafkaRoleNames) {
    const actions = kafkaRightsOf(role, connectGroup).flatMap((right) =>
      right.actions.flatMap((action) => (action === 'Connect' ? [] : [`${right.kind} ${action}`])),
    );
    expect(new Set(aclsOf(role).map((entry) => `${entry.resourceType} ${entry.operation}`)).size).toBe(
      new Set(actions).size,
    );
  }
});
