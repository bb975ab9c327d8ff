import { LlmosError, type InputOf, type OutputOf } from '@llmos/contracts';
import type { analyze, classify, TextAnalysis } from '@llmos/contracts/capabilities/analysis';
import { detectLanguage, UNDETERMINED } from '@llmos/language';
import type { Embedder, LoadProgress } from '@llmos/models';
import { withModelSpan } from '@llmos/telemetry';
import type { AnalysisHeads } from './analysis-heads.js';
import type { TopicClassifier, TopicClassifiers } from './classifiers/topic-classifiers.js';
import { describeFindings } from './findings-sentence.js';
import { keyPhrases } from './phrases/key-phrases.js';
import { findAspects } from './sentiment/aspect-finder.js';
import type { SentimentAnalyzer } from './sentiment/sentiment-analyzer.js';
import { summarise } from './summary/extractive-summary.js';
import { encodeText, type EncodedText } from './text/encoded-text.js';
import { windowsOf } from './text/windows.js';

type AnalyzeInput = InputOf<typeof analyze>;
type Task = AnalyzeInput['tasks'][number];
type Classified = OutputOf<typeof classify>['results'][number];

export interface TaskContext {
  readonly tenant: string;
  /** Aborted when the caller no longer waits. */
  readonly signal?: AbortSignal;
}

export interface AnalysisParts {
  readonly encoder: Embedder;
  readonly sentiment: SentimentAnalyzer;
  readonly topics: TopicClassifiers;
  /** Reads the entity head and the relations from disk. */
  readonly loadHeads: () => Promise<AnalysisHeads>;
  /** The reference time for relative dates such as `tomorrow`. */
  readonly now?: () => Date;
  /** Receives the error when a text is analysed without its sentiment. */
  readonly onDegraded?: (error: unknown) => void;
}

/** What every text of one call is analysed for. */
interface AnalysisJob {
  readonly heads: AnalysisHeads;
  /** The language that the caller stated. */
  readonly language: 'en' | undefined;
  readonly tasks: ReadonlySet<Task>;
  readonly classifier: TopicClassifier | undefined;
  /** Length of a summary. */
  readonly sentences: number;
  readonly signal: AbortSignal | undefined;
}

/** The language that the heads were trained for. A text whose language cannot be told is taken for it. */
const SUPPORTED_LANGUAGE = 'en';
const SENTIMENT_TASKS: ReadonlySet<Task> = new Set(['sentiment', 'aspects']);

/**
 * Analyses texts. Each text passes through the shared encoder once, window by window, and every head works from the
 * result. Sentiment has an encoder of its own; if that fails, the other findings are returned without it. For a text
 * that is not English only the language is reported.
 */
export class AnalysisService {
  private heads?: AnalysisHeads;

  constructor(private readonly parts: AnalysisParts) {}

  /** Reads and checks the heads, and loads the encoders. Until then every call is rejected with `MODEL_LOADING`. */
  async load(report: (progress: LoadProgress) => void = () => undefined, signal?: AbortSignal): Promise<void> {
    const heads = await this.parts.loadHeads();
    await this.parts.encoder.start(report, signal);
    await this.parts.sentiment.start(report, signal);
    this.heads = heads;
  }

  /** One analysis per text, in order. Rejects with `INVALID_ARGUMENT` for topics without labels or a classifier. */
  async analyze(input: AnalyzeInput, { tenant, signal }: TaskContext): Promise<OutputOf<typeof analyze>> {
    const heads = this.ready();
    const tasks = new Set(input.tasks);
    const classifier = tasks.has('topics') ? await this.parts.topics.find(input, tenant, signal) : undefined;
    const { language, sentences } = input;
    const analyses: TextAnalysis[] = [];
    for (const text of input.texts) {
      signal?.throwIfAborted();
      analyses.push(await this.analyzeOne(text, { heads, tasks, classifier, language, sentences, signal }));
    }
    const models = this.modelsOf(tasks, heads, classifier);
    const degraded = analyses.some((analysis) => lacksSentiment(analysis, tasks));
    return { analyses, sentence: describeFindings(analyses), models, degraded };
  }

  /**
   * The label of each text, chosen from the caller's labels or by a trained classifier. Labels are English words: a
   * text in another language gets an error instead of a label. A classifier works in the language of its examples.
   */
  async classify(input: InputOf<typeof classify>, { tenant, signal }: TaskContext): Promise<OutputOf<typeof classify>> {
    this.ready();
    const classifier = await this.parts.topics.find(input, tenant, signal);
    const results: Classified[] = [];
    for (const text of input.texts) {
      const language = input.labels && !input.language ? await languageOf(text) : undefined;
      if (language?.supported === false) {
        results.push({ scores: [], error: unsupported(language.code) });
        continue;
      }
      const vector = async () => (await encodeText(text, this.parts.encoder, signal)).vector;
      const { label, confidence, scores } = await classifier.classify({ windows: windowsOf(text), vector }, signal);
      results.push({ label, confidence, scores: scores.map((each) => ({ ...each })) });
    }
    return { results, model: classifier.model };
  }

  async close(): Promise<void> {
    const { encoder, sentiment, topics } = this.parts;
    await Promise.all([encoder.close(), sentiment.close(), topics.close()]);
  }

  private async analyzeOne(text: string, job: AnalysisJob): Promise<TextAnalysis> {
    const language = job.language ? { code: job.language, confidence: 1, supported: true } : await languageOf(text);
    if (!language.supported) return { language, error: unsupported(language.code) };
    if (job.tasks.size === 1 && job.tasks.has('language')) return { language };
    const encoded = await encodeText(text, this.parts.encoder, job.signal);
    return withModelSpan({ operation: 'analyze', model: 'analysis-heads', provider: 'llmos' }, async (span) => {
      span.setAttribute('llmos.analysis.tasks', [...job.tasks]);
      span.setAttribute('llmos.analysis.windows', encoded.windows.length);
      return { language, ...(await this.findings(encoded, job)) };
    });
  }

  private async findings(encoded: EncodedText, job: AnalysisJob): Promise<Omit<TextAnalysis, 'language'>> {
    const { heads, tasks, classifier, signal } = job;
    const { text, sentences, windows, track, vector } = encoded;
    const found: Partial<TextAnalysis> = await this.sentimentOf(encoded, tasks, signal);
    if (classifier) {
      const { scores } = await classifier.classify({ windows, vector: () => Promise.resolve(vector) }, signal);
      found.topics = scores.map((each) => ({ start: 0, end: text.length, ...each }));
    }
    if (tasks.has('entities') || tasks.has('relations')) {
      const now = this.parts.now?.() ?? new Date();
      const entities = await heads.entities.find(text, sentences, track, { now, signal });
      if (tasks.has('entities')) found.entities = entities;
      if (tasks.has('relations')) found.relations = heads.relations.find(text, sentences, entities);
    }
    if (tasks.has('key_phrases')) found.keyPhrases = keyPhrases(text, sentences, track, vector);
    if (tasks.has('summary')) found.summary = summarise(text, sentences, track, job.sentences);
    signal?.throwIfAborted();
    return found;
  }

  /** If the sentiment model fails, the result lacks sentiment; it throws only when nothing else was requested. */
  private async sentimentOf(
    encoded: EncodedText,
    tasks: ReadonlySet<Task>,
    signal: AbortSignal | undefined,
  ): Promise<Pick<TextAnalysis, 'sentiment' | 'aspects'>> {
    const { sentiment } = this.parts;
    const found: Pick<TextAnalysis, 'sentiment' | 'aspects'> = {};
    try {
      if (tasks.has('sentiment')) {
        const { label, confidence, positive } = await sentiment.ofText(encoded.windows, signal);
        found.sentiment = { start: 0, end: encoded.text.length, label, confidence, positive };
      }
      if (tasks.has('aspects')) found.aspects = await findAspects(encoded, sentiment, signal);
    } catch (error) {
      signal?.throwIfAborted();
      if ([...tasks].every((task) => task === 'language' || SENTIMENT_TASKS.has(task))) throw error;
      this.parts.onDegraded?.(error);
    }
    return found;
  }

  /** The models that took part; trained heads as `name@hash`. */
  private modelsOf(tasks: ReadonlySet<Task>, heads: AnalysisHeads, classifier: TopicClassifier | undefined): string[] {
    const models = ['eld-extrasmall'];
    if (tasks.size > 1 || !tasks.has('language')) models.push(this.parts.encoder.model);
    if (tasks.has('sentiment') || tasks.has('aspects')) models.push(this.parts.sentiment.model);
    if (tasks.has('entities') || tasks.has('relations')) models.push(`entities@${heads.entityHash.slice(0, 12)}`);
    if (classifier && !models.includes(classifier.model)) models.push(classifier.model);
    return models;
  }

  private ready(): AnalysisHeads {
    if (!this.heads)
      throw new LlmosError('MODEL_LOADING', 'The analysis models are still loading. Try again in a moment.');
    return this.heads;
  }
}

async function languageOf(text: string): Promise<TextAnalysis['language']> {
  const { code, confidence, language } = await detectLanguage(text, SUPPORTED_LANGUAGE);
  return { code, confidence, supported: language === SUPPORTED_LANGUAGE };
}

function lacksSentiment({ error, sentiment, aspects }: TextAnalysis, tasks: ReadonlySet<Task>): boolean {
  return !error && ((tasks.has('sentiment') && !sentiment) || (tasks.has('aspects') && !aspects));
}

function unsupported(code: string): NonNullable<TextAnalysis['error']> {
  const message =
    code === UNDETERMINED
      ? 'The language of this text is unknown, so it was not analysed. English is supported.'
      : `The text is in the language '${code}'. Only English is supported, so it was not analysed.`;
  return { code: 'unsupported_language', message };
}
