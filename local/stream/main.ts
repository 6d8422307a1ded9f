import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { unzipSync } from 'fflate';
import { z } from 'zod';
import { loopback } from '../ports.ts';
import { createFunctionUrl, lambdaStreaming, type StreamedHandler } from './function-url.ts';

/** The one argument of this program, as JSON. */
const settingsSchema = z.strictObject({
  port: z.number(),
  functionName: z.string(),
  /** Where the code of the function goes. */
  codeFolder: z.string(),
  emulatorUrl: z.string(),
});
export type StreamSettings = z.infer<typeof settingsSchema>;

const { port, functionName, codeFolder, emulatorUrl } = settingsSchema.parse(
  JSON.parse(process.argv[2] ?? ''),
);

const downloadTimeoutMs = 30_000;

interface Loaded {
  readonly handle: StreamedHandler;
  readonly timeoutMs: number;
}

/** The function as it is deployed, with its environment. */
const load = async (): Promise<Loaded> => {
  const lambda = new LambdaClient();
  try {
    const { Configuration, Code } = await lambda.send(new GetFunctionCommand({ FunctionName: functionName }));
    const { pathname, search } = new URL(Code?.Location ?? '', emulatorUrl);
    const response = await fetch(new URL(`${pathname}${search}`, emulatorUrl), {
      signal: AbortSignal.timeout(downloadTimeoutMs),
    });
    if (!response.ok) throw new Error(`The emulator answered ${response.status} for the code.`);
    const files = unzipSync(new Uint8Array(await response.arrayBuffer()));
    rmSync(codeFolder, { recursive: true, force: true });
    mkdirSync(codeFolder, { recursive: true });
    for (const [name, content] of Object.entries(files)) writeFileSync(join(codeFolder, name), content);
    Object.assign(process.env, Configuration?.Environment?.Variables);
    Object.assign(globalThis, { awslambda: lambdaStreaming });
    const { handler } = await import(pathToFileURL(join(codeFolder, 'index.mjs')).href);
    return {
      handle: handler,
      timeoutMs: z.number().parse(Configuration?.Timeout) * 1_000,
    };
  } finally {
    lambda.destroy();
  }
};

let loaded: Promise<Loaded> | undefined;
const server = createFunctionUrl(() => {
  // The app is deployed after this program has started. What fails is tried again by the next request.
  loaded ??= load().catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
});
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
  });
server.listen(port, loopback, () => console.log(`Listening on http://${loopback}:${port}`));
