import { TestEnvironment } from 'jest-environment-jsdom';

/** What a page has in a browser and jsdom lacks: Node's own. */
const fromNode = ['Headers', 'Response', 'AbortController', 'AbortSignal', 'TextEncoder', 'TextDecoder'];

// biome-ignore lint/style/noDefaultExport: jest takes an environment as the default export.
export default class ConsoleEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    for (const name of fromNode) this.global[name] = globalThis[name];
    // Clients keep the fetch that they find when they are made.
    this.global.fetch = (input, init) => this.global.answerFetch(input, init);
    this.global.Request = class extends Request {
      /** A path is one of the page's own origin, as in a browser. */
      constructor(input, init) {
        super(typeof input === 'string' ? new URL(input, 'http://console') : input, init);
      }
    };
    this.global.matchMedia = () => ({ matches: false, addEventListener: () => undefined });
    const { HTMLDialogElement, Element } = this.global;
    HTMLDialogElement.prototype.showModal = function showModal() {
      this.open = true;
    };
    // Lists draw the rows in sight: there is as much room as for all of a test.
    Object.defineProperty(Element.prototype, 'clientHeight', { get: () => 2_000 });
    Object.defineProperty(Element.prototype, 'clientWidth', { get: () => 1_200 });
  }
}
