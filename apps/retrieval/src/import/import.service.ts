import { hasCode, isLlmosError, LlmosError, type InputOf, type OutputOf } from '@llmos/contracts';
import { documentSchema, type importDocuments } from '@llmos/contracts/capabilities/retrieval';
import type { DocumentEmbedder } from '../document-embedder.js';
import { fileOf, refOf, type DocumentWriter } from '../document-writer.js';
import { DocumentIds } from './document-ids.js';
import type { Found, FoundDocument, SourceFile } from './read/source-file.js';
import { fetchPages } from './web/fetch-pages.js';

/** Documents embedded at once: enough to keep several workers busy. */
const AT_ONCE = 8;
/** An import of more documents gets workers of its own: it is faster, and searches do not wait in its queue. */
const FEW_DOCUMENTS = 20;
const PROGRESS_MS = 500;
const MAX_FAULTS = 1_000;
/** Two files number their rows alike by chance; other ids are the same because the document is. */
const ROW_NUMBER = /^\d+$/;

type Input = InputOf<typeof importDocuments>;
type Output = OutputOf<typeof importDocuments>;

export interface ImportContext {
  readonly tenant: string;
  readonly signal: AbortSignal;
  readonly emit: (progress: object) => void;
}

/** Reads the documents of files, one file at a time. */
export interface FileReader {
  read(file: SourceFile, signal: AbortSignal): AsyncIterable<Found>;
  close(): Promise<void>;
}

export interface ImportOptions {
  readonly writer: DocumentWriter;
  /** Opens a reader of files for one import. */
  readonly openReader: () => FileReader;
  /** Also fetches from private addresses. */
  readonly fetchPrivate: boolean;
  /** Starts workers that embed for one large import. If they cannot start, those of the service embed. */
  readonly openEmbedder: () => Promise<ImportEmbedder>;
}

/** Embeds documents while an import runs. */
export interface ImportEmbedder {
  readonly embedder: DocumentEmbedder;
  close(): Promise<void>;
}

/**
 * Imports documents from files, archives and pages. What cannot be read is named with the reason and stops nothing. A
 * repeated import stores only what has changed.
 */
export class ImportService {
  constructor(private readonly options: ImportOptions) {}

  /** @throws LlmosError INVALID_ARGUMENT if there is nothing to import; the signal's reason on abort. */
  async import(input: Input, context: ImportContext): Promise<Output> {
    const { file, files, urls, documents, keep, collection } = input;
    if (keep && collection === undefined)
      throw new LlmosError('INVALID_ARGUMENT', "'keep' needs the name of its collection.", { field: 'collection' });
    // An empty `keep` is a wish: all documents of the collection go.
    if (!file && !keep && files.length + urls.length + documents.length === 0)
      throw new LlmosError('INVALID_ARGUMENT', 'There is nothing to import: send a file, files, urls or documents.');
    const reader = this.options.openReader();
    const run = new ImportRun(this.options, reader, input, context);
    try {
      return await run.finish();
    } finally {
      await Promise.all([reader.close(), run.close()]);
    }
  }
}

class ImportRun {
  private readonly ids = new DocumentIds();
  private readonly counts = { read: 0, stored: 0, unchanged: 0, failed: 0, deleted: 0 };
  private readonly faults: { source: string; reason: string }[] = [];
  private total: number | undefined;
  private shownMs = -Infinity;
  private opening: Promise<ImportEmbedder | undefined> | undefined;
  private own: ImportEmbedder | undefined;

  constructor(
    private readonly options: ImportOptions,
    private readonly reader: FileReader,
    private readonly input: Input,
    private readonly context: ImportContext,
  ) {}

  async finish(): Promise<Output> {
    const writing = new Set<Promise<void>>();
    for await (const found of this.found()) {
      const taken = this.take(found).finally(() => writing.delete(taken));
      // Reported below, also if reading fails before.
      taken.catch(() => undefined);
      writing.add(taken);
      if (writing.size >= AT_ONCE) await Promise.race(writing);
      this.report();
    }
    await Promise.all(writing);
    await this.deleteOthers();
    this.report(true);
    return { ...this.counts, faults: this.faults };
  }

  async close(): Promise<void> {
    const opened = await this.opening;
    await opened?.close();
  }

  private async *found(): AsyncGenerator<Found> {
    const { file, name, type, files, urls, documents } = this.input;
    for (const [n, document] of documents.entries()) yield this.sent(document, n);
    const sent = files.map((each) => ({ name: each.name, bytes: Buffer.from(each.base64, 'base64') }));
    for (const each of file ? [{ name, type, bytes: file }, ...sent] : sent) yield* this.read(each);
    const { signal } = this.context;
    const { fetchPrivate } = this.options;
    const onTotal = (pages: number): void => void (this.total = pages);
    for await (const page of fetchPages(urls, { signal, allowPrivate: fetchPrivate }, onTotal))
      if ('bytes' in page) yield* this.read(page);
      else yield page;
  }

  private read(file: SourceFile): AsyncIterable<Found> {
    return this.reader.read(file, this.context.signal);
  }

  private sent(document: unknown, n: number): Found {
    const source = `documents.${n}`;
    const parsed = documentSchema.safeParse(document);
    if (parsed.success) return { source, document: parsed.data };
    const [issue] = parsed.error.issues;
    return { source, reason: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is no document'}` };
  }

  private async take(found: Found): Promise<void> {
    this.counts.read++;
    if ('reason' in found) return this.fail(found.source, found.reason);
    const { source } = found;
    const id = this.ids.idOf(source, found.document);
    if (id === undefined) return this.fail(source, `another document of this import has the id '${found.document.id}'`);
    const other = ROW_NUMBER.test(id) ? this.options.writer.fileOf(refOf(this.context.tenant, id)) : undefined;
    if (other !== undefined && other !== fileOf(source))
      return this.fail(
        source,
        `a document of ${other} has the id '${id}', and is kept: give this one an id of its own, or delete that one`,
      );
    try {
      await this.store(id, source, found.document);
    } catch (error) {
      this.context.signal.throwIfAborted();
      if (!isLlmosError(error) || !hasCode(error, 'PAYLOAD_TOO_LARGE')) throw error;
      this.fail(source, error.message);
    }
  }

  private async store(id: string, source: string, { title, text, intents = [] }: FoundDocument): Promise<void> {
    const document = documentSchema.safeParse({ id, title, text, intents });
    if (!document.success) {
      const [issue] = document.error.issues;
      return this.fail(source, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is no document'}`);
    }
    const { collection } = this.input;
    const origin = { source, ...(collection === undefined ? {} : { collection }) };
    const embedder = this.own?.embedder;
    const isStored = await this.options.writer.write(document.data, { ...this.context, origin, embedder });
    this.counts[isStored ? 'stored' : 'unchanged']++;
    if (this.counts.stored > FEW_DOCUMENTS) this.opening ??= this.open();
  }

  private async open(): Promise<ImportEmbedder | undefined> {
    this.own = await this.options.openEmbedder().catch(() => undefined);
    return this.own;
  }

  private fail(source: string, reason: string): void {
    this.counts.failed++;
    if (this.faults.length < MAX_FAULTS) this.faults.push({ source, reason });
  }

  /** Deletes the documents of the collection whose file is gone. A file that cannot be read keeps its document. */
  private async deleteOthers(): Promise<void> {
    const { collection, keep } = this.input;
    if (collection === undefined || keep === undefined) return;
    this.counts.deleted = await this.options.writer.deleteOthers(collection, new Set(keep), this.context);
  }

  private report(final = false): void {
    if (!final && performance.now() - this.shownMs < PROGRESS_MS) return;
    this.shownMs = performance.now();
    const { read, stored, unchanged, failed } = this.counts;
    const of = this.total === undefined ? {} : { done: read, total: this.total };
    this.context.emit({ read, stored, unchanged, failed, ...of });
  }
}
