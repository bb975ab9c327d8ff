import { LOGGER, Readiness } from '@llmos/mesh';
import type { Logger } from '@llmos/telemetry';
import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { OnnxEmbeddings } from './adapters/onnx-embeddings.adapter.js';
import { DocumentFeed } from './document-feed.js';
import { FolderSyncService } from './folder-sync.service.js';

const RETRY_MS = 5_000;

/** Brings up the model, then the index, then the folder, without holding up the process; tries again when one fails. */
@Injectable()
export class RetrievalStartup implements OnModuleInit, OnModuleDestroy {
  private readonly stopped = new AbortController();

  constructor(
    private readonly embeddings: OnnxEmbeddings,
    private readonly feed: DocumentFeed,
    private readonly folder: FolderSyncService,
    private readonly readiness: Readiness,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onModuleInit(): void {
    const model = `model ${this.embeddings.model}`;
    for (const name of [model, 'document index', 'document folder']) this.readiness.set({ name, state: 'loading' });
    void this.start(model);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped.abort();
    this.folder.stop();
    this.feed.stop();
    await this.embeddings.close();
  }

  private async start(model: string): Promise<void> {
    await this.bring(model, () =>
      this.embeddings.start(
        (progress) => this.readiness.set({ name: model, state: 'loading', ...known(progress) }),
        this.stopped.signal,
      ),
    );
    await this.bring('document index', () => this.feed.start());
    await this.bring('document folder', () =>
      this.folder.start((progress) => this.readiness.set({ name: 'document folder', state: 'loading', progress })),
    );
  }

  private async bring(name: string, start: () => Promise<void>): Promise<void> {
    while (!this.stopped.signal.aborted) {
      try {
        await start();
        return this.readiness.set({ name, state: 'ready' });
      } catch (error) {
        if (this.stopped.signal.aborted) return;
        this.log.error({ err: error, part: name }, 'a part of the service did not start; it is tried again');
        this.readiness.set({
          name,
          state: 'failed',
          message: error instanceof Error ? error.message : 'It did not start; see the log.',
        });
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
      }
    }
  }
}

function known({ progress, etaSeconds }: { progress: number; etaSeconds?: number | undefined }): {
  progress: number;
  etaSeconds?: number;
} {
  return etaSeconds === undefined ? { progress } : { progress, etaSeconds };
}
