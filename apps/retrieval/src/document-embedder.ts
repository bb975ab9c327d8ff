import { createHash } from 'node:crypto';
import type { Embedder } from '@llmos/models';
import { cutPassages, embeddingText, PASSAGE_RULES } from './passages.js';
import type { StoredDocument } from './ports/document-store.port.js';

/** A document before it has vectors. */
export interface DocumentContent {
  readonly title: string;
  /** Markdown. */
  readonly text: string;
  readonly intents: readonly string[];
}

/** SHA-256 of a document's content, in hex. */
export function hashContent({ title, text, intents }: DocumentContent): string {
  return createHash('sha256')
    .update(JSON.stringify([title, text, intents]))
    .digest('hex');
}

/** Computes the vectors by which searches find a document. */
export class DocumentEmbedder {
  constructor(private readonly embedder: Pick<Embedder, 'model' | 'embed'>) {}

  /** Changes with the model and with the rules that cut passages: stored vectors are then stale. */
  get embedding(): string {
    return `${this.embedder.model}/passages-${PASSAGE_RULES}`;
  }

  async embed(
    content: DocumentContent,
    source: StoredDocument['source'],
    signal?: AbortSignal,
  ): Promise<StoredDocument> {
    const { title, text, intents } = content;
    const texts = [title, ...cutPassages(title, text).map((passage) => embeddingText(title, passage))];
    const vectors = await this.embedder.embed(texts, signal, 'passage');
    return { title, text, intents, source, hash: hashContent(content), embedding: this.embedding, vectors };
  }
}
