import { LlmosError, type InputOf, type OutputOf } from '@llmos/contracts';
import type { Passage } from '@llmos/contracts/capabilities/retrieval';
import type { screen } from '@llmos/contracts/capabilities/security';
import { carriedVector, carryEmbedding, type LoadProgress } from '@llmos/models';
import { decodeFirstHead, readFirstHead, type FirstHeadDescription } from './head/first-head-file.js';
import { FirstHead } from './head/first-head.js';
import { CharacterHead } from './head/character-head.js';
import { SecondHead } from './head/second-head.js';
import { screenText } from './screen-text.js';
import { Stages, TolerantEncoder, type Encoder, type StageName } from './stages.js';
import { stripSentences } from './strip-sentences.js';
import { isAttack, isDoubtful, THRESHOLD, type TextVerdict } from './verdict.js';
import { VerdictCache } from './verdict-cache.js';

export type ScreenRequest = InputOf<typeof screen>;
export type ScreenReply = OutputOf<typeof screen>;

export interface ScreeningOptions {
  /** The shared encoder. */
  readonly encoder: Encoder;
  /** Path of the first stage's description (`injection-head.json`). */
  readonly headPath: string;
  /** Path of the description of the head on characters (`character-head.json`). Absent: inputs are judged without it. */
  readonly charactersPath?: string | undefined;
  /** The fine-tuned encoder and its head. Absent: the first stage decides. */
  readonly second?: { readonly encoder: Encoder; readonly headPath: string } | undefined;
  /** Called at most once per request and stage, when the request continues without that stage's encoder. */
  readonly onFallback: (stage: StageName, error: unknown) => void;
}

/** If less than this is left of a stripped passage, the whole passage is withheld. */
const MIN_KEPT_CHARS = 20;

/** Screens the text and the passages of a request for prompt injection; see `screenText` for a single text. */
export class ScreeningService {
  private readonly passageVerdicts = new VerdictCache();
  private firstHead?: { readonly head: FirstHead; readonly description: FirstHeadDescription };
  private characterHead?: CharacterHead | undefined;
  private secondHead?: SecondHead;

  constructor(private readonly options: ScreeningOptions) {}

  /** Loads all parts. A service loads them one by one, because it can do without some of them. */
  async load(report: (progress: LoadProgress) => void = () => undefined): Promise<void> {
    await this.loadHead();
    await this.loadEncoder(report);
    await this.loadSecondStage(report);
  }

  get hasSecondStage(): boolean {
    return this.options.second !== undefined;
  }

  /**
   * Reads the first stage's head and the head on characters; nothing is screened without them.
   *
   * @throws LlmosError UNAVAILABLE if one is unusable.
   */
  async loadHead(): Promise<void> {
    const { headPath, charactersPath } = this.options;
    this.characterHead = charactersPath === undefined ? undefined : await CharacterHead.read(charactersPath);
    const files = await readFirstHead(headPath);
    this.firstHead = { head: new FirstHead(decodeFirstHead(files)), description: files.description };
  }

  /** Loads the shared encoder. Without it the rules decide alone. */
  loadEncoder(report: (progress: LoadProgress) => void, signal?: AbortSignal): Promise<void> {
    return this.options.encoder.start(report, signal);
  }

  /**
   * Loads the fine-tuned encoder and its head, after {@link loadHead}. Without them the first stage decides alone.
   *
   * @throws LlmosError UNAVAILABLE if the head is unusable, or was fitted to another first head.
   */
  async loadSecondStage(report: (progress: LoadProgress) => void, signal?: AbortSignal): Promise<void> {
    const { second } = this.options;
    if (!second) return;
    const head = await SecondHead.read(second.headPath, this.requireFirstHead().description.bin.sha256);
    await second.encoder.start(report, signal);
    this.secondHead = head;
  }

  async close(): Promise<void> {
    await Promise.all([this.options.encoder.close(), this.options.second?.encoder.close()]);
  }

  /**
   * Screens a text and its passages. With `refuse`, an attack in the text refuses the run; an attack in a passage
   * withholds the passage, so that a planted document cannot stop a pipeline. `strip` removes the attacking sentences.
   * `flag` and `allow` change nothing.
   *
   * @throws LlmosError CONTENT_REFUSED (without the words of the attack), MODEL_LOADING before {@link loadHead}; the
   * signal's reason on abort.
   */
  async screen(request: ScreenRequest, signal?: AbortSignal): Promise<ScreenReply> {
    const { text, passages, source, action } = request;
    const stages = this.stages(signal);
    const vector = await this.vectorOf(request, stages);
    const verdict = await screenText(text, source, stages, vector);
    if (action === 'refuse' && isAttack(verdict)) throw refusal(verdict);
    const screened = await this.screenPassages(passages, action, stages, signal);
    const score = Math.max(verdict.score, screened.score);
    return {
      verdict: isAttack({ score }) ? 'injection' : isDoubtful(verdict) ? 'suspicious' : 'benign',
      score,
      threshold: THRESHOLD,
      doubtful: isDoubtful(verdict),
      spans: verdict.spans.map((span) => ({ ...span })),
      action: isAttack({ score }) ? action : 'allow',
      text: action === 'strip' && isAttack(verdict) ? stripSentences(text, verdict.spans) : text,
      passages: screened.passages,
      withheld: screened.withheld,
      ...(vector ? { embedding: carryEmbedding(this.options.encoder.model, text, vector) } : {}),
      model: stages.model,
    };
  }

  /** The vector of an input, carried in by an earlier step if possible. Outputs and passages need none as a whole. */
  private async vectorOf(
    { text, source, embedding }: ScreenRequest,
    { first }: Stages,
  ): Promise<Float32Array | undefined> {
    if (source !== 'input' || text.trim() === '') return undefined;
    const carried = carriedVector(embedding, this.options.encoder.model, text);
    return carried?.length === first.head.dimensions ? carried : (await first.encoder.embed([text]))?.[0];
  }

  private async screenPassages(
    passages: readonly Passage[],
    action: ScreenRequest['action'],
    stages: Stages,
    signal?: AbortSignal,
  ) {
    const result = { score: 0, passages: [] as Passage[], withheld: [] as string[] };
    for (const passage of passages) {
      signal?.throwIfAborted();
      const verdict = await this.verdictOn(passage, stages);
      result.score = Math.max(result.score, verdict.score);
      const kept = isAttack(verdict) ? applyAction(passage, verdict, action) : passage;
      if (kept) result.passages.push(kept);
      if (kept !== passage) result.withheld.push(passage.id);
    }
    return result;
  }

  /** Verdicts are cached only if every configured stage was available. */
  private async verdictOn({ text }: Passage, stages: Stages): Promise<TextVerdict> {
    const known = this.passageVerdicts.get(text);
    if (known) return known;
    const verdict = await screenText(text, 'passage', stages);
    if (stages.isComplete) this.passageVerdicts.set(text, verdict);
    return verdict;
  }

  private stages(signal?: AbortSignal): Stages {
    const { encoder, second, onFallback } = this.options;
    const { head, description } = this.requireFirstHead();
    const first = {
      head,
      model: description.model,
      encoder: new TolerantEncoder(encoder, (error) => onFallback('first', error), signal),
    };
    const { characterHead, hasSecondStage } = this;
    if (!second || !this.secondHead) return new Stages(first, hasSecondStage, undefined, characterHead);
    const secondEncoder = new TolerantEncoder(second.encoder, (error) => onFallback('second', error), signal);
    const { model } = this.secondHead;
    return new Stages(first, hasSecondStage, { head: this.secondHead, model, encoder: secondEncoder }, characterHead);
  }

  private requireFirstHead() {
    if (this.firstHead) return this.firstHead;
    throw new LlmosError('MODEL_LOADING', 'Screening is still loading its model. Try again in a moment.');
  }
}

/** The passage as far as the next step may use it; undefined if it may not be used. */
function applyAction(passage: Passage, { spans }: TextVerdict, action: ScreenRequest['action']): Passage | undefined {
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
