declare module 'markdown-it-deflist' {
  import type { MarkdownIt } from 'markdown-it';
  function definitionLists(parser: MarkdownIt): void;
  export { definitionLists as default };
}

declare module 'markdown-it-footnote' {
  import type { MarkdownIt } from 'markdown-it';
  function footnotes(parser: MarkdownIt): void;
  export { footnotes as default };
}
