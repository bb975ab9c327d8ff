import { LlmosError, type InputOf, type OutputOf } from '@llmos/contracts';
import type { get, list, remove, search, upsert } from '@llmos/contracts/capabilities/retrieval';
import { carriedVector, carryEmbedding } from '@llmos/models';
import type { DocumentEmbedder } from './document-embedder.js';
import type { DocumentFeed, KnownDocument } from './document-feed.js';
import { refOf } from './document-writer.js';
import { chooseCut } from './cut-choice.js';
import { ANSWERS, chooseReading, namesPartOf, relevanceOf, type Found } from './reading-choice.js';
import type { HybridIndex, HybridQuery } from './hybrid-index.js';
import type { DocumentStore } from './ports/document-store.port.js';
import type { EncodedText, SearchEncoder } from './search-encoder.js';
import { SentenceComparer } from './sentence-comparer.js';

/** The tenant whose documents all tenants find. */
export const SHARED_TENANT = 'shared';
/** A question whose best document is less relevant is about something else. */
const FOREIGN = 0.1;

/** The tenant of a request, and the signal that cancels it. */
export interface RequestContext {
  readonly tenant: string;
  readonly signal?: AbortSignal;
}

export interface RetrievalParts {
  readonly store: DocumentStore;
  readonly texts: SearchEncoder;
  readonly embedder: DocumentEmbedder;
  readonly index: HybridIndex;
  readonly feed: DocumentFeed;
}

/** Keeps documents and finds their passages. A tenant finds its own documents and the shared ones, no others. */
export class RetrievalService {
  private readonly sentences: SentenceComparer;

  constructor(private readonly parts: RetrievalParts) {
    this.sentences = new SentenceComparer(parts.texts);
  }

  /**
   * Several questions are searched apart if different documents answer them, or if each is answered, or clearly by nothing;
   * else their message is one question.
   */
  async search(input: InputOf<typeof search>, { tenant, signal }: RequestContext): Promise<OutputOf<typeof search>> {
    const { index, texts } = this.parts;
    const tenants = [tenant, SHARED_TENANT];
    const plain = (text: string): string => index.corrected(plainText(text), tenants);
    const query = plain(input.query);
    const apart = (input.questions ?? [])
      .map((question) => linesOf(question).map(plain).filter(Boolean).join('\n'))
      .filter(Boolean);
    const several = apart.length > 1 ? apart : [];
    const single = apart.length === 1 ? apart[0]! : query;
    // In two lines, so that what the message itself asks is known.
    const before = input.context ? plain(input.context) : undefined;
    const together = before === undefined ? undefined : `${before}\n${single}`;
    // What was asked before, if the message surely refers to it.
    const subject = input.followUp === 'certain' ? before : undefined;
    const encoded = await this.encode(
      new Set([
        query,
        single,
        ...several,
        ...several.map(ownLineOf),
        ...[together, subject].filter((text) => text !== undefined),
      ]),
      input,
      signal,
    );
    const readingOf = (text: string) => ({ text, ...encoded.get(text)! });
    const find = async (
      text: string,
      options: Pick<HybridQuery, 'intent' | 'also' | 'chosen'> = {},
    ): Promise<Found> => ({
      text,
      ...(await index.search({ ...readingOf(text), limit: input.limit, tenants, ...options })),
    });
    const embedding = carryEmbedding(texts.model, query, encoded.get(query)!.vector);
    const compared = async (found: Found, ...readings: string[]): Promise<Found> => {
      const id = found.passages[0]?.document ?? '';
      const indexed = tenants.map((each) => index.passagesOf({ tenant: each, id })).find(Boolean);
      if (!indexed || !input.sentences) return found;
      const vectors = readings.map((text) => encoded.get(text)!.vector);
      return { ...found, passages: await this.sentences.compare(found.passages, vectors, indexed, signal) };
    };
    const allCompared = (some: readonly Found[]) =>
      Promise.all(some.map((found) => compared(found, ...new Set([found.text, ownLineOf(found.text)]))));
    const { intent, chosen } = input;
    if (chosen !== undefined) {
      const { passages, documents } = await compared(await find(single, { chosen }), single);
      return { passages, documents, questions: [single], embedding };
    }
    const parts = await Promise.all(several.map((text) => find(text)));
    const differ = new Set(parts.map(({ passages }) => passages[0]?.document)).size === parts.length;
    const answered = parts.filter(({ passages }) => relevanceOf(passages) >= ANSWERS);
    const named = parts.filter(isForeign);
    if (answered.length > 0 && (differ || answered.length + named.length === parts.length))
      return { ...apartOf(await allCompared(parts)), embedding };
    const part = subject === undefined ? undefined : await this.partNamed(subject, single, tenants, find);
    if (together !== undefined && part !== undefined) {
      const { passages, documents } = await compared(await find(together, { chosen: part }), together, single);
      return { passages, documents, questions: [together], embedding };
    }
    const inContext = (ownShare: number) =>
      find(together!, { intent, also: { ...readingOf(single), share: ownShare } });
    const whole = await chooseReading(
      { alone: () => find(single, { intent }), ...(together === undefined ? {} : { inContext }) },
      input.followUp,
    );
    const findHalf = async (half: string): Promise<Found> => {
      for (const [text, each] of await this.encode(new Set([half]), input, signal)) encoded.set(text, each);
      return find(half);
    };
    const cuts = whole.text === single ? (input.cuts ?? []).map((cut) => cut.map(plain)) : [];
    const halves = await chooseCut(whole, cuts, findHalf);
    if (halves) return { ...apartOf(await allCompared(halves)), embedding };
    const { text, passages, documents } = await compared(whole, whole.text, single);
    return { passages, documents, questions: [text], embedding };
  }

  /** The document that answers what was asked before, if the message names a part of it. */
  private async partNamed(
    subject: string,
    message: string,
    tenants: readonly string[],
    find: (text: string) => Promise<Found>,
  ): Promise<string | undefined> {
    const [best] = (await find(subject)).passages;
    const { index } = this.parts;
    const texts = tenants.map((tenant) => best && index.passagesOf({ tenant, id: best.document })).find(Boolean);
    return best && namesPartOf(message, best, texts ?? []) ? best.document : undefined;
  }

  /** A vector that an earlier step computed is used again where no tokens are compared. */
  private async encode(
    texts: ReadonlySet<string>,
    { embedding }: InputOf<typeof search>,
    signal: AbortSignal | undefined,
  ): Promise<Map<string, EncodedText>> {
    const { texts: encoder } = this.parts;
    const encoded = new Map<string, EncodedText>();
    for (const text of encoder.readsTokens ? [] : texts) {
      const vector = carriedVector(embedding, encoder.model, text);
      if (vector) encoded.set(text, { vector });
    }
    const missing = [...texts].filter((text) => !encoded.has(text));
    const fresh = missing.length === 0 ? [] : await encoder.encode(missing, 'query', signal);
    if (fresh.length < missing.length)
      throw new LlmosError('INTERNAL', 'The embedding model gave no vector for the question.');
    signal?.throwIfAborted();
    missing.forEach((text, at) => encoded.set(text, fresh[at]!));
    return encoded;
  }

  /** Resolves when the document is stored and this replica's searches find it; other replicas follow shortly. */
  async upsert(
    { document }: InputOf<typeof upsert>,
    { tenant, signal }: RequestContext,
  ): Promise<OutputOf<typeof upsert>> {
    const ref = refOf(tenant, document.id);
    const stored = await this.parts.embedder.embed(document, 'caller', signal);
    const previous = await this.parts.store.revision(ref);
    signal?.throwIfAborted();
    const revision = await this.parts.store.put(ref, stored);
    await this.parts.feed.reached(ref, revision, signal);
    return { id: document.id, passages: stored.vectors.length - 1, replaced: previous !== undefined };
  }

  /** The documents that the tenant finds, by id, from the one after `after` on. */
  list({ limit, after }: InputOf<typeof list>, { tenant }: RequestContext): OutputOf<typeof list> {
    const known = this.visible(tenant).sort((a, b) => (a.ref.id < b.ref.id ? -1 : 1));
    const from = after === undefined ? 0 : known.findIndex(({ ref }) => ref.id > after);
    const page = from < 0 ? [] : known.slice(from, from + limit);
    const last = page.at(-1);
    const next = last && last !== known.at(-1) ? { next: last.ref.id } : {};
    return { documents: page.map(shown), total: known.length, ...next };
  }

  /**
   * A document with its text and the passages that are found.
   *
   * @throws LlmosError NOT_FOUND
   */
  async get({ id }: InputOf<typeof get>, { tenant }: RequestContext): Promise<OutputOf<typeof get>> {
    const known = this.visible(tenant).find(({ ref }) => ref.id === id);
    const stored = known && (await this.parts.store.get(known.ref));
    const passages = known && this.parts.index.passagesOf(known.ref);
    if (!known || !stored || !passages)
      throw new LlmosError('NOT_FOUND', `There is no document '${id}'.`, { field: 'id' });
    return {
      document: { ...shown(known), text: stored.text, intents: [...stored.intents] },
      passages: passages.map(({ text }, n) => ({ id: `${id}#${n}`, text })),
    };
  }

  /**
   * Resolves when the document is removed from the store and from this replica's searches.
   *
   * @throws LlmosError CONFLICT for a document that all tenants share: none of them may delete it.
   */
  async delete({ id }: InputOf<typeof remove>, { tenant, signal }: RequestContext): Promise<OutputOf<typeof remove>> {
    const ref = refOf(tenant, id);
    const stored = await this.parts.store.revision(ref);
    const drop = async (): Promise<void> => (stored === undefined ? undefined : this.parts.store.delete(ref));
    const revision = stored ?? this.parts.feed.get(ref)?.revision;
    const shared = this.parts.feed.get({ tenant: SHARED_TENANT, id });
    if (revision === undefined && shared) throw sharedDocument(shared);
    if (revision !== undefined) await this.parts.feed.deleted(ref, revision, drop, signal);
    return { id, deleted: stored !== undefined };
  }

  /** The documents of the tenant and the shared ones, of two with one id its own. */
  private visible(tenant: string): KnownDocument[] {
    const tenants = [...new Set([SHARED_TENANT, tenant])];
    const byId = new Map(tenants.flatMap((each) => this.parts.feed.list(each)).map((known) => [known.ref.id, known]));
    return [...byId.values()];
  }
}

/** Whether a question is clearly answered by nothing: it is named, and no half of another. */
function isForeign({ text, passages }: Found): boolean {
  return text.endsWith('?') && relevanceOf(passages) < FOREIGN;
}

/** Questions that different documents answer; each passage says which it may answer. */
function apartOf(parts: readonly Found[]): Pick<OutputOf<typeof search>, 'passages' | 'documents' | 'questions'> {
  const passages = parts.flatMap((part, question) => part.passages.map((passage) => ({ ...passage, question })));
  return { passages, documents: parts[0]!.documents, questions: parts.map(({ text }) => text) };
}

function sharedDocument({ ref, source }: KnownDocument): LlmosError {
  const remedy =
    source === 'folder'
      ? 'delete its file in the folder of the retrieval service (LLMOS_RETRIEVAL_DOCUMENTS)'
      : `delete it with a key of the tenant '${SHARED_TENANT}'`;
  return new LlmosError(
    'CONFLICT',
    `'${ref.id}' belongs to no tenant: all tenants share it. To remove it for all, ${remedy}; to hide it from your own callers, store a document with the same id.`,
    { field: 'id' },
  );
}

function shown({ ref, title, origin, source }: KnownDocument): OutputOf<typeof list>['documents'][number] {
  return {
    id: ref.id,
    title,
    shared: ref.tenant === SHARED_TENANT,
    from: source,
    ...(origin ? { source: origin.source, ...(origin.collection ? { collection: origin.collection } : {}) } : {}),
  };
}

/** A question that refers back has the one before it in a line of its own. */
function linesOf(question: string): string[] {
  return question.split('\n');
}

function ownLineOf(question: string): string {
  return linesOf(question).at(-1)!;
}

/** Unifies compatibility forms, except `2½`, and removes control and format characters, which confuse tokenizers. */
function plainText(query: string): string {
  return query
    .replace(/\P{No}+/gu, (part) => part.normalize('NFKC'))
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ')
    .trim();
}
