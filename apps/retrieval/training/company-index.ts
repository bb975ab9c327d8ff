import type { CatalogEmbedder } from '@llmos/models';
import { ExactVectorIndex } from '#src/adapters/exact-vector.index.adapter.js';
import { DocumentEmbedder } from '#src/document-embedder.js';
import { HybridIndex, type SeenSigns } from '#src/hybrid-index.js';
import type { RelevanceModel } from '#src/relevance/relevance.js';
import { SearchEncoder } from '#src/search-encoder.js';
import type { Company, Question } from './corpora.ts';

const TENANT = 'company';

/** What a search sees of the documents for a question; `answers` are places in `seen`, none if no document answers. */
export interface Example {
  readonly seen: readonly SeenSigns[];
  readonly answers: ReadonlySet<number>;
}

/** A company's articles, indexed as the service indexes them. */
export class CompanyIndex {
  static async open(
    embedder: CatalogEmbedder,
    model: RelevanceModel,
    { articles }: Pick<Company, 'articles'>,
  ): Promise<CompanyIndex> {
    const texts = new SearchEncoder(embedder, model.head);
    const documents = new DocumentEmbedder(texts);
    const index = new HybridIndex(new ExactVectorIndex(), model);
    index.learnCommonWords(await embedder.readWords());
    for (const { id, title, text } of articles)
      await index.set({ tenant: TENANT, id }, await documents.embed({ title, text, intents: [] }, 'folder'));
    return new CompanyIndex(texts, index);
  }

  private readonly texts: SearchEncoder;
  private readonly index: HybridIndex;

  private constructor(texts: SearchEncoder, index: HybridIndex) {
    this.texts = texts;
    this.index = index;
  }

  /** One for each question, in order. */
  async examplesOf(questions: readonly Question[]): Promise<Example[]> {
    const plain = questions.map(({ text }) => this.index.corrected(text, [TENANT]));
    const encoded = await this.texts.encode(plain, 'query');
    return Promise.all(
      questions.map(async ({ articles }, n) => {
        const seen = await this.index.signsOf({ text: plain[n]!, ...encoded[n]!, tenants: [TENANT], limit: 1 });
        return { seen, answers: new Set(seen.flatMap(({ ref }, at) => (articles.includes(ref.id) ? [at] : []))) };
      }),
    );
  }
}
