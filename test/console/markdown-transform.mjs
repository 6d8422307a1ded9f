import { renderRunbook } from '../../console/runbook/render.ts';

/** A page of the runbook as the build makes a module of it. */
// biome-ignore lint/style/noDefaultExport: jest takes a transformer as the default export.
export default {
  process: (text) => ({ code: `export default ${JSON.stringify(renderRunbook(text))};` }),
};
