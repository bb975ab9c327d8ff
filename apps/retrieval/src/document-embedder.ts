import { createHash } from 'node:crypto';
import { cutPassages, embeddingText, PASSAGE_RULES } from './passages.js';
import type { StoredDocument } from './ports/document-store.port.js';
import { codesOf } from './relevance/token-head.js';
import type { SearchEncoder } from './search-encoder.js';

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
  constructor(private readonly texts: SearchEncoder) {}

  /** Changes with the model and with the rules that cut passages: stored vectors are then stale. */
  get embedding(): string {
    return `${this.texts.model}/passages-${PASSAGE_RULES}/${this.texts.tokenRules}`;
  }

  async embed(
    content: DocumentContent,
    source: StoredDocument['source'],
    signal?: AbortSignal,
  ): Promise<StoredDocument> {
    const { title, text, intents } = content;
    const texts = [title, ...cutPassages(title, text).map((passage) => embeddingText(title, passage))];
    const encoded = await this.texts.encode(texts, 'passage', signal);
    const vectors = encoded.map(({ vector }) => vector);
    const tokens = encoded.flatMap((each) => (each.tokens ? [codesOf(each.tokens)] : []));
    return { title, text, intents, source, hash: hashContent(content), embedding: this.embedding, vectors, tokens };
  }
}
