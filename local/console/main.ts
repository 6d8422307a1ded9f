import { z } from 'zod';
import { systemClock } from '#adapters/clock/system-clock.ts';
import { readAdminToken } from '../admin-token.ts';
import { loopback } from '../ports.ts';
import { readStackState } from '../stack-state.ts';
import { stateFolder } from '../state-folder.ts';
import { createConsoleServer } from './console-server.ts';
import { takeSignInCode } from './sign-in-links.ts';

/** The one argument of this program, as JSON. */
const settingsSchema = z.strictObject({ root: z.string(), assets: z.string(), port: z.number() });
export type ConsoleSettings = z.infer<typeof settingsSchema>;

const settings = settingsSchema.parse(JSON.parse(process.argv[2] ?? ''));
const folder = stateFolder(settings.root);

// The stack's state is read each time: a deployment may give the API another address.
const server = createConsoleServer(settings.port, {
  assets: settings.assets,
  apiUrl: () => readStackState(folder)?.api?.url,
  readAdminToken: async () => {
    const state = readStackState(folder);
    if (state === undefined) throw new Error('no stack runs');
    return readAdminToken(state);
  },
  takeSignInCode: (code) => takeSignInCode(folder, code, systemClock.now()),
});
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
  });
server.listen(settings.port, loopback, () => console.log(`Listening on http://${loopback}:${settings.port}`));
