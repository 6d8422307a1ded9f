import { expect, test } from '@jest/globals';
import { MillraceError } from '#core/errors/millrace-error.ts';
import { snapshotModesAnswerSchema } from '../../../../lambdas/api/capture-contracts.ts';
import { validationAnswerSchema } from '../../../../lambdas/api/lifecycle-contracts.ts';
import { createWorld } from './api-world.ts';

test('a dry run that finds nothing says that it can start, and starts nothing', async () => {
  const { request, configured, replications, executions, calls, validated, open } = createWorld();
  const { client, replication } = await configured();
  const before = structuredClone([...replications.values()]);
  const activity = () => request(client, 'GET', `/replications/${replication}/activity`);
  const recorded = await activity();
  const answer = await request(client, 'POST', `/replications/${replication}/validate`);
  expect(answer.status).toBe(200);
  expect(validationAnswerSchema.parse(answer.body)).toEqual({
    replication_id: replication,
    ready: true,
    problems: [],
    warnings: [],
  });
  expect(validated).toEqual([
    expect.objectContaining({
      name: 'acme_shop_connector',
      'table.include.list': '(?-i)public\\.flights',
      'database.password': expect.stringContaining('secretsmanager:'),
    }),
  ]);
  expect([...replications.values()]).toEqual(before);
  expect(await activity()).toEqual(recorded);
  expect([executions.size, calls, open.connections]).toEqual([0, [], 0]);
});

test('a dry run names every problem', async () => {
  const { request, configured, world } = createWorld();
  const { client, replication } = await configured();
  world.missingTargetGrants = ['CREATE on schema "public"'];
  world.kafkaFailure = new MillraceError('KafkaUnavailable', 'No broker answers.');
  world.configErrors = ['database.user: User is not permitted.', 'slot.name: Invalid.'];
  const answer = await request(client, 'POST', `/replications/${replication}/validate`);
  const { ready, problems } = validationAnswerSchema.parse(answer.body);
  expect(ready).toBe(false);
  expect(problems.map(({ message }) => message)).toEqual([
    expect.stringContaining('CREATE on schema "public"'),
    'No broker answers.',
    'Kafka Connect refuses its configuration: database.user: User is not permitted.',
    'Kafka Connect refuses its configuration: slot.name: Invalid.',
  ]);
});

test('a start leaves the validation by Kafka Connect to its first step', async () => {
  const { request, configured, validated } = createWorld();
  const { client, replication } = await configured();
  expect((await request(client, 'POST', `/replications/${replication}/start`)).status).toBe(202);
  expect(validated).toEqual([]);
});

test('snapshot modes are listed with what they mean here, by kind', async () => {
  const { request } = createWorld();
  const all = snapshotModesAnswerSchema.parse((await request(1, 'GET', '/snapshot-modes')).body);
  expect(all.snapshot_modes.filter(({ supported }) => supported)).toEqual([
    expect.objectContaining({ mode: 'no_data', former_names: ['never', 'schema_only'] }),
    expect.objectContaining({ mode: 'initial', kinds: ['postgresql', 'mysql', 'mariadb', 'oracle'] }),
    expect.objectContaining({ mode: 'when_needed', kinds: ['postgresql', 'mysql', 'mariadb', 'oracle'] }),
  ]);
  const ofPostgres = await request(1, 'GET', '/snapshot-modes?kind=postgresql');
  const modes = snapshotModesAnswerSchema.parse(ofPostgres.body).snapshot_modes.map(({ mode }) => mode);
  expect(modes).not.toContain('recovery');
  expect((await request(1, 'GET', '/snapshot-modes?kind=db2')).status).toBe(400);
});
