import type { Span } from '@llmos/contracts';
import { foldText } from '../normalise/fold.js';
import { chinese } from './chinese.js';
import { dutch } from './dutch.js';
import { french } from './french.js';
import { german } from './german.js';
import { italian } from './italian.js';
import { japanese } from './japanese.js';
import { korean } from './korean.js';
import type { OrderWords } from './order-words.js';
import { portuguese } from './portuguese.js';
import { russian } from './russian.js';
import { spanish } from './spanish.js';

/** The rule of `attackRules` that an order in another language counts for. */
export type OrderRule =
  'override' | 'override-loose' | 'others-data' | 'persona' | 'persona-loose' | 'system-prompt' | 'system-prompt-loose';

/** An order to a model in a language other than English. */
export interface FoundOrder {
  readonly rule: OrderRule;
  /** In the searched text. */
  readonly span: Span;
  /** An order to the reader, but perhaps not about the reader's own rules. */
  readonly isDoubtful?: boolean;
}

type Idea = keyof OrderWords;

interface Language {
  /** Undefined: any text may be in this language. */
  readonly script?: RegExp;
  /** Most characters between the words of one order. */
  readonly reach: number;
  /** The words that every order has one of. */
  readonly topics: RegExp;
  readonly words: Readonly<Record<Idea, RegExp>>;
}

/** Most characters between an order and what it is about, such as "on" in "the limits on my card". */
const NEXT = 8;
const END = '\\b';
/** Every order is about one of these. */
const TOPICS = new Set<string>(['orders', 'secrets', 'records', 'confidential', 'free', 'whole']);
const LANGUAGES: readonly Language[] = [
  ...[german, spanish, french, italian, portuguese, dutch].map((words) => latin(words)),
  cyrillic(russian),
  unspaced(
    chinese,
    /^[^\p{Script=Hiragana}\p{Script=Katakana}]*\p{Script=Han}[^\p{Script=Hiragana}\p{Script=Katakana}]*$/u,
    24,
  ),
  unspaced(japanese, /[\p{Script=Hiragana}\p{Script=Katakana}]/u, 40),
  unspaced(korean, /[\p{Script=Hangul}]/u, 60),
];
const SENTENCE = /[^.!?\n。！？;；]+[.!?\n。！？;；]?/gu;

/**
 * Finds orders to a model in German, Spanish, French, Italian, Portuguese, Dutch, Russian, Chinese, Japanese and
 * Korean: words of the same sentence that together set the reader's rules aside, ask for its instructions, or give it a
 * role without rules. What the speaker does, and questions about such words, are only likely orders. Linear time.
 *
 * @param text folded without replacing look-alikes; see `foldText`.
 */
export function findOrders(text: string): FoundOrder[] {
  const spoken = LANGUAGES.filter(({ script, topics }) => (!script || script.test(text)) && text.search(topics) >= 0);
  return spoken.flatMap((language) =>
    [...text.matchAll(SENTENCE)].flatMap((sentence) => ordersIn(sentence[0], sentence.index, language)),
  );
}

function ordersIn(sentence: string, offset: number, { words, reach }: Language): FoundOrder[] {
  const find = (idea: Idea): Span[] => spansOf(sentence, words[idea]);
  const found = (rule: OrderRule, { start, end }: Span): FoundOrder => ({
    rule,
    span: { start: start + offset, end: end + offset },
  });
  const orders: FoundOrder[] = [];
  const [ignore, role] = [find('ignore'), find('role')];
  const show = find('show');
  const asks = find('asks');
  const [whole] = find('whole');
  if (!whole && ignore.length + role.length + show.length + asks.length === 0) return orders;
  const your = find('your');
  const others = find('others');
  const isTold = asks.length === 0 || your.length > 0;
  const mine = your.length > 0 ? [] : find('mine');
  const isOthers = ({ start }: Span): boolean => others.some((other) => other.start <= start);
  const doubted = (rule: OrderRule, span: Span, isLikely = true): FoundOrder => ({
    ...found(rule, span),
    isDoubtful: isLikely && mine.length === 0 && !isOthers(span),
  });
  const isForReader = (span: Span): boolean => isTold && !isOthers(span);

  const aside = pair(ignore, find('orders'), reach);
  if (aside) {
    const isOwn = [...find('given'), ...your].some(
      ({ start, end }) => start >= aside.start - reach / 2 && end <= aside.end + reach / 2,
    );
    const isAboutMine = mine.some(({ start, end }) => start - aside.end <= NEXT && aside.start - end <= NEXT);
    const isCertain = isOwn && isForReader(aside) && !isAboutMine;
    orders.push(isCertain ? found('override', aside) : doubted('override-loose', aside, isTold));
  }
  const secrets = find('secrets');
  const data = pair(show, find('records'), reach);
  if (data) orders.push(found(isTold ? 'others-data' : 'system-prompt-loose', data));
  const secret = pair([...show, ...(your.length > 0 ? asks : [])], secrets, reach);
  if (secret) orders.push(isTold ? found('system-prompt', secret) : doubted('system-prompt-loose', secret));
  else {
    const confidential = find('confidential');
    const asked = pair([...show, ...asks], [...secrets, ...confidential], reach);
    if (asked) orders.push(doubted('system-prompt-loose', asked, secrets.length > 0 || confidential.length > 1));
  }
  if (whole) orders.push(found(isTold ? 'persona' : 'persona-loose', whole));
  const free = find('free');
  const persona = pair(role, free, reach * 2);
  if (persona) orders.push(isForReader(persona) ? found('persona', persona) : doubted('persona-loose', persona));
  else if (role[0] && free.length === 0 && asks.length === 0 && isForReader(role[0]))
    orders.push(found('persona-loose', role[0]));
  return orders;
}

/** The span from one of `left` to one of `right`, in either order, if they are near each other. */
function pair(left: readonly Span[], right: readonly Span[], reach: number): Span | undefined {
  for (const one of left) {
    const other = right.find(
      ({ start, end }) => start - one.end <= reach && one.start - end <= reach && start !== one.start,
    );
    if (other) return { start: Math.min(one.start, other.start), end: Math.max(one.end, other.end) };
  }
  return undefined;
}

/** Enough for one order, and a bound on the work. */
const MAX_SPANS = 12;

function spansOf(sentence: string, pattern: RegExp): Span[] {
  const spans: Span[] = [];
  for (const match of sentence.matchAll(pattern)) {
    if (spans.length >= MAX_SPANS) break;
    spans.push({ start: match.index, end: match.index + match[0].length });
  }
  return spans;
}

/** In Latin letters, without the much slower Unicode classes: folded texts have few other letters. */
function latin(words: OrderWords): Language {
  return compile(words, { reach: 70, wrap: (entries) => new RegExp(`\\b(?:${entries})[a-zß]*`, 'g') });
}

function cyrillic(words: OrderWords): Language {
  const wrap = (entries: string): RegExp => new RegExp(`(?<!\\p{L})(?:${entries})\\p{L}*`, 'gu');
  return compile(words, { reach: 70, wrap, script: /\p{Script=Cyrillic}/u });
}

function unspaced(words: OrderWords, script: RegExp, reach: number): Language {
  return compile(words, { reach, wrap: (entries) => new RegExp(`(?:${entries})`, 'gu'), script });
}

interface Writing {
  readonly reach: number;
  readonly wrap: (entries: string) => RegExp;
  readonly script?: RegExp;
}

function compile(words: OrderWords, { reach, wrap, script }: Writing): Language {
  const ideas = Object.entries(words).map(
    ([idea, entries]: [string, readonly string[]]) => [idea, entries.map(folded)] as const,
  );
  const end = wrap('').unicode ? '(?!\\p{L})' : '\\b';
  const patternOf = (entries: readonly string[]): RegExp => wrap(entries.join('|').replaceAll(END, end));
  const topics = ideas.flatMap(([idea, entries]) => (TOPICS.has(idea) ? entries : []));
  return {
    ...(script ? { script } : {}),
    reach,
    topics: patternOf(topics),
    words: Object.fromEntries(ideas.map(([idea, entries]) => [idea, patternOf(entries)])) as Language['words'],
  };
}

/** An entry as folded texts have it; classes such as `\\p{L}` stay. */
function folded(entry: string): string {
  const parts = entry.split(/(\\p\{L\}|\\[a-z])/);
  return parts.map((part) => (part.startsWith('\\') ? part : foldText(part, false).text)).join('');
}
