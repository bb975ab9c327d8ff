import { LlmosError, type InputOf, type OutputOf } from '@llmos/contracts';
import type { Passage } from '@llmos/contracts/capabilities/retrieval';
import type { screen } from '@llmos/contracts/capabilities/security';
import { attackRules } from '@llmos/guardrails';
import { carriedVector, carryEmbedding, type Embedder, type LoadProgress } from '@llmos/models';
import { decodeHead, readHead } from './head/head-file.js';
import { ScreeningHead } from './head/screening-head.js';
import type { SecondStage } from './second-stage.js';
import { stripSentences } from './strip.js';
import { VerdictCache } from './verdict-cache.js';
import { screenText, THRESHOLD, type EmbeddingAccess, type Stages, type TextVerdict } from './text-screen.js';

export type ScreenRequest = InputOf<typeof screen>;
export type ScreenReply = OutputOf<typeof screen>;

interface Loaded {
  readonly first: ScreeningHead;
  readonly dimensions: number;
  /** Of the first stage. */
  readonly model: string;
}

/** Fewer characters than this are not worth keeping of a passage that was stripped. */
const MIN_KEPT_CHARS = 20;

/** Looks for prompt injection and jailbreaks in what a user sent, what was retrieved, or what was generated. */
export class ScreeningService {
  private readonly passageVerdicts = new VerdictCache();
  private loaded?: Loaded;

  constructor(
    private readonly embedding: Omit<Embedder, 'encode'>,
    /** Path of the head's description (`injection-head.json`). */
    private readonly headPath: string,
    /** Absent: the first stage's word is the last. */
    private readonly second?: SecondStage,
  ) {}

  /** Reads the heads and loads the embedding models. Rejects with `UNAVAILABLE` when the first head cannot be used. */
  async load(report: (progress: LoadProgress) => void, signal?: AbortSignal): Promise<void> {
    const files = await readHead(this.headPath);
    const weights = decodeHead(
      files,
      attackRules.map(({ id }) => id),
    );
    await this.embedding.start(report, signal);
    const { model, bin } = files.description;
    await this.second?.load(bin.sha256, report, signal);
    this.loaded = { first: new ScreeningHead(weights), dimensions: weights.dimensions, model };
  }

  async close(): Promise<void> {
    await Promise.all([this.embedding.close(), this.second?.close()]);
  }

  /**
   * Screens a text and its passages. With `refuse`, an attack in the text refuses the run; one in a passage takes the
   * passage out, so that nobody can stop a pipeline by planting a document. `strip` takes out sentences.
   *
   * @throws LlmosError CONTENT_REFUSED (never with the words of the attack), MODEL_LOADING before {@link load} is done;
   * the signal's reason on abort.
   */
  async screen(request: ScreenRequest, signal?: AbortSignal): Promise<ScreenReply> {
    const { first, dimensions, model } = this.ready();
    const stages: Stages = { first, second: this.second?.head };
    const { text, passages, source, action } = request;
    const vector = await this.vectorOf(request, dimensions, signal);
    const access = this.access(signal);
    const verdict = await screenText(text, source, stages, { ...access, ...(vector ? { whole: vector } : {}) });
    if (action === 'refuse' && isAttack(verdict)) throw refusal(verdict);
    const screened = await this.screenPassages(passages, action, stages, access, signal);
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
    access: EmbeddingAccess,
    signal?: AbortSignal,
  ) {
    const result = { score: 0, isDegraded: false, passages: [] as Passage[], withheld: [] as string[] };
    for (const passage of passages) {
      signal?.throwIfAborted();
      const judge = () => screenText(passage.text, 'passage', stages, access);
      const verdict = await this.passageVerdicts.of(passage.text, judge);
      result.score = Math.max(result.score, verdict.score);
      result.isDegraded ||= verdict.isDegraded ?? false;
      const kept = isAttack(verdict) ? treat(passage, verdict, action) : passage;
      if (kept) result.passages.push(kept);
      if (kept !== passage) result.withheld.push(passage.id);
    }
    return result;
  }

  /** For one request: an encoder that has failed it once is not waited for again. */
  private access(signal?: AbortSignal): EmbeddingAccess {
    let hasFailed = false;
    return {
      embed: (texts) => this.embedding.embed(texts, signal),
      embedTuned: async (texts) => {
        const vectors = hasFailed ? undefined : await this.second?.embed(texts, signal);
        hasFailed = vectors === undefined;
        return vectors;
      },
    };
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
