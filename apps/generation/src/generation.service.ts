import { hasCode, LlmosError, type Lane, type InputOf, type OutputOf } from '@llmos/contracts';
import type { answer } from '@llmos/contracts/capabilities/generation';
import { leaks } from '@llmos/guardrails';
import { currentOwner, withBreaker, type BreakerOptions, type Operation } from '@llmos/resilience';
import { withModelSpan } from '@llmos/telemetry';
import { GroundedComposer } from './grounding/composer.js';
import { joinAnswers, partsOf, type Part } from './grounding/parts.js';
import { groundedPrompt } from './grounding/prompt.js';
import { weigh, type Choice } from './grounding/evidence.js';
import { plainText } from './grounding/sentences.js';
import { looksLikeInstruction, sourcesOf, type Source } from './grounding/sources.js';
import { FreeComposer } from './free-composer.js';
import type { ChatMessage, GenerateOptions, Generation, LanguageModel } from './ports/language-model.port.js';
import { TokenBudget } from './token-budget.js';

export type AnswerInput = InputOf<typeof answer>;
export type AnswerOutput = OutputOf<typeof answer>;

export interface AnswerContext {
  readonly signal: AbortSignal;
  /**
   * Receives each sentence when it is released. Joined by spaces the sentences are the answer's text, without those
   * that leak instructions or secrets.
   */
  readonly emit: (delta: { sentence: string }) => void;
  /** Tokens of the model that the run may still use; undefined without a budget. */
  readonly tokensLeft?: number | undefined;
}

/** The context of one answer, whose calls of the model share a budget. */
interface Budgeted extends AnswerContext {
  readonly budget: TokenBudget;
}

export interface GenerationSettings {
  /** Minimum probability that a passage's document answers the question. */
  readonly minRelevance: number;
  /** Whether the model phrases grounded answers; otherwise the passages are quoted, which takes milliseconds. */
  readonly phrasing: boolean;
  /** Approximate number of tokens of passages in the prompt. */
  readonly promptTokens: number;
  /** Time limit of one call of the model, waiting included, in milliseconds. */
  readonly modelTimeoutMs: number;
  /** Calls of the model in progress or waiting at once. */
  readonly capacity: number;
  /** The rules of the breaker around the model, and who shares it. */
  readonly breaker?: (lane: Lane) => Partial<BreakerOptions>;
  /** Receives the error of a model call when the passages alone answer because of it. */
  readonly onDegraded?: (error: unknown) => void;
}

export const NOT_FOUND_TEXT =
  'I could not find anything about that in our help centre. ' +
  'Could you ask it in another way, or contact our support team?';
export const NOTHING_HEARD_TEXT = 'Sorry, I did not hear a question. Could you say it again?';
const MAX_NAMED_CHARACTERS = 200;
/** How many times as long a durable run may wait for the model. */
const DURABLE_PATIENCE = 3;
const FREE_TEMPERATURE = 0.2;
const NO_USAGE = { inputTokens: 0, outputTokens: 0 };

interface ModelCall {
  readonly messages: readonly ChatMessage[];
  readonly options: Omit<GenerateOptions, 'signal'>;
  readonly budget: TokenBudget;
}

/** Answers questions from passages alone, quoted or phrased, or with the model's own words (`grounding: off`). */
export class GenerationService {
  /** Durable calls rest while live ones use the model: that they take longer says nothing of the model. */
  private readonly asked: Readonly<Record<Lane, Operation<ModelCall, Generation>>>;

  constructor(
    private readonly model: LanguageModel,
    private readonly settings: GenerationSettings,
  ) {
    const ask = (lane: Lane, timeoutMs: number) =>
      withBreaker((call: ModelCall, signal: AbortSignal) => this.callModel(call, signal), {
        ...settings.breaker?.(lane),
        name: `The language model ${model.name}`,
        timeoutMs,
        capacity: settings.capacity,
      });
    const { modelTimeoutMs } = settings;
    this.asked = {
      live: ask('live', modelTimeoutMs),
      durable: ask('durable', DURABLE_PATIENCE * modelTimeoutMs),
    };
  }

  private get ask(): Operation<ModelCall, Generation> {
    return this.asked[currentOwner().lane];
  }

  /** Lets the model read the beginning that all prompts share, so that the first question does not wait for it. */
  async warmUp(signal: AbortSignal): Promise<void> {
    await this.model.generate(groundedPrompt('Hello?', [], this.settings.promptTokens), {
      maxTokens: 1,
      temperature: 0,
      signal,
    });
  }

  async answer(input: AnswerInput, caller: AnswerContext): Promise<AnswerOutput> {
    const context: Budgeted = { ...caller, budget: new TokenBudget(caller.tokensLeft) };
    const question = plainText(input.question);
    if (!/[\p{L}\p{N}]/u.test(question)) return this.plain(NOTHING_HEARD_TEXT, context);
    if (input.grounding === 'off' && !input.quote) return this.answerFreely(input, context);
    const answers = await this.answerEach(partsOf({ ...input, question }), input, context);
    if (input.notice) answers.push(this.plain(input.notice, context));
    else if (input.offer && answers.every(({ grounding }) => grounding === 'none'))
      answers.push({ ...this.plain(input.offer, context), offered: true });
    return joinAnswers(answers);
  }

  private async answerEach(parts: readonly Part[], input: AnswerInput, context: Budgeted): Promise<AnswerOutput[]> {
    const weighed = parts.map((part) => ({ ...part, evidence: weigh(part.passages, this.settings.minRelevance) }));
    if (weighed.every(({ evidence }) => evidence.kind === 'none'))
      return [{ ...this.plain(NOT_FOUND_TEXT, context), unanswered: parts.map(({ question }) => question) }];
    const answers: AnswerOutput[] = [];
    for (const { question, evidence } of weighed) {
      if (evidence.kind === 'choice' || evidence.kind === 'doubt') {
        const asked = this.plain(choiceText(evidence.choices), context, evidence.choices);
        answers.push({ ...asked, unanswered: evidence.kind === 'doubt' ? [question] : [] });
        continue;
      }
      const sources = evidence.kind === 'answer' ? sourcesOf(evidence.passages) : [];
      const missing = parts.length > 1 ? missingText(question) : NOT_FOUND_TEXT;
      answers.push(
        sources.length === 0
          ? { ...this.plain(missing, context), unanswered: [question] }
          : await this.answerFrom(sources, { ...input, question }, context),
      );
    }
    return answers;
  }

  private async answerFrom(sources: readonly Source[], input: AnswerInput, context: Budgeted): Promise<AnswerOutput> {
    const composer = new GroundedComposer({
      question: input.question,
      sources,
      release: (sentence) => release(sentence, context),
    });
    const quotes =
      input.quote || !this.settings.phrasing || composer.needsNoModel || looksLikeInstruction(input.question);
    const { usage, degraded } = quotes
      ? { usage: NO_USAGE, degraded: false }
      : await this.compose(composer, input, context);
    composer.finish();
    const { text, citations, grounding } = composer;
    return {
      text,
      citations,
      choices: [],
      unanswered: [],
      grounding,
      offered: false,
      model: this.model.name,
      usage,
      degraded,
    };
  }

  /** Lets the model write into the composer. If the model fails, the passages alone answer. */
  private async compose(
    composer: GroundedComposer,
    input: AnswerInput,
    { signal, budget }: Budgeted,
  ): Promise<Pick<AnswerOutput, 'usage' | 'degraded'>> {
    const messages = groundedPrompt(input.question, composer.ranked, this.settings.promptTokens);
    const onText = (piece: string) => {
      composer.write(piece);
      return composer.done ? ('stop' as const) : undefined;
    };
    const options = { maxTokens: input.maxTokens, temperature: 0, onText };
    try {
      const { finishReason, inputTokens, outputTokens } = await this.ask({ messages, options, budget }, signal);
      if (finishReason === 'stop') composer.end();
      return { usage: { inputTokens, outputTokens }, degraded: false };
    } catch (error) {
      signal.throwIfAborted();
      if (hasCode(error, 'TOKEN_BUDGET_SPENT')) throw error;
      this.settings.onDegraded?.(error);
      return { usage: NO_USAGE, degraded: true };
    }
  }

  private async answerFreely(input: AnswerInput, context: Budgeted): Promise<AnswerOutput> {
    const composer = new FreeComposer((sentence) => release(sentence, context));
    const onText = (piece: string) => {
      composer.write(piece);
      return undefined;
    };
    const messages: ChatMessage[] = [...(input.history ?? []), { role: 'user', content: input.question }];
    const options = { maxTokens: input.maxTokens, temperature: FREE_TEMPERATURE, onText };
    const call = { messages, options, budget: context.budget };
    const { inputTokens, outputTokens } = await this.ask(call, context.signal).catch((error: unknown) => {
      context.signal.throwIfAborted();
      throw error;
    });
    const text = composer.end();
    if (text === '')
      throw new LlmosError('UNAVAILABLE', 'The language model gave an empty answer. Ask in other words.');
    return {
      text,
      citations: [],
      choices: [],
      unanswered: [],
      grounding: 'off',
      offered: false,
      model: this.model.name,
      usage: { inputTokens, outputTokens },
      degraded: false,
    };
  }

  /** An answer that says nothing of the passages. */
  private plain(text: string, context: AnswerContext, choices: readonly Choice[] = []): AnswerOutput {
    context.emit({ sentence: text });
    return {
      text,
      citations: [],
      choices: [...choices],
      unanswered: [],
      grounding: 'none',
      offered: false,
      model: this.model.name,
      usage: NO_USAGE,
      degraded: false,
    };
  }

  private callModel({ messages, options, budget }: ModelCall, signal: AbortSignal): Promise<Generation> {
    return withModelSpan({ operation: 'chat', model: this.model.name, provider: this.model.provider }, async (span) => {
      const { maxTotalTokens } = budget;
      const result = await this.model
        .generate(messages, { ...options, maxTotalTokens, signal })
        .catch((error: unknown) => {
          throw isTimeout(signal) || !signal.aborted
            ? error
            : new LlmosError('CANCELLED', 'The work was cancelled.', { cause: error });
        });
      span.setAttribute('gen_ai.usage.input_tokens', result.inputTokens);
      span.setAttribute('gen_ai.usage.output_tokens', result.outputTokens);
      budget.spend(result);
      return result;
    });
  }
}

/** The question of several that nothing answers is named. */
function missingText(question: string): string {
  return `I could not find anything about “${question.slice(0, MAX_NAMED_CHARACTERS)}” in our help centre.`;
}

/** Titles are in quotation marks, because some are questions and others are not. */
function choiceText(choices: readonly Choice[]): string {
  return `Do you mean: ${choices.map(({ title }) => `“${title}”`).join(' or ')}?`;
}

/** A later step screens the whole text, but only after sentences were streamed: those that leak are not streamed. */
function release(sentence: string, context: AnswerContext): void {
  if (!leaks(sentence)) context.emit({ sentence });
}

/** Whether the breaker's time limit ended the call, and not its caller: only that counts against the model. */
function isTimeout(signal: AbortSignal): boolean {
  return signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError';
}
