import { hasCode, LlmosError, type InputOf, type OutputOf } from '@llmos/contracts';
import type { answer } from '@llmos/contracts/capabilities/generation';
import { leaks } from '@llmos/guardrails';
import type { Backend } from './backends/backend.js';
import { cascade } from './backends/cascade.js';
import { GroundedComposer } from './grounding/composer.js';
import { joinAnswers, linesOf, partsOf, type Part } from './grounding/parts.js';
import { groundedPrompt } from './grounding/prompt.js';
import { weigh, type Choice } from './grounding/evidence.js';
import { looksLikeInstruction, sourcesOf, type Source } from './grounding/sources.js';
import { FreeComposer } from './free-composer.js';
import type { ChatMessage, LanguageModel } from './ports/language-model.port.js';
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

/** To somebody in danger, whom the notice then tells where help is: to ask in another way helps nobody then. */
export const NOT_FOUND_URGENT_TEXT = 'I am sorry to hear that. Our help centre has nothing about it.';
export const NOT_FOUND_TEXT =
  'I could not find anything about that in our help centre. ' +
  'Could you ask it in another way, or contact our support team?';
export const NOTHING_HEARD_TEXT = 'Sorry, I did not hear a question. Could you say it again?';
const MAX_NAMED_CHARACTERS = 200;
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
    const answers = await this.answerEach(partsOf({ ...input, question }), input, context);
    if (input.notice) answers.push(this.plain(input.notice, context));
    else if (input.offer && answers.every(({ grounding }) => grounding === 'none'))
      answers.push({ ...this.plain(input.offer, context), offered: true });
    return joinAnswers(answers);
  }

  private async answerEach(parts: readonly Part[], input: AnswerInput, context: Budgeted): Promise<AnswerOutput[]> {
    const isUrgent = input.notice !== undefined;
    const weighed = parts.map((part) => ({
      ...part,
      evidence: weigh(part.passages, this.settings.minRelevance, isUrgent),
    }));
    if (weighed.every(({ evidence }) => evidence.kind === 'none'))
      return [{ ...this.plain(notFoundText(input), context), unanswered: parts.map(({ question }) => question) }];
    const answers: AnswerOutput[] = [];
    const said = new Set<string>();
    for (const { question, evidence } of weighed) {
      if (evidence.kind === 'choice' || evidence.kind === 'doubt') {
        const isAsking = answers.some(({ choices }) => choices.length > 0);
        const asked = isAsking
          ? this.plain(laterText(question), context)
          : this.plain(choiceText(evidence.choices), context, evidence.choices);
        answers.push({ ...asked, unanswered: evidence.kind === 'doubt' ? [question] : [] });
        continue;
      }
      const sources = evidence.kind === 'answer' ? sourcesOf(evidence.passages) : [];
      const missing = parts.length > 1 ? missingText(question) : notFoundText(input);
      answers.push(
        sources.length === 0
          ? { ...this.plain(missing, context), unanswered: [question] }
          : await this.answerFrom(sources, { ...input, question }, context, said),
      );
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

function notFoundText({ notice }: AnswerInput): string {
  return notice ? NOT_FOUND_URGENT_TEXT : NOT_FOUND_TEXT;
}

/** The question of several that nothing answers is named. */
function missingText(question: string): string {
  return `I could not find anything about “${question.slice(0, MAX_NAMED_CHARACTERS)}” in our help centre.`;
}

/** A customer is asked back once. */
function laterText(question: string): string {
  return `After that, please ask me again: “${question.slice(0, MAX_NAMED_CHARACTERS)}”`;
}

/** Titles are in quotation marks, because some are questions and others are not. */
function choiceText(choices: readonly Choice[]): string {
  const named = choices.map(({ title }) => `“${title}”`).join(' or ');
  return `Do you mean: ${named}${/[?!]”$/u.test(named) ? '' : '?'}`;
}

/** A later step screens the whole text, but only after sentences were streamed: those that leak are not streamed. */
function release(sentence: string, context: AnswerContext): void {
  if (!leaks(sentence)) context.emit({ sentence });
}
