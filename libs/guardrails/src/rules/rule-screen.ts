import type { Span } from '@llmos/contracts';
import { MANY_INVISIBLE, viewsOf, type TextViews, type View } from '../normalise/views.js';
import { assistantRules } from './assistant-rules.js';
import { attackRules, leakRules } from './attack-rules.js';
import { doubtRules } from './doubt-rules.js';
import { findOrders } from '../languages/find-orders.js';
import type { Rule, TextSource } from './rule.js';

export interface RuleHit {
  /** In the original text. */
  readonly span: Span;
  readonly rule: Rule;
  /** For people: the rule's reason, and how the words were hidden. */
  readonly reason: string;
  /** Whether this hit decides alone. */
  readonly certain: boolean;
  /** Whether this hit alone makes an input suspicious. */
  readonly doubtful: boolean;
}

export interface RuleFindings {
  readonly hits: readonly RuleHit[];
  /** The number of hits of each rule of {@link attackRules}, at most 3; a feature of trained heads. */
  readonly counts: Float32Array;
}

const MAX_HITS_A_RULE = 3;
const MAX_ORDERS = 12;

/** Runs every rule on every view of a text. Pure; linear in the length of the text. */
export function screenByRules({ original, folded, views }: TextViews, source: TextSource): RuleFindings {
  const rules = source === 'output' ? leakRules : [...attackRules, ...doubtRules, ...assistantRules];
  const hits = views.flatMap((view) => rules.flatMap((rule) => hitsOf(rule, view)));
  if (source !== 'output') hits.push(...views.flatMap(ordersIn));
  if (source !== 'output' && folded.invisible >= MANY_INVISIBLE) hits.push(hiddenText(original));
  if (source === 'output') hits.push(...views.flatMap((view) => hitsOf(exfiltrationRule, view)));
  const counts = Float32Array.from(attackRules, (rule) =>
    Math.min(MAX_HITS_A_RULE, hits.filter((hit) => hit.rule === rule).length),
  );
  return { hits, counts };
}

/** Whether a text that is about to be sent leaks instructions or a secret, or sends data to another address. */
export function leaks(text: string): boolean {
  return screenByRules(viewsOf(text), 'output').hits.some(({ certain }) => certain);
}

const exfiltrationRule = ruleById('exfiltration');
const hiddenRule = ruleById('hidden-text');

function hitsOf(rule: Rule, view: View): RuleHit[] {
  const hits: RuleHit[] = [];
  for (const pattern of rule.patterns) {
    for (const match of view.text.matchAll(pattern)) {
      if (hits.length >= MAX_HITS_A_RULE) return hits;
      hits.push(hitOf(rule, view, match.index, match.index + match[0].length));
    }
  }
  return hits;
}

function hitOf(rule: Rule, view: View, start: number, end: number): RuleHit {
  const reason = view.disguise === undefined ? rule.reason : `${rule.reason}, hidden by ${view.disguise}`;
  const isOrder = rule.weight === 'certain' && !(MEANT_FOR_READERS.has(rule.id) && isOfSpeaker(view.text, start, end));
  const certain = isOrder || isHiddenOrder(rule, view);
  const doubtful =
    rule.weight === 'doubtful' &&
    !doesOtherAct(view.text, start) &&
    (rule.mayBeOwn === true || !isOwn(view.text, start, end));
  return { span: view.spanOf(start, end), rule, reason, certain, doubtful };
}

const MEANT_FOR_READERS = new Set(['override', 'persona', 'system-prompt', 'others-data', 'fake-turn']);
const CLAUSE_CHARS = 60;
/**
 * Somebody other than the reader acts, or it is about the speaker's words: "can I ignore …", "what does … mean",
 * "cancel all previous orders". */
const OTHER_ACTOR =
  /\b(?:i|we|he|she|they|who|people|customers?|me|us|him|her|them|nobody|someone|somebody|anyone|anybody|scammers?|fraudsters?|hackers?|criminals|colleagues?|friends?|callers?|kids?|children|son|daughter|what|why|how|when)\b(?:(?!\byou\b)[^.,:;!?"'\n]){0,40}$/;

function isOfSpeaker(text: string, start: number, end: number): boolean {
  return doesOtherAct(text, start) || isOwn(text, start, end);
}

function doesOtherAct(text: string, start: number): boolean {
  return OTHER_ACTOR.test(text.slice(Math.max(0, start - CLAUSE_CHARS), start));
}

function isOwn(text: string, start: number, end: number): boolean {
  return /^cancel|\bmy\b/.test(text.slice(start, end));
}

/** Orders in other languages count as hits of the rule for the same order in English. */
function ordersIn(view: View): RuleHit[] {
  return findOrders(view.text)
    .slice(0, MAX_ORDERS)
    .map(({ rule: id, span: { start, end }, isDoubtful = false }) => {
      const hit = hitOf(ruleById(id), view, start, end);
      return { ...hit, doubtful: isDoubtful && !hit.certain };
    });
}

/** A request about the instructions is never encoded by accident. */
function isHiddenOrder(rule: Rule, view: View): boolean {
  const isAboutRules = ['override-loose', 'system-prompt-loose', 'code-execution'].includes(rule.id);
  return view.kind === 'decoded' && (isAboutRules || rule.weight === 'doubtful');
}

function hiddenText(text: string): RuleHit {
  return {
    span: { start: 0, end: text.length },
    rule: hiddenRule,
    reason: hiddenRule.reason,
    certain: false,
    doubtful: false,
  };
}

function ruleById(id: string): Rule {
  const rule = attackRules.find((candidate) => candidate.id === id);
  if (!rule) throw new Error(`There is no rule '${id}'.`);
  return rule;
}
