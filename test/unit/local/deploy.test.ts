import { expect, test } from '@jest/globals';
import { apiOf, outputsOf } from '../../../local/deploy.ts';

test('collects the outputs of all stacks, without what CDK passes between them', () => {
  expect(
    outputsOf({ State: { TableName: 't', ExportsOutputRefTable1: 't' }, Control: { RestApiId: 'id' } }),
  ).toEqual({ TableName: 't', RestApiId: 'id' });
});

test('gives the API its local address, and none where there is none', () => {
  const outputs = {
    RestApiId: 'id',
    ApiStage: 'api',
    AdminTokenSecretArn: 'arn',
    ApiUrl: 'https://id.amazonaws.com',
  };
  expect(apiOf('http://127.0.0.1:1', outputs)).toEqual({
    url: 'http://127.0.0.1:1/restapis/id/api/_user_request_/v1',
    adminTokenSecretArn: 'arn',
  });
  expect(apiOf('http://127.0.0.1:1', {})).toBeUndefined();
});
