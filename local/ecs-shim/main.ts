import { mkdirSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { createEngineApi } from './engine-api.ts';
import { localImagesSchema } from './images.ts';
import { createRestartDelays } from './restart-delay.ts';

/** The one argument of this program, as JSON. */
const settingsSchema = z.strictObject({
  socket: z.string(),
  images: localImagesSchema,
  environment: z.record(z.string(), z.string()),
  logsFolder: z.string(),
  recordsFolder: z.string(),
});
export type ShimSettings = z.infer<typeof settingsSchema>;

/** What is left of a consumer's SIGTERM after 5 s was not going to end well. */
const shutdownGraceMs = 5_000;

const settings = settingsSchema.parse(JSON.parse(process.argv[2] ?? ''));
mkdirSync(settings.recordsFolder, { recursive: true });
const engine = createEngineApi(settings.images, {
  environment: settings.environment,
  logsFolder: settings.logsFolder,
  recordsFolder: settings.recordsFolder,
  delays: createRestartDelays(),
});

const shutDown = async (): Promise<void> => {
  engine.server.close();
  engine.server.closeAllConnections();
  await engine.stopAll(shutdownGraceMs);
  rmSync(settings.socket, { force: true });
  process.exit(0);
};
process.once('SIGTERM', () => void shutDown());
process.once('SIGINT', () => void shutDown());

rmSync(settings.socket, { force: true });
engine.server.listen(settings.socket, () => console.log(`Listening on ${settings.socket}`));
