import { fileURLToPath } from 'node:url';
import { baseConfig, loadConfig } from '@llmos/config';
import { analysisTasks, analyze, classify, type TextAnalysis } from '@llmos/contracts/capabilities/analysis';
import { CatalogEmbedder, type Embedder, type Encoded } from '@llmos/models';
import fc from 'fast-check';
import { loadHeads } from '../src/analysis-heads.js';
import { analysisConfig } from '../src/analysis.config.js';
import { AnalysisService } from '../src/analysis.service.js';
import { TopicClassifiers } from '../src/classifiers/topic-classifiers.js';
import { memoryClassifiers } from './fixtures/memory-classifiers.js';
import { relationSamples, Tally } from './fixtures/relation-samples.js';
import { failingSentiment, wordSentiment } from './fixtures/word-sentiment.js';

const HEAD = fileURLToPath(new URL('../model/entities.json', import.meta.url));
const NOW = new Date('2026-11-24T12:00:00Z');
const TASKS = analysisTasks.filter((task) => task !== 'topics');

/** The real model; records the texts that it encodes. */
class CountingEmbedder extends CatalogEmbedder {
  readonly encoded: string[] = [];

  override encode(texts: readonly string[], signal?: AbortSignal): Promise<Encoded[]> {
    this.encoded.push(...texts);
    return super.encode(texts, signal);
  }
}

const RELATIONS = loadConfig(analysisConfig).relationsPath;
let encoder: CountingEmbedder;
let service: AnalysisService;
const NO_TUNING = { embed: () => Promise.reject(new Error('not needed')), close: () => Promise.resolve() };

beforeAll(async () => {
  const { home, catalogPath } = loadConfig(baseConfig);
  encoder = new CountingEmbedder({
    model: 'minilm',
    home,
    catalogPath,
    workers: 1,
    // On a busy machine the encoder is several times slower.
    breaker: { timeoutMs: 180_000 },
  });
  service = new AnalysisService({
    encoder,
    sentiment: wordSentiment(),
    topics: new TopicClassifiers(encoder, await memoryClassifiers(), NO_TUNING),
    loadHeads: () => loadHeads(HEAD, RELATIONS),
    now: () => NOW,
  });
  await service.load();
}, 300_000);
afterAll(() => service.close());

const analyseAll = async (
  texts: string[],
  tasks: readonly (typeof analysisTasks)[number][] = TASKS,
  labels?: string[],
) => service.analyze(analyze.input.parse({ texts, tasks, labels }), { tenant: 'acme' });
const analyseOne = async (text: string, ...tasks: (typeof analysisTasks)[number][]): Promise<TextAnalysis> =>
  (await analyseAll([text], tasks.length > 0 ? tasks : TASKS)).analyses[0]!;

function expectValid(text: string, analysis: TextAnalysis): void {
  const within = ({ start, end }: { start: number; end: number }) =>
    expect(start >= 0 && start <= end && end <= text.length).toBe(true);
  const { entities = [], relations = [], keyPhrases = [], summary = [], aspects = [], sentiment } = analysis;
  for (const found of [...entities, ...keyPhrases, ...summary]) {
    within(found);
    expect(text.slice(found.start, found.end)).toBe(found.text);
    expect(found.text).not.toBe('');
  }
  for (const [at, entity] of entities.entries())
    if (at > 0) expect(entity.start).toBeGreaterThanOrEqual(entities[at - 1]!.end);
  for (const { evidence, subject, object } of relations) {
    within(evidence);
    expect(entities).toContainEqual(subject);
    expect(entities).toContainEqual(object);
  }
  for (const aspect of aspects) expect(text.slice(aspect.start, aspect.end).toLowerCase()).toBe(aspect.aspect);
  if (sentiment) within(sentiment);
}

describe('the analysis with the real model', () => {
  it('finds names, values and their relations', async () => {
    const text = 'Ada Lovelace works for Microsoft in London. She paid $12.50 on 5 May 2025; write to ada@example.com.';
    const { entities, relations } = await analyseOne(text);
    expect(entities?.map(({ type, text: name, value }) => [type, name, value].join(' ').trim())).toEqual([
      'person Ada Lovelace',
      'organisation Microsoft',
      'place London',
      'money $12.50 12.50 USD',
      'date 5 May 2025 2025-05-05',
      'email ada@example.com ada@example.com',
    ]);
    expect(relations).toMatchObject([
      { type: 'works_for', subject: { text: 'Ada Lovelace' }, object: { text: 'Microsoft' } },
    ]);
  });

  it('gives each aspect the sentiment of its own clause', async () => {
    const { aspects } = await analyseOne('The food was great but the staff were rude.', 'aspects');
    expect(aspects).toMatchObject([
      { aspect: 'food', label: 'positive' },
      { aspect: 'staff', label: 'negative' },
    ]);
  });

  it('summarises in text order, without redundant sentences', async () => {
    const text =
      'The bank raised its fees. The bank raised its fees. Customers were angry about the higher fees of the bank. ' +
      'It rained in the morning. A spokesman said the fees of the bank pay for safer cards.';
    const { summary } = await analyseOne(text, 'summary');
    expect(summary).toHaveLength(3);
    expect(new Set(summary?.map((each) => each.text)).size).toBe(3);
    expect(summary?.map(({ start }) => start)).toEqual([...summary!.map(({ start }) => start)].sort((a, b) => a - b));
  });

  it('ranks the topic of a text among the first key phrases', async () => {
    const text =
      'My credit card was declined. The credit card worked last week, and the shop says the card is blocked.';
    const { keyPhrases } = await analyseOne(text, 'key_phrases');
    expect(keyPhrases?.slice(0, 3).map((each) => each.text.toLowerCase())).toContain('credit card');
  });

  it('chooses a topic from the caller’s labels', async () => {
    const { analyses } = await analyseAll(
      ['Where is my parcel? It should be here by now.'],
      ['topics'],
      ['billing', 'delivery'],
    );
    expect(analyses[0]?.topics?.[0]?.label).toBe('delivery');
  });

  it('reports an unsupported language and nothing else', async () => {
    const text = 'Das Essen in Berlin war sehr gut und der Service freundlich.';
    const analysis = await analyseOne(text);
    expect(Object.keys(analysis).sort()).toEqual(['error', 'language']);
    expect(analysis).toMatchObject({
      language: { code: 'de', supported: false },
      error: { code: 'unsupported_language' },
    });
  });

  it('assigns no English label to a text in another language, unless the caller states that it is English', async () => {
    const texts = ['Die Rechnung stimmt leider nicht, bitte prüfen Sie den Betrag.', 'Where is my parcel?'];
    const asked = { texts, labels: ['billing', 'delivery'] };
    const { results } = await service.classify(classify.input.parse(asked), { tenant: 'acme' });
    expect(results).toMatchObject([{ scores: [], error: { code: 'unsupported_language' } }, { label: 'delivery' }]);
    expect(results[0]).not.toHaveProperty('label');
    const known = classify.input.parse({ ...asked, language: 'en' });
    expect((await service.classify(known, { tenant: 'acme' })).results[0]?.scores).toHaveLength(2);
  });

  it('returns the other findings with degraded = true when the sentiment model fails', async () => {
    const running: Embedder = {
      model: encoder.model,
      start: () => Promise.resolve(),
      close: () => Promise.resolve(),
      encode: (texts, signal) => encoder.encode(texts, signal),
      embed: (texts, signal) => encoder.embed(texts, signal),
    };
    const failing = new AnalysisService({
      encoder: running,
      sentiment: failingSentiment(),
      topics: new TopicClassifiers(encoder, await memoryClassifiers(), NO_TUNING),
      loadHeads: () => loadHeads(HEAD, RELATIONS),
    });
    await failing.load();
    const text = 'Ada Lovelace works for Acme in London.';
    const ask = (tasks: string[]) => failing.analyze(analyze.input.parse({ texts: [text], tasks }), { tenant: 'acme' });
    const { analyses, degraded } = await ask(['sentiment', 'entities']);
    expect(degraded).toBe(true);
    expect(analyses[0]).not.toHaveProperty('sentiment');
    expect(analyses[0]?.entities?.map((entity) => entity.text)).toContain('Ada Lovelace');
    expect((await ask(['entities'])).degraded).toBe(false);
    await expect(ask(['sentiment', 'language'])).rejects.toThrow('no memory');
  });

  it('finds the names and relations of sentences that its patterns were not tuned on', async () => {
    const names = new Tally();
    const relations = new Tally();
    for (const sample of relationSamples().filter(({ half }) => half === 'test')) {
      const found = await analyseOne(sample.text, 'entities', 'relations');
      const keyOf = (each: { type: string; start: number; end: number }) => `${each.type} ${each.start} ${each.end}`;
      const named = found.entities?.filter(({ type }) => !['date', 'money', 'email'].includes(type)) ?? [];
      names.add(named.map(keyOf), sample.entities.map(keyOf));
      relations.add(
        found.relations?.map(({ type, subject, object }) => `${type} ${subject.start} ${object.start}`) ?? [],
        sample.relations.map(
          ({ type, subject, object }) => `${type} ${sample.entities[subject]!.start} ${sample.entities[object]!.start}`,
        ),
      );
    }
    process.stdout.write(`invented sentences, test half: names ${String(names)}; relations ${String(relations)}\n`);
    expect(names.f1).toBeGreaterThan(0.85);
    expect(relations.precision).toBeGreaterThan(0.85);
    expect(relations.f1).toBeGreaterThan(0.65);
  }, 120_000);
});

describe('the analysis service', () => {
  it('encodes each text once for all heads', async () => {
    encoder.encoded.length = 0;
    const texts = ['Ada lives in Rome.', 'The food was great but the staff were rude.'];
    await analyseAll(texts);
    expect(encoder.encoded).toEqual(texts);
  });

  it('does not encode a text when only its language is requested', async () => {
    encoder.encoded.length = 0;
    expect(await analyseOne('Where is my card?', 'language')).toEqual({ language: expect.anything() as unknown });
    expect(encoder.encoded).toEqual([]);
  });

  it('stops when the signal aborts', async () => {
    const input = analyze.input.parse({ texts: Array.from({ length: 64 }, () => 'A long day in Rome.'.repeat(20)) });
    const leaving = new AbortController();
    const analysis = service.analyze(input, { tenant: 'acme', signal: leaving.signal });
    leaving.abort(new Error('gone'));
    await expect(analysis).rejects.toThrow();
  });

  it('rejects topics without labels or a classifier', async () => {
    await expect(analyseAll(['Hello there'], ['topics'])).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: 'labels',
    });
  });

  it('returns valid findings for any text', async () => {
    const name = fc.constantFrom(
      'Ada',
      'Acme Ltd.',
      'U.S.',
      '$5',
      'May',
      'London-based',
      '😀',
      '\u202E',
      '‹S›',
      '\uD800',
    );
    const anything = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }).map((text) => `the service was ${text} and good.`),
      fc
        .array(fc.oneof(name, fc.lorem({ maxCount: 4 })), { minLength: 1, maxLength: 20 })
        .map((words) => `This is ${words.join(' ')}`),
    );
    await fc.assert(
      fc.asyncProperty(anything, async (text) => {
        const output = await analyseAll([text]);
        expect(() => analyze.output.parse(output)).not.toThrow();
        expectValid(text, output.analyses[0]!);
      }),
      { numRuns: 80, seed: 7 },
    );
  }, 120_000);

  it('analyses a document of 100,000 characters in windows', async () => {
    const sentence = 'Ada Lovelace met Tom Becker in Madrid on 5 May 2025 and paid $12.50 for the lovely room. ';
    const text = sentence.repeat(Math.floor(100_000 / sentence.length));
    encoder.encoded.length = 0;
    const analysis = await analyseOne(text, 'sentiment', 'entities', 'relations', 'key_phrases', 'summary');
    expectValid(text, analysis);
    expect(encoder.encoded.length).toBeGreaterThan(50);
    expect(analysis.entities?.filter(({ text: name }) => name === 'Ada Lovelace').length).toBeGreaterThan(300);
  }, 180_000);
});
