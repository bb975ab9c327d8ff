import { hasCode, LlmosError, type InputOf, type OutputOf } from '@llmos/contracts';
import type { answer } from '@llmos/contracts/capabilities/generation';
import { leaks } from '@llmos/guardrails';
import type { Backend } from './backends/backend.js';
import { cascade } from './backends/cascade.js';
import {
  closingOf,
  GroundedComposer,
  joinSaid,
  linesOf,
  looksLikeInstruction,
  planOf,
  type Choice,
  type Source,
} from '@llmos/grounding';
import { FreeComposer } from './free-composer.js';
import type { ChatMessage, LanguageModel } from './ports/language-model.port.js';
import { groundedPrompt } from './prompt.js';
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
  /** Approximate number of tokens of passages in the prompt. */
  readonly promptTokens: number;
  /** Receives the error of a model call, and what answers instead. */
  readonly onFailure?: (error: unknown, instead: string) => void;
}

export const NOTHING_HEARD_TEXT = 'Sorry, I did not hear a question. Could you say it again?';
const FREE_TEMPERATURE = 0.2;
const NO_USAGE = { inputTokens: 0, outputTokens: 0 };
const NOTHING = {
  citations: [],
  choices: [],
  unanswered: [],
  offered: false,
  usage: NO_USAGE,
  degraded: false,
} satisfies Partial<AnswerOutput>;

/**
 * Answers questions from passages alone, quoted or phrased, or with a model's own words (`grounding: off`). Of several
 * models the cheapest that suits is asked first, and the next one if it fails, or if what it says has no support.
 */
export class GenerationService {
  constructor(
    private readonly backends: readonly Backend[],
    private readonly settings: GenerationSettings,
  ) {}

  /** Lets a model read the beginning that all prompts share, so that the first question does not wait for it. */
  async warmUp(model: LanguageModel, signal: AbortSignal): Promise<void> {
    const messages = groundedPrompt('Hello?', [], this.settings.promptTokens);
    await model.generate(messages, { maxTokens: 1, temperature: 0, signal });
  }

  async answer(input: AnswerInput, caller: AnswerContext): Promise<AnswerOutput> {
    const context: Budgeted = { ...caller, budget: new TokenBudget(caller.tokensLeft) };
    const question = linesOf(input.question);
    if (!/[\p{L}\p{N}]/u.test(question)) return this.plain(NOTHING_HEARD_TEXT, context);
    if (input.grounding === 'off' && !input.quote) return this.answerFreely(input, context);
    const answers = await this.answerEach({ ...input, question }, context);
    const closing = closingOf(input, answers);
    if (closing) answers.push({ ...this.plain(closing.text, context), offered: closing.offered });
    return joined(answers);
  }

  private async answerEach(input: AnswerInput, context: Budgeted): Promise<AnswerOutput[]> {
    const answers: AnswerOutput[] = [];
    const said = new Set<string>();
    for (const planned of planOf(input, this.settings.minRelevance)) {
      if (planned.kind === 'plain') {
        const { text, choices, unanswered } = planned;
        answers.push({ ...this.plain(text, context, choices), unanswered });
      } else {
        const { question, sources } = planned;
        answers.push(await this.answerFrom(sources, { ...input, question }, context, said));
      }
    }
    return answers;
  }

  /** @param said the sentences of the answers to the questions before, which are not repeated; this answer's are added. */
  private async answerFrom(
    sources: readonly Source[],
    input: AnswerInput,
    context: Budgeted,
    said: Set<string>,
  ): Promise<AnswerOutput> {
    const compose = (say: (sentence: string) => void) =>
      new GroundedComposer({
        question: input.question,
        sources,
        isUrgent: input.notice !== undefined,
        said: new Set(said),
        release: say,
      });
    const say = (sentence: string) => {
      said.add(sentence);
      release(sentence, context);
    };
    const last = compose(say);
    const messages = groundedPrompt(input.question, last.ranked, this.settings.promptTokens);
    const isQuoted = input.quote || last.needsNoModel || looksLikeInstruction(input.question);
    const asked = isQuoted ? [] : this.cascade(messages, input).filter(({ phrases }) => phrases);
    const spent = { inputTokens: 0, outputTokens: 0 };
    let degraded = false;
    for (const [n, backend] of asked.entries()) {
      const next = asked[n + 1];
      // What another model may say better is held back until all of it is known to have support.
      const held: string[] = [];
      const composer = next ? compose((sentence) => held.push(sentence)) : last;
      degraded = false;
      try {
        const { inputTokens, outputTokens } = await this.phrase(composer, backend, { messages, input, context });
        spent.inputTokens += inputTokens;
        spent.outputTokens += outputTokens;
      } catch (error) {
        context.signal.throwIfAborted();
        if (hasCode(error, 'TOKEN_BUDGET_SPENT')) throw error;
        this.settings.onFailure?.(error, next?.name ?? 'the passages alone');
        degraded = true;
      }
      if (!next || degraded) continue;
      composer.finish();
      if (composer.grounding !== 'generated') continue;
      held.forEach(say);
      return grounded(composer, { model: backend.name, usage: spent, degraded });
    }
    last.finish();
    return grounded(last, { model: (asked.at(-1) ?? this.backends[0]!).name, usage: spent, degraded });
  }

  /** Lets a model write into a composer. */
  private async phrase(
    composer: GroundedComposer,
    backend: Backend,
    { messages, input, context }: { messages: ChatMessage[]; input: AnswerInput; context: Budgeted },
  ): Promise<AnswerOutput['usage']> {
    const onText = (piece: string) => {
      composer.write(piece);
      return composer.done ? ('stop' as const) : undefined;
    };
    const options = { maxTokens: input.maxTokens, temperature: 0, onText };
    const { finishReason, ...usage } = await backend.ask({ messages, options, budget: context.budget }, context.signal);
    if (finishReason === 'stop') composer.end();
    return usage;
  }

  private cascade(messages: readonly ChatMessage[], { maxTokens, quality }: AnswerInput): Backend[] {
    return cascade(this.backends, { messages, maxTokens, quality });
  }

  private async answerFreely(input: AnswerInput, context: Budgeted): Promise<AnswerOutput> {
    const composer = new FreeComposer((sentence) => release(sentence, context));
    let hasSpoken = false;
    const onText = (piece: string) => {
      hasSpoken = true;
      composer.write(piece);
      return undefined;
    };
    const messages: ChatMessage[] = [...(input.history ?? []), { role: 'user', content: input.question }];
    const options = { maxTokens: input.maxTokens, temperature: FREE_TEMPERATURE, onText };
    const asked = this.cascade(messages, input);
    for (const [n, backend] of asked.entries()) {
      try {
        const call = { messages, options, budget: context.budget };
        const { inputTokens, outputTokens } = await backend.ask(call, context.signal);
        const text = composer.end();
        if (text === '')
          throw new LlmosError('UNAVAILABLE', 'The language model gave an empty answer. Ask in other words.');
        const usage = { inputTokens, outputTokens };
        return { ...NOTHING, text, grounding: 'off', model: backend.name, usage };
      } catch (error) {
        context.signal.throwIfAborted();
        const next = asked[n + 1];
        if (!next || hasSpoken || hasCode(error, 'TOKEN_BUDGET_SPENT')) throw error;
        this.settings.onFailure?.(error, next.name);
      }
    }
    throw new LlmosError('UNAVAILABLE', 'There is no language model to ask.');
  }

  /** An answer that says nothing of the passages. */
  private plain(text: string, context: AnswerContext, choices: readonly Choice[] = []): AnswerOutput {
    context.emit({ sentence: text });
    return { ...NOTHING, text, choices: [...choices], grounding: 'none', model: this.backends[0]!.name };
  }
}

/** What a composer has let through. */
function grounded(
  { text, citations, grounding }: GroundedComposer,
  by: Pick<AnswerOutput, 'model' | 'usage' | 'degraded'>,
): AnswerOutput {
  return { ...NOTHING, text, citations, grounding, ...by };
}

function joined(answers: readonly AnswerOutput[]): AnswerOutput {
  const usage = { inputTokens: 0, outputTokens: 0 };
  for (const { usage: spent } of answers) {
    usage.inputTokens += spent.inputTokens;
    usage.outputTokens += spent.outputTokens;
  }
  const degraded = answers.some((each) => each.degraded);
  return { ...joinSaid(answers), model: answers[0]!.model, usage, degraded };
}

/** A later step screens the whole text, but only after sentences were streamed: those that leak are not streamed. */
function release(sentence: string, context: AnswerContext): void {
  if (!leaks(sentence)) context.emit({ sentence });
}
