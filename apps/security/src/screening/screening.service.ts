import { LlmosError, type InputOf, type OutputOf } from '@llmos/contracts';
import type { Passage } from '@llmos/contracts/capabilities/retrieval';
import type { screen } from '@llmos/contracts/capabilities/security';
import { attackRules } from '@llmos/guardrails';
import { carriedVector, carryEmbedding, type LoadProgress } from '@llmos/models';
import { decodeHead, readHead } from './head/head-file.js';
import { ScreeningHead } from './head/screening-head.js';
import { TunedHead } from './head/tuned-head.js';
import { stripSentences } from './strip.js';
import type { TextEmbedding } from './text-embedding.port.js';
import { VerdictCache } from './verdict-cache.js';
import { screenText, THRESHOLD, type EmbeddingAccess, type Stages, type TextVerdict } from './text-screen.js';

export type ScreenRequest = InputOf<typeof screen>;
export type ScreenReply = OutputOf<typeof screen>;

interface Loaded {
  readonly stages: Stages;
  readonly dimensions: number;
  /** Of the first stage. */
  readonly model: string;
}

/** What the second stage needs. */
export interface SecondStage {
  /** Of the encoder with the update that lies beside the head. */
  readonly embedding: TextEmbedding;
  /** Path of the head's description. */
  readonly headPath: string;
  /** Told of each text that the first stage judged alone because the second failed. */
  readonly onFallback: (error: unknown) => void;
}

/** Fewer characters than this are not worth keeping of a passage that was stripped. */
const MIN_KEPT_CHARS = 20;

/** Looks for prompt injection and jailbreaks in what a user sent, what was retrieved, or what was generated. */
export class ScreeningService {
  private readonly passageVerdicts = new VerdictCache();
  private loaded?: Loaded;

  constructor(
    private readonly embedding: TextEmbedding,
    /** Path of the head's description (`injection-head.json`). */
    private readonly headPath: string,
    /** Absent: the first stage's word is the last. */
    private readonly second?: SecondStage,
  ) {}

  /** Reads the heads and loads the embedding models. Rejects with `UNAVAILABLE` when a head cannot be used. */
  async load(report: (progress: LoadProgress) => void, signal?: AbortSignal): Promise<void> {
    const files = await readHead(this.headPath);
    const weights = decodeHead(
      files,
      attackRules.map(({ id }) => id),
    );
    const second = this.second && (await TunedHead.read(this.second.headPath));
    await this.embedding.start(report, signal);
    await this.second?.embedding.start(report, signal);
    const { model } = files.description;
    this.loaded = { stages: { first: new ScreeningHead(weights), second }, dimensions: weights.dimensions, model };
  }

  async close(): Promise<void> {
    await Promise.all([this.embedding.close(), this.second?.embedding.close()]);
  }

  /**
   * Screens a text and its passages. With `refuse`, an attack in the text refuses the run; one in a passage takes the
   * passage out, so that nobody can stop a pipeline by planting a document. `strip` takes out sentences.
   *
   * @throws LlmosError CONTENT_REFUSED (never with the words of the attack), MODEL_LOADING before {@link load} is done;
   * the signal's reason on abort.
   */
  async screen(request: ScreenRequest, signal?: AbortSignal): Promise<ScreenReply> {
    const { stages, dimensions, model } = this.ready();
    const { text, passages, source, action } = request;
    const vector = await this.vectorOf(request, dimensions, signal);
    const verdict = await screenText(text, source, stages, this.access(signal, vector));
    if (action === 'refuse' && isAttack(verdict)) throw refusal(verdict);
    const screened = await this.screenPassages(passages, action, stages, signal);
    const score = Math.max(verdict.score, screened.score);
    const isDegraded = verdict.isDegraded || screened.isDegraded;
    return {
      verdict: score >= THRESHOLD ? 'injection' : 'benign',
      score,
      threshold: THRESHOLD,
      spans: verdict.spans.map((span) => ({ ...span })),
      action: score >= THRESHOLD ? action : 'allow',
      text: action === 'strip' && isAttack(verdict) ? stripSentences(text, verdict.spans) : text,
      passages: screened.passages,
      withheld: screened.withheld,
      ...(vector ? { embedding: carryEmbedding(this.embedding.model, text, vector) } : {}),
      model: isDegraded || !stages.second ? model : stages.second.model,
    };
  }

  /** Only texts that are judged by the head need a vector; outputs are judged by rules, passages piece by piece. */
  private async vectorOf(
    { text, source, embedding }: ScreenRequest,
    dimensions: number,
    signal?: AbortSignal,
  ): Promise<Float32Array | undefined> {
    if (source !== 'input' || text.trim() === '') return undefined;
    const carried = carriedVector(embedding, this.embedding.model, text);
    return carried?.length === dimensions ? carried : (await this.embedding.embed([text], signal))[0];
  }

  private async screenPassages(
    passages: readonly Passage[],
    action: ScreenRequest['action'],
    stages: Stages,
    signal?: AbortSignal,
  ) {
    const result = { score: 0, isDegraded: false, passages: [] as Passage[], withheld: [] as string[] };
    for (const passage of passages) {
      signal?.throwIfAborted();
      const judge = () => screenText(passage.text, 'passage', stages, this.access(signal));
      const verdict = await this.passageVerdicts.of(passage.text, judge);
      result.score = Math.max(result.score, verdict.score);
      result.isDegraded ||= verdict.isDegraded ?? false;
      const kept = isAttack(verdict) ? treat(passage, verdict, action) : passage;
      if (kept) result.passages.push(kept);
      if (kept !== passage) result.withheld.push(passage.id);
    }
    return result;
  }

  private access(signal?: AbortSignal, whole?: Float32Array): EmbeddingAccess {
    return {
      embed: (texts) => this.embedding.embed(texts, signal),
      embedTuned: (texts) => this.embedTuned(texts, signal),
      ...(whole ? { whole } : {}),
    };
  }

  private async embedTuned(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[] | undefined> {
    try {
      return await this.second?.embedding.embed(texts, signal);
    } catch (error) {
      signal?.throwIfAborted();
      this.second?.onFallback(error);
      return undefined;
    }
  }

  private ready(): Loaded {
    if (this.loaded) return this.loaded;
    throw new LlmosError('MODEL_LOADING', 'Screening is still loading its model. Try again in a moment.');
  }
}

function isAttack({ score }: TextVerdict): boolean {
  return score >= THRESHOLD;
}

/** `undefined`: the passage may not be used at all. */
function treat(passage: Passage, { spans }: TextVerdict, action: ScreenRequest['action']): Passage | undefined {
  if (action === 'refuse') return undefined;
  if (action !== 'strip') return passage;
  const text = stripSentences(passage.text, spans);
  return text.length < MIN_KEPT_CHARS ? undefined : { ...passage, text };
}

function refusal({ spans }: TextVerdict): LlmosError {
  const reasons = [...new Set(spans.map(({ reason }) => reason))].join('; ') || 'it reads like an attack';
  return new LlmosError(
    'CONTENT_REFUSED',
    `The text was refused by security screening: ${reasons}. Rephrase it without that.`,
    { field: 'text' },
  );
}
