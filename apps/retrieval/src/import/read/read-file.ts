import { DOCUMENT_KINDS, documentKind } from '@llmos/contracts';
import { articleDocument } from './article.js';
import { membersOf } from './archive.js';
import { pageDocument } from './page.js';
import { csvDocuments, jsonDocuments } from './pairs.js';
import { FileFault, type Found, type SourceFile } from './source-file.js';
import { textOf } from './text-of.js';

const MAX_FILE_BYTES = 40_000_000;
/** A longer text takes more vectors than one message to the store has room for. */
const MAX_TEXT_CHARS = 60_000;

/** The place in an archive. */
export interface ArchivePlace {
  readonly from?: number;
  readonly onMember?: (name: string, index: number) => void;
}

/**
 * Reads the documents of a file, one after the other, so that an archive is never unpacked as a whole. A file that cannot
 * be read is named with the reason, and the others are read.
 *
 * @param archive for a reader that starts anew: how many files of an archive to leave out, and which one is read now
 */
export async function* readFile(file: SourceFile, archive: ArchivePlace = {}): AsyncGenerator<Found> {
  try {
    if (file.bytes.length > MAX_FILE_BYTES)
      throw new FileFault(`has ${file.bytes.length} bytes; the limit is ${MAX_FILE_BYTES}`);
    if (documentKind(file) === 'zip') yield* readArchive(file, archive);
    else for await (const found of documentsOf(file)) yield* 'document' in found ? split(found) : [found];
  } catch (error) {
    yield { source: file.name, reason: reasonOf(error) };
  }
}

async function* readArchive({ name, bytes }: SourceFile, { from = 0, onMember }: ArchivePlace): AsyncGenerator<Found> {
  const members = await membersOf(bytes);
  if (members.length === 0) throw new FileFault('has no files');
  for (const [n, member] of members.entries()) {
    if (n < from) continue;
    onMember?.(member.name, n);
    if (/\.zip$/iu.test(member.name)) yield { source: member.name, reason: `is an archive in ${name}: unpack it` };
    else {
      try {
        yield* readFile({ name: member.name, bytes: await member.read() });
      } catch (error) {
        yield { source: member.name, reason: reasonOf(error) };
      }
    }
  }
}

/** The readers of PDF and DOCX are large: they are loaded with the first such file. */
async function* documentsOf(file: SourceFile): AsyncGenerator<Found> {
  const { name, type, bytes } = file;
  switch (documentKind(file)) {
    case 'pdf':
      return yield { source: name, document: await (await import('./pdf.js')).pdfDocument(file) };
    case 'docx':
      return yield { source: name, document: await (await import('./docx.js')).docxDocument(file) };
    case 'html':
      return yield { source: name, document: pageDocument(textOf(bytes, type), name) };
    case 'csv':
      return yield* csvDocuments(textOf(bytes, type), name);
    case 'json':
      return yield* jsonDocuments(textOf(bytes, type), name);
    case 'text':
      return yield { source: name, document: articleDocument(textOf(bytes, type), name) };
    default:
      throw new FileFault(`is of no known kind; ${DOCUMENT_KINDS} are read`);
  }
}

/** A long document in parts, cut between paragraphs. */
function* split(found: Extract<Found, { document: unknown }>): Generator<Found> {
  const { source, document } = found;
  const parts = cut(document.text);
  for (const [n, text] of parts.entries()) {
    if (n === 0) yield { source, document: { ...document, text } };
    else {
      const id = document.id === undefined ? undefined : `${document.id}-${n + 1}`;
      yield {
        source: `${source}#part-${n + 1}`,
        document: { ...document, id, title: `${document.title} (${n + 1})`, text },
      };
    }
  }
}

function cut(text: string): string[] {
  const parts: string[] = [];
  let rest = text;
  while (rest.length > MAX_TEXT_CHARS) {
    const window = rest.slice(0, MAX_TEXT_CHARS);
    const heading = window.lastIndexOf('\n#');
    const paragraph = window.lastIndexOf('\n\n');
    const at =
      [heading, paragraph, window.lastIndexOf('\n')].find((place) => place > MAX_TEXT_CHARS / 2) ?? MAX_TEXT_CHARS;
    parts.push(rest.slice(0, at).trim());
    rest = rest.slice(at);
  }
  return [...parts, rest.trim()].filter((part) => part !== '');
}

function reasonOf(error: unknown): string {
  if (error instanceof FileFault) return error.message;
  return 'cannot be read: it is damaged, or of another kind than its name says';
}
