import { LlmosError, type InputOf, type OutputOf } from '@llmos/contracts';
import type { analyze, classify, TextAnalysis } from '@llmos/contracts/capabilities/analysis';
import type { Embedder, LoadProgress } from '@llmos/models';
import { withModelSpan } from '@llmos/telemetry';
import type { AnalysisHeads } from './analysis-heads.js';
import { findAspects } from './aspects/aspect-finder.js';
import type { Feelings } from './feelings.js';
import { detectLanguage } from './language/language-detector.js';
import { keyPhrases } from './phrases/key-phrases.js';
import { sayFindings } from './spoken-findings.js';
import { summarise } from './summary/extractive-summary.js';
import { readText, type Reading } from './text/text-reader.js';
import type { TopicJudge, Topics } from './topics.js';
import { windowsOf } from './windows.js';

type AnalyzeInput = InputOf<typeof analyze>;
type Task = AnalyzeInput['tasks'][number];
type Classified = OutputOf<typeof classify>['results'][number];

/** Who asks, and until when somebody waits. */
export interface Caller {
  readonly tenant: string;
  readonly signal?: AbortSignal;
}

export interface AnalysisParts {
  readonly encoder: Embedder;
  readonly feelings: Feelings;
  readonly topics: Topics;
  /** Reads the entity head and the relations from disk. */
  readonly loadHeads: () => Promise<AnalysisHeads>;
  /** What `tomorrow` is counted from. */
  readonly now?: () => Date;
  /** Told why a text was analysed without its sentiment. */
  readonly onDegraded?: (error: unknown) => void;
}

/**
 * Says what texts say. Each text goes through the body once, window by window, and every head works from that one
 * reading; feelings have a body of their own, and where that fails the other findings are given without. What is not
 * English is named and otherwise left alone.
 */
export class AnalysisService {
  private heads?: AnalysisHeads;

  constructor(private readonly parts: AnalysisParts) {}

  /** Reads and checks the heads, and loads the body. Until then every call is refused with `MODEL_LOADING`. */
  async load(report: (progress: LoadProgress) => void = () => undefined, signal?: AbortSignal): Promise<void> {
    const heads = await this.parts.loadHeads();
    await this.parts.encoder.start(report, signal);
    await this.parts.feelings.start(report, signal);
    this.heads = heads;
  }

  /** One analysis a text, in order. Rejects with `INVALID_ARGUMENT` for topics without labels or a classifier. */
  async analyze(input: AnalyzeInput, { tenant, signal }: Caller): Promise<OutputOf<typeof analyze>> {
    const heads = this.ready();
    const tasks = new Set(input.tasks);
    const judge = tasks.has('topics') ? await this.parts.topics.judgeFor(input, tenant, signal) : undefined;
    const analyses: TextAnalysis[] = [];
    for (const text of input.texts) {
      signal?.throwIfAborted();
      analyses.push(
        await this.analyzeOne(text, {
          heads,
          tasks,
          judge,
          language: input.language,
          sentences: input.sentences,
          signal,
        }),
      );
    }
    const models = this.modelsOf(tasks, heads, judge);
    const degraded = analyses.some((analysis) => lacksFeelings(analysis, tasks));
    return { analyses, sentence: sayFindings(analyses), models, degraded };
  }

  /**
   * Each text's label, of those the caller names or of a classifier it trained. Labels in words are English: a text that is
   * not is named and left alone. A classifier knows the language of its examples.
   */
  async classify(input: InputOf<typeof classify>, { tenant, signal }: Caller): Promise<OutputOf<typeof classify>> {
    this.ready();
    const judge = await this.parts.topics.judgeFor(input, tenant, signal);
    const results: Classified[] = [];
    for (const text of input.texts) {
      const language = input.labels && !input.language ? detectLanguage(text) : undefined;
      if (language?.supported === false) {
        results.push({ scores: [], error: unsupported(language.code) });
        continue;
      }
      const judged = { windows: windowsOf(text), vector: () => this.vectorOf(text, signal) };
      const { label, confidence, scores } = await judge.judge(judged, signal);
      results.push({ label, confidence, scores: scores.map((each) => ({ ...each })) });
    }
    return { results, model: judge.model };
  }

  async close(): Promise<void> {
    const { encoder, feelings, topics } = this.parts;
    await Promise.all([encoder.close(), feelings.close(), topics.close()]);
  }

  private async analyzeOne(text: string, work: Work): Promise<TextAnalysis> {
    const language = work.language ? { code: work.language, confidence: 1, supported: true } : detectLanguage(text);
    if (!language.supported) return { language, error: unsupported(language.code) };
    if (work.tasks.size === 1 && work.tasks.has('language')) return { language };
    const reading = await readText(text, this.parts.encoder, work.signal);
    return withModelSpan({ operation: 'analyze', model: 'analysis-heads', provider: 'llmos' }, async (span) => {
      span.setAttribute('llmos.analysis.tasks', [...work.tasks]);
      span.setAttribute('llmos.analysis.windows', reading.windows.length);
      return { language, ...(await this.findings(reading, work)) };
    });
  }

  private async vectorOf(text: string, signal?: AbortSignal): Promise<Float32Array> {
    return (await readText(text, this.parts.encoder, signal)).vector;
  }

  private async findings(reading: Reading, work: Work): Promise<Omit<TextAnalysis, 'language'>> {
    const { feelings } = this.parts;
    const { heads, tasks, judge, signal } = work;
    const { text, sentences, track, vector } = reading;
    const found: Partial<TextAnalysis> = {};
    await this.feelIfPossible(tasks, signal, async () => {
      if (tasks.has('sentiment')) {
        const { label, confidence, positive } = await feelings.ofText(reading.windows, signal);
        found.sentiment = { start: 0, end: text.length, label, confidence, positive };
      }
      if (tasks.has('aspects')) found.aspects = await findAspects(reading, feelings, signal);
    });
    if (judge) {
      const judged = { windows: reading.windows, vector: () => Promise.resolve(vector) };
      found.topics = (await judge.judge(judged, signal)).scores.map((each) => ({
        start: 0,
        end: text.length,
        ...each,
      }));
    }
    if (tasks.has('entities') || tasks.has('relations')) {
      const now = this.parts.now?.() ?? new Date();
      const entities = await heads.entities.find(text, sentences, track, { now, signal });
      if (tasks.has('entities')) found.entities = entities;
      if (tasks.has('relations')) found.relations = heads.relations.find(text, sentences, entities);
    }
    if (tasks.has('key_phrases')) found.keyPhrases = keyPhrases(text, sentences, track, vector);
    if (tasks.has('summary')) found.summary = summarise(text, sentences, track, work.sentences);
    signal?.throwIfAborted();
    return found;
  }

  /** Lets feelings fail where something else was asked for too. */
  private async feelIfPossible(
    tasks: ReadonlySet<Task>,
    signal: AbortSignal | undefined,
    feel: () => Promise<void>,
  ): Promise<void> {
    try {
      await feel();
    } catch (error) {
      signal?.throwIfAborted();
      if ([...tasks].every((task) => task === 'language' || FELT.has(task))) throw error;
      this.parts.onDegraded?.(error);
    }
  }

  /** What took part, as `name@hash` where it is trained. */
  private modelsOf(tasks: ReadonlySet<Task>, heads: AnalysisHeads, judge: TopicJudge | undefined): string[] {
    const models = ['eld-small'];
    if (tasks.size > 1 || !tasks.has('language')) models.push(this.parts.encoder.model);
    if (tasks.has('sentiment') || tasks.has('aspects')) models.push(this.parts.feelings.model);
    if (tasks.has('entities') || tasks.has('relations')) models.push(`entities@${heads.entityHash.slice(0, 12)}`);
    if (judge && !models.includes(judge.model)) models.push(judge.model);
    return models;
  }

  private ready(): AnalysisHeads {
    if (!this.heads)
      throw new LlmosError('MODEL_LOADING', 'The analysis models are still loading. Try again in a moment.');
    return this.heads;
  }
}

const FELT: ReadonlySet<Task> = new Set(['sentiment', 'aspects']);

function lacksFeelings({ error, sentiment, aspects }: TextAnalysis, tasks: ReadonlySet<Task>): boolean {
  return !error && ((tasks.has('sentiment') && !sentiment) || (tasks.has('aspects') && !aspects));
}

/** What is asked of every text of a call. */
interface Work {
  readonly heads: AnalysisHeads;
  /** Said by the caller. */
  readonly language: 'en' | undefined;
  readonly tasks: ReadonlySet<Task>;
  readonly judge: TopicJudge | undefined;
  readonly sentences: number;
  readonly signal: AbortSignal | undefined;
}

function unsupported(code: string): NonNullable<TextAnalysis['error']> {
  const message =
    code === 'und'
      ? 'No language could be told from this text, so nothing else is said of it. English is supported.'
      : `The text is in the language '${code}'. English is supported; nothing else is guessed.`;
  return { code: 'unsupported_language', message };
}
