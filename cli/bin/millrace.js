#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

/**
 * Starts the command line on a Node.js that runs TypeScript: this one when it can, and otherwise the one that `npm ci` has
 * installed with the project. It is JavaScript, because an older Node.js has to be able to read it.
 */
const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const ownNode = fileURLToPath(new URL('../../node_modules/node/bin/node', import.meta.url));

/** Ctrl-C reaches the whole group of a terminal; these also reach this process alone, as from a supervisor. */
const forwardedSignals = ['SIGTERM', 'SIGHUP'];

if (process.features.typescript) {
  await import(main);
} else if (existsSync(ownNode)) {
  const child = spawn(ownNode, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.on('SIGINT', () => undefined);
  for (const signal of forwardedSignals) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`millrace could not start ${ownNode}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
} else {
  console.error(
    `millrace needs Node.js 24, and this is ${process.version}. Run "npm ci" in the project's folder: it installs one.`,
  );
  process.exitCode = 1;
}
