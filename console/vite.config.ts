import { defineConfig, type Plugin } from 'vite';
import { renderRunbook } from './runbook/render.ts';

/** Makes a module of each page of the runbook: its HTML, so that the browser needs no parser. */
const runbookPages: Plugin = {
  name: 'runbook-pages',
  transform: (code, id) =>
    id.endsWith('.md')
      ? { code: `export default ${JSON.stringify(renderRunbook(code))};`, moduleType: 'js', map: null }
      : undefined,
};

/** `npm run build:console` writes dist/console. JSX is compiled as tsconfig.json says. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [runbookPages],
  build: {
    outDir: '../dist/console',
    emptyOutDir: true,
    target: 'es2022',
    // A page of our Content-Security-Policy loads no data: scripts or styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      checks: { pluginTimings: false },
      // React's marks of server and client code mean nothing here.
      onwarn: (warning, warn) => {
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
      },
    },
  },
  logLevel: 'warn',
});
