/** A file of CDK's packages, as environment.mjs gives it. */
// biome-ignore lint/style/noDefaultExport: jest takes a transformer as the default export.
export default { process: () => ({ code: 'module.exports = requireNatively(__filename);' }) };
