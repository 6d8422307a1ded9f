/** A page of the runbook, as `renderRunbook` makes it: see vite.config.ts. */
declare module '*.md' {
  const html: string;
  // biome-ignore lint/style/noDefaultExport: a module of one value, as Vite makes them of files.
  export default html;
}
