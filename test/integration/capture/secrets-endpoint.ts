import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SecretsEndpoint {
  readonly url: string;
  stop(): Promise<void>;
}

/** Secrets Manager's GetSecretValue for one secret, as far as the Connect worker's config provider uses it. */
export const startSecretsEndpoint = async (
  secretArn: string,
  credentials: { readonly username: string; readonly password: string },
): Promise<SecretsEndpoint> => {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.end(JSON.stringify({ ARN: secretArn, SecretString: JSON.stringify(credentials) }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise<void>((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
};
