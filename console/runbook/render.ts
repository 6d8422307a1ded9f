import { Marked } from 'marked';

/** As GitHub makes the anchors of headings. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const attribute = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');

/** `health.md#lag` of a page of the runbook is a page of the console; undefined for other files of the repository. */
const pageAddress = (href: string): string | undefined => {
  if (href.startsWith('#')) return href;
  const [, page, anchor = ''] = /^([\w-]+)\.md(#.+)?$/.exec(href) ?? [];
  return page === undefined ? undefined : `/runbook/${page}${anchor}`;
};

/** A page of docs/runbook as HTML. Its text is the project's own; nothing of a user comes into it. */
export const renderRunbook = (markdown: string): string => {
  const marked = new Marked({
    renderer: {
      heading({ tokens, text, depth }) {
        return `<h${depth} id="${attribute(anchorOf(text))}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        const text = this.parser.parseInline(tokens);
        const address = pageAddress(href);
        // The guide is in the repository, and not in the console.
        return address === undefined
          ? `${text} (<code>${attribute(href.replace(/^\.\.\//, 'docs/'))}</code>)`
          : `<a href="${attribute(address)}">${text}</a>`;
      },
      code({ text }) {
        return `<pre class="sql" tabindex="0">${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</pre>\n`;
      },
    },
  });
  return marked.parse(markdown, { async: false });
};
