import mammoth from 'mammoth';
import { readConventions } from '../../structure/conventions.js';
import { readHtml } from '../../structure/html-blocks.js';
import { checkArchive } from './archive.js';
import { blocksDocument } from './page.js';
import type { FoundDocument, SourceFile } from './source-file.js';

const OPTIONS = {
  styleMap: ["p[style-name='Title'] => h1:fresh", "p[style-name='Subtitle'] => p:fresh"],
  convertImage: mammoth.images.imgElement(() => Promise.resolve({ src: '' })),
};

/** A Word document with its headings, lists and tables. */
export async function docxDocument({ bytes, name }: SourceFile): Promise<FoundDocument> {
  await checkArchive(bytes);
  const { value } = await mammoth.convertToHtml({ buffer: Buffer.from(bytes) }, OPTIONS);
  return blocksDocument(readConventions(readHtml(value)), undefined, name);
}
