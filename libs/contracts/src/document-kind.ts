/** The kinds of files that documents are imported from. */
export type DocumentKind = 'text' | 'html' | 'pdf' | 'docx' | 'csv' | 'json' | 'zip';

const ENDINGS: Readonly<Record<string, DocumentKind>> = {
  md: 'text',
  markdown: 'text',
  mdx: 'text',
  txt: 'text',
  text: 'text',
  html: 'html',
  htm: 'html',
  xhtml: 'html',
  pdf: 'pdf',
  docx: 'docx',
  csv: 'csv',
  tsv: 'csv',
  json: 'json',
  jsonl: 'json',
  ndjson: 'json',
  zip: 'zip',
};
const TYPES: ReadonlyArray<readonly [RegExp, DocumentKind]> = [
  [/^application\/pdf/, 'pdf'],
  [/^application\/vnd\.openxmlformats-officedocument\.wordprocessingml/, 'docx'],
  [/^application\/(?:x-)?zip/, 'zip'],
  [/html/, 'html'],
  [/json/, 'json'],
  [/csv|tab-separated/, 'csv'],
  [/^text\//, 'text'],
];

/** For messages. */
export const DOCUMENT_KINDS = 'Markdown, text, HTML, PDF, DOCX, CSV, JSON and ZIP';

/** A file is what its name says, or else its media type, unless its first bytes say otherwise. Undefined: none of them. */
export function documentKind(file: {
  readonly name: string;
  readonly type?: string | undefined;
  readonly bytes: Uint8Array;
}): DocumentKind | undefined {
  const { name, type = '', bytes } = file;
  const named = ENDINGS[endingOf(name)] ?? TYPES.find(([media]) => media.test(type))?.[1];
  const start = String.fromCharCode(...bytes.subarray(0, 5));
  if (start === '%PDF-') return 'pdf';
  if (start.startsWith('PK\u0003\u0004')) return named === 'docx' ? 'docx' : 'zip';
  return named;
}

/** Whether a file of this name is read without being told its type. */
export function isDocumentName(name: string): boolean {
  return endingOf(name) in ENDINGS;
}

function endingOf(name: string): string {
  return /\.([A-Za-z0-9]{1,8})$/u.exec(name)?.[1]?.toLowerCase() ?? '';
}
