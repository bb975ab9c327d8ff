import { hasCode, type InputOf, type OutputOf, type RunContext } from '@llmos/contracts';
import { OUT_OF_SCOPE } from '@llmos/contracts/capabilities/intent';
import type { forget, handOver, record, understand } from '@llmos/contracts/capabilities/conversation';
import { redactText } from '@llmos/privacy';
import { topicOfBare } from './bare-reply.js';
import { cutsOf } from './cuts.js';
import { isBereaved } from './bereavement.js';
import { dangerIn, type Danger } from './danger.js';
import { readDenial } from './denial.js';
import { distressIn, isAlarm } from './distress.js';
import { isYes, refersBack, resolve } from './follow-up.js';
import { languageAskedIn, languageOf, type Language } from './language.js';
import type { HandoverChannel } from './ports/handover-channel.port.js';
import type { Turn, TurnStore } from './ports/turn-store.port.js';
import { questionsOf } from './questions.js';
import { repliesIn, type Replies, type ReplyTexts, type ReplyTopic } from './replies.js';
import { recogniseSmallTalk } from './small-talk/recognise.js';
import { isUnhelped } from './unhelped.js';

export type Understood = OutputOf<typeof understand>;
/** The beginning of a question says what it is about. */
const MAX_CONTEXT = 300;
const MAX_SUMMARY = 500;
/** Marks of emphasis around words: "I do *not* want to close it". */
const EMPHASIS = /(?<![\p{L}\p{N}*_])(\*{1,3}|_{1,3})(?=[^\s*_])([^*_\n]*[^\s*_])\1(?![\p{L}\p{N}*_])/gu;

type Meaning = Omit<Understood, 'conversation' | 'degraded'>;

/** Understands messages in their conversation. Without memory each message stands alone, and the output says so. */
export class ConversationService {
  constructor(
    private readonly turns: TurnStore,
    private readonly texts: ReplyTexts,
    private readonly channel: HandoverChannel,
  ) {}

  /** @param run begins a conversation if the message names none, or that of another user. */
  async understand(
    { text, conversation = '', user, replies, languages }: InputOf<typeof understand>,
    { tenant, run }: { readonly tenant: string; readonly run: string },
  ): Promise<Understood> {
    const texts = repliesIn(languages, this.texts.of(replies));
    const { turns, degraded } = conversation
      ? await this.recall({ tenant, conversation })
      : { turns: [], degraded: false };
    const isOfAnother = user !== undefined && turns.some((turn) => turn.user !== undefined && turn.user !== user);
    const meaning = await meaningOf(text, isOfAnother ? [] : turns, { texts, languages });
    return { ...meaning, conversation: isOfAnother ? run : conversation || run, degraded };
  }

  /** A turn that cannot be kept is no reason to fail the answer that the customer waits for. */
  async record(
    { conversation, user, ...turn }: InputOf<typeof record>,
    { tenant, id }: { readonly tenant: string; readonly id: string },
  ): Promise<OutputOf<typeof record>> {
    try {
      return {
        kept: await this.turns.append({ tenant, conversation }, { ...turn, user }, { id, user }),
        degraded: false,
      };
    } catch (error) {
      if (!hasCode(error, 'UNAVAILABLE')) throw error;
      return { kept: false, degraded: true };
    }
  }

  /** @throws LlmosError UNAVAILABLE if the event cannot be published; repeat it. */
  async handOver(input: InputOf<typeof handOver>, context: RunContext): Promise<OutputOf<typeof handOver>> {
    const { conversation, user, text, language, urgent } = input;
    const { turns, degraded } = await this.recall({ tenant: context.tenant, conversation });
    const intent = turns.findLast((turn) => turn.intent !== undefined && turn.intent !== OUT_OF_SCOPE)?.intent;
    const handover = {
      conversation,
      ...(user === undefined ? {} : { user }),
      summary: withoutSecrets(summaryOf(turns, text, urgent)),
      ...(intent === undefined ? {} : { intent }),
      transcript: [
        ...turns.map((turn) => ({ customer: withoutSecrets(turn.text), answer: withoutSecrets(turn.answer) })),
        { customer: withoutSecrets(text) },
      ],
      citations: citedIn(turns),
      language,
      urgent,
    };
    await this.channel.publish(context, handover);
    return { handover, degraded };
  }

  /** Deletes the conversations of a user. @throws LlmosError UNAVAILABLE; repeat it. */
  async forget({ user }: InputOf<typeof forget>, tenant: string): Promise<OutputOf<typeof forget>> {
    return { conversations: await this.turns.forget(tenant, user) };
  }

  private async recall(ref: { tenant: string; conversation: string }) {
    try {
      return { turns: await this.turns.read(ref), degraded: false };
    } catch (error) {
      if (!hasCode(error, 'UNAVAILABLE')) throw error;
      return { turns: [], degraded: true };
    }
  }
}

/** What a pipeline says, and the languages that its documents have. */
interface Offered {
  readonly texts: Replies;
  readonly languages: readonly string[];
}

async function meaningOf(message: string, turns: readonly Turn[], { texts, languages }: Offered): Promise<Meaning> {
  const text = message.replace(EMPHASIS, '$2');
  const distress = distressIn(text);
  if (distress) return { ...replyTo('distress', distress, texts), handover: true, urgent: true };
  const last = turns.at(-1);
  if (last?.offered && last.choices.length === 0 && isYes(text)) return replyTo('person', 'en', texts);
  const talk = recogniseSmallTalk(text, await languageBefore(turns));
  if (talk?.topic === 'repeat') return repeat(turns, talk.language, texts);
  if (talk) {
    const danger = talk.topic === 'person' ? dangerIn(text) : undefined;
    // A person takes over, and until then the article that protects is the answer.
    if (danger?.subject !== undefined && talk.language === 'en')
      return {
        ...questionIn(readDenial(text).text, turns, texts),
        handover: true,
        notice: texts.en.person,
        language: 'en',
      };
    return { ...replyTo(talk.topic, talk.language, texts), urgent: danger !== undefined };
  }
  if (turns.some(({ question }) => question !== undefined) && isUnhelped(text))
    return { ...replyTo('unhelped', 'en', texts), offered: true };
  const asked = languageAskedIn(text);
  if (asked && !dangerIn(text)) return replyTo(languages.includes(asked) ? 'greeting' : 'language', asked, texts);
  const language = await languageOf([...turns.map((turn) => turn.text), text]);
  if (language !== 'en' && languages.includes(language)) return askedInOther(text, turns, { language, texts });
  if (language !== 'en') return inOtherLanguage(text, language, texts);
  const bare = topicOfBare(text, last);
  if (bare) return { ...replyTo(bare, 'en', texts), ...(bare === 'unhelped' ? { offered: true } : {}) };
  const denial = readDenial(text);
  if (denial.isAll) return replyTo('denied', 'en', texts);
  return { ...questionIn(denial.text, turns, texts), language };
}

/** The language of the conversation so far: a word such as "ok" does not tell it. */
async function languageBefore(turns: readonly Turn[]): Promise<Language> {
  if (turns.length === 0) return 'en';
  const language = await languageOf(turns.map((turn) => turn.text));
  if (language !== 'en' && language !== 'und') return language;
  // A greeting is too short to tell by its letters.
  const isAsked = turns.some((turn) => turn.question !== undefined);
  return (isAsked ? undefined : recogniseSmallTalk(turns.at(-1)!.text)?.language) ?? 'en';
}

/** What refers to earlier messages is known of English alone: the question before is searched beside a question, as context. */
function askedInOther(
  text: string,
  turns: readonly Turn[],
  { language, texts }: { readonly language: Exclude<Language, 'en'> | 'und'; readonly texts: Replies },
): Meaning {
  const context = turns.findLast(({ question }) => question !== undefined)?.question?.slice(0, MAX_CONTEXT);
  const urgent = language !== 'und' && isAlarm(text, language);
  const told = texts[language === 'und' ? 'en' : language];
  return {
    ...{ topic: 'question', question: text, questions: [text], language, handover: false, urgent },
    ...(context === undefined ? { followUp: 'possible' } : { followUp: 'likely', context }),
    ...(urgent ? { notice: told.urgent } : {}),
  };
}

/** Such a question is not answered, but who was robbed is told where help is. */
function inOtherLanguage(text: string, language: Exclude<Language, 'en'> | 'und', texts: Replies): Meaning {
  if (language === 'und') return { ...replyTo('language', 'en', texts), language };
  const reply = replyTo('language', language, texts);
  return isAlarm(text, language)
    ? { ...reply, reply: `${reply.reply} ${texts[language].urgent}`, urgent: true }
    : reply;
}

function questionIn(text: string, turns: readonly Turn[], texts: Replies): Omit<Meaning, 'language'> {
  const danger = dangerIn(text);
  const { question, ...read } = resolve(text, turns);
  const asked = turns.findLast((turn) => turn.question !== undefined);
  const meaning = { topic: 'question', question, ...read, handover: false } as const;
  if (danger) {
    const questions = dangerFirst(wholeQuestions(question), danger);
    const ownWords = danger.subject === undefined ? {} : { ownWords: question };
    return { ...meaning, questions, ...ownWords, urgent: true, notice: texts.en.urgent };
  }
  const offer = isMissed(asked) ? { offer: texts.en.offer } : {};
  const notice = isBereaved(text) ? { notice: texts.en.condolence } : {};
  const questions = wholeQuestions(question);
  const cuts = questions.length === 1 && read.followUp !== 'certain' ? cutsOf(questions[0]!) : [];
  return { ...meaning, questions, ...(cuts.length > 0 ? { cuts } : {}), urgent: false, ...offer, ...notice };
}

/** What tells of danger is answered before everything else. */
function dangerFirst(questions: readonly string[], { subject = '' }: Danger): string[] {
  const first = questions.find((question) => dangerIn(question)) ?? questions.join(' ');
  const others = questions.filter((question) => question !== first && questions.length > 1 && dangerIn(first));
  return [`${first} ${subject}`.trim(), ...others];
}

function repeat(turns: readonly Turn[], language: Language, texts: Replies): Meaning {
  const reply = replyTo('repeat', language, texts);
  return { ...reply, reply: turns.at(-1)?.answer ?? reply.reply };
}

function replyTo(topic: ReplyTopic, language: Language, texts: Replies): Meaning {
  const reply = texts[language][topic];
  return { topic, reply, questions: [], followUp: 'possible', handover: topic === 'person', urgent: false, language };
}

/** Whether a question got no answer: nothing was found, or it was asked back. */
function isMissed(turn: Turn | undefined): boolean {
  return turn?.question !== undefined && turn.citations.length === 0;
}

/** Whoever helps needs the customer's name and number, and never these; the event outlives the conversation. */
function withoutSecrets(text: string): string {
  return redactText(text, ['card', 'security_code', 'pin', 'password']);
}

/** What the customer asked, each question once and in its own words; with what alarms them. The newest counts most. */
function summaryOf(turns: readonly Turn[], text: string, urgent: boolean): string {
  const asked = turns.flatMap(({ question }) => question?.split('\n') ?? []);
  const lines = [...new Set([...asked, ...(urgent || asked.length === 0 ? [text] : [])])];
  while (lines.length > 1 && lines.join(' · ').length > MAX_SUMMARY) lines.shift();
  return lines.join(' · ').slice(0, MAX_SUMMARY);
}

/** The articles that a conversation cites, each once. */
function citedIn(turns: readonly Turn[]): Turn['citations'][number][] {
  const cited = turns.flatMap(({ citations }) => citations.map(({ document, title }) => ({ document, title })));
  return [...new Map(cited.map((citation) => [citation.document, citation])).values()];
}

/** The questions of a message; before one that refers back stands the one that it needs: "how long is it, and what does it cost?" */
function wholeQuestions(text: string): string[] {
  return questionsOf(text).reduce<string[]>((whole, question) => {
    const before = whole.at(-1);
    return [...whole, before !== undefined && refersBack(question) ? `${before}\n${question}` : question];
  }, []);
}
