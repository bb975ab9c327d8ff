import { join } from 'node:path';
import { Breakers, Bus, CONFIG, LOGGER, type ServiceConfig } from '@llmos/mesh';
import { AtRest } from '@llmos/vault';
import { CatalogEmbedder } from '@llmos/models';
import type { Logger } from '@llmos/telemetry';
import { Module } from '@nestjs/common';
import { ExactVectorIndex } from './adapters/exact-vector.index.adapter.js';
import { FeedbackEvents } from './adapters/feedback-event.adapter.js';
import { KvDocumentStore } from './adapters/kv-document.store.adapter.js';
import { KvNoteStore } from './adapters/kv-note.store.adapter.js';
import { QdrantVectorIndex } from './adapters/qdrant-vector.index.adapter.js';
import { MarkdownFolder } from './adapters/markdown-folder.adapter.js';
import { DocumentEmbedder } from './document-embedder.js';
import { DocumentFeed } from './document-feed.js';
import { DocumentWriter } from './document-writer.js';
import { FolderSyncService } from './folder-sync.service.js';
import { HybridIndex } from './hybrid-index.js';
import { ImportService } from './import/import.service.js';
import { ReaderThread } from './import/reader-thread.js';
import { ARTICLE_FOLDER, type ArticleFolder } from './ports/article-folder.port.js';
import { DOCUMENT_STORE, type DocumentStore } from './ports/document-store.port.js';
import { NOTE_STORE, type NoteStore } from './ports/note-store.port.js';
import { FEEDBACK_CHANNEL, type FeedbackChannel } from './ports/feedback-channel.port.js';
import { FeedbackService } from './questions/feedback.service.js';
import { QuestionsService } from './questions/questions.service.js';
import { QuestionsSteps } from './questions/questions.steps.js';
import { VECTOR_INDEX, type VectorIndex } from './ports/vector-index.port.js';
import { loadRelevance } from './relevance/relevance-file.js';
import type { RetrievalConfig } from './retrieval.config.js';
import { RetrievalLoader } from './retrieval.loader.js';
import { RetrievalService } from './retrieval.service.js';
import { RetrievalSteps } from './retrieval.steps.js';
import { SearchEncoder } from './search-encoder.js';

type Config = RetrievalConfig & ServiceConfig;

/** The folder embeds eight documents at once, and the largest takes a core for about twenty seconds. */
const EMBED_TIMEOUT_MS = 600_000;

const RELEVANCE = Symbol('Relevance');
type Relevance = Awaited<ReturnType<typeof loadRelevance>>;

function openEmbeddings(config: Config, { update }: Relevance, workers: number, breakers: Breakers): CatalogEmbedder {
  const { embeddings: model, device, home, catalogPath } = config;
  const breaker = { timeoutMs: EMBED_TIMEOUT_MS, ...breakers.own(model) };
  const tuned = { update: update?.path, variant: update?.variant };
  return new CatalogEmbedder({ model, ...tuned, device, workers, home, catalogPath, breaker });
}

const QDRANT = { timeoutMs: 5_000, retryMs: 1_000 };

function openVectors(
  { qdrantUrl: url, qdrantApiKey: apiKey, qdrantCollection: collection }: Config,
  breakers: Breakers,
  log: Logger,
): VectorIndex {
  if (!url) return new ExactVectorIndex();
  const onTrouble = (error: unknown) => log.warn({ err: error }, 'vectors could not be written; trying again');
  const breaker = breakers.shared('qdrant');
  return new QdrantVectorIndex({ url, apiKey, collection, ...QDRANT, breaker, onTrouble });
}

@Module({
  controllers: [RetrievalSteps, QuestionsSteps],
  providers: [
    RetrievalLoader,
    {
      provide: VECTOR_INDEX,
      inject: [CONFIG, Breakers, LOGGER],
      useFactory: openVectors,
    },
    {
      provide: RELEVANCE,
      inject: [CONFIG, LOGGER],
      useFactory: async ({ relevancePath, embeddings }: Config, log: Logger): Promise<Relevance> => {
        const relevance = await loadRelevance(relevancePath, embeddings);
        if (!relevance.update)
          log.warn({ embeddings, relevancePath }, 'no relevance model is trained for these embeddings');
        return relevance;
      },
    },
    {
      provide: HybridIndex,
      inject: [RELEVANCE, VECTOR_INDEX],
      useFactory: ({ model }: Relevance, vectors: VectorIndex) => new HybridIndex(vectors, model),
    },
    {
      provide: SearchEncoder,
      inject: [CatalogEmbedder, RELEVANCE],
      useFactory: (embeddings: CatalogEmbedder, { model }: Relevance) => new SearchEncoder(embeddings, model.head),
    },
    {
      provide: CatalogEmbedder,
      inject: [CONFIG, RELEVANCE, Breakers],
      useFactory: (config: Config, relevance: Relevance, breakers: Breakers) =>
        openEmbeddings(config, relevance, config.workers, breakers),
    },
    {
      provide: DocumentEmbedder,
      inject: [SearchEncoder],
      useFactory: (texts: SearchEncoder) => new DocumentEmbedder(texts),
    },
    {
      provide: DOCUMENT_STORE,
      inject: [Bus, AtRest, LOGGER],
      useFactory: (bus: Bus, atRest: AtRest, log: Logger) =>
        KvDocumentStore.open(
          bus,
          (key, error) => log.error({ key, err: error }, 'a stored document cannot be read and is not found'),
          atRest,
        ),
    },
    {
      provide: ARTICLE_FOLDER,
      inject: [CONFIG, LOGGER],
      useFactory: ({ documents, samplesDir }: Config, log: Logger) =>
        new MarkdownFolder(documents ?? join(samplesDir, 'help-centre'), (error) =>
          log.warn({ err: error }, 'the folder of documents cannot be watched; it is read at the start only'),
        ),
    },
    {
      provide: DocumentFeed,
      inject: [DOCUMENT_STORE, HybridIndex, DocumentEmbedder, LOGGER],
      useFactory: (store: DocumentStore, index: HybridIndex, embedder: DocumentEmbedder, log: Logger) =>
        new DocumentFeed({
          store,
          index,
          embedder,
          onError: (error) =>
            log.error({ err: error }, 'a document could not be embedded again or indexed, and is not found'),
        }),
    },
    {
      provide: FolderSyncService,
      inject: [ARTICLE_FOLDER, DOCUMENT_STORE, DocumentFeed, DocumentEmbedder, LOGGER],
      useFactory: (
        folder: ArticleFolder,
        store: DocumentStore,
        feed: DocumentFeed,
        embedder: DocumentEmbedder,
        log: Logger,
      ) =>
        new FolderSyncService({
          folder,
          store,
          feed,
          embedder,
          onProblem: ({ error, ...problem }) => log.warn({ ...problem, err: error }, 'document folder'),
        }),
    },
    {
      provide: RetrievalService,
      inject: [DOCUMENT_STORE, SearchEncoder, DocumentEmbedder, HybridIndex, DocumentFeed],
      useFactory: (
        store: DocumentStore,
        texts: SearchEncoder,
        embedder: DocumentEmbedder,
        index: HybridIndex,
        feed: DocumentFeed,
      ) => new RetrievalService({ store, texts, embedder, index, feed }),
    },
    {
      provide: NOTE_STORE,
      inject: [CONFIG, Bus, AtRest, LOGGER],
      useFactory: ({ maxQuestions: maxNotes }: Config, bus: Bus, atRest: AtRest, log: Logger) =>
        KvNoteStore.open(bus, {
          maxNotes,
          atRest,
          onError: (key, error) => log.error({ key, err: error }, 'a kept question cannot be read or removed'),
        }),
    },
    {
      provide: QuestionsService,
      inject: [NOTE_STORE, CatalogEmbedder],
      useFactory: (store: NoteStore, embeddings: CatalogEmbedder) => new QuestionsService(store, embeddings),
    },
    { provide: FEEDBACK_CHANNEL, inject: [Bus], useFactory: (bus: Bus) => new FeedbackEvents(bus) },
    {
      provide: FeedbackService,
      inject: [NOTE_STORE, FEEDBACK_CHANNEL],
      useFactory: (store: NoteStore, channel: FeedbackChannel) => new FeedbackService(store, channel),
    },
    {
      provide: ImportService,
      inject: [CONFIG, Breakers, RELEVANCE, DOCUMENT_STORE, DocumentEmbedder, DocumentFeed],
      useFactory: (
        config: Config,
        breakers: Breakers,
        relevance: Relevance,
        store: DocumentStore,
        embedder: DocumentEmbedder,
        feed: DocumentFeed,
      ) =>
        new ImportService({
          writer: new DocumentWriter({ store, embedder, feed }),
          openReader: () => new ReaderThread(),
          fetchPrivate: config.fetchPrivate === 'on',
          openEmbedder: async () => {
            const embeddings = openEmbeddings(config, relevance, config.importWorkers, breakers);
            await embeddings.start(() => undefined);
            const texts = new SearchEncoder(embeddings, relevance.model.head);
            return { embedder: new DocumentEmbedder(texts), close: () => embeddings.close() };
          },
        }),
    },
  ],
})
export class RetrievalModule {}
