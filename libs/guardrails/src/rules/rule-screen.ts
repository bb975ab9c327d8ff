import type { Span } from '@llmos/contracts';
import { viewsOf, type View } from '../normalise/views.js';
import { attackRules, leakRules } from './attack-rules.js';
import type { Rule, TextSource } from './rule.js';

export interface RuleHit {
  /** In the original text. */
  readonly span: Span;
  readonly rule: Rule;
  /** For a person: the rule's, and how the words were hidden. */
  readonly reason: string;
  /** Whether it decides alone. */
  readonly certain: boolean;
}

export interface RuleFindings {
  /** The folded text, for the word features of the head. */
  readonly folded: string;
  readonly hits: readonly RuleHit[];
  /** Per rule of {@link attackRules}: how often it hit, at most 3. Input of the head. */
  readonly counts: Float32Array;
}

const MAX_HITS_A_RULE = 3;
/** A few invisible characters come from copying; many hide something. */
const MANY_INVISIBLE = 4;

/** Tries every rule on every reading of a text. Pure; linear in the length of the text. */
export function screenByRules(text: string, source: TextSource): RuleFindings {
  const { folded, views } = viewsOf(text);
  const rules = source === 'output' ? leakRules : attackRules;
  const hits = views.flatMap((view) => rules.flatMap((rule) => hitsOf(rule, view)));
  if (source !== 'output' && folded.invisible >= MANY_INVISIBLE) hits.push(...hiddenText(text));
  if (source === 'output') hits.push(...views.flatMap((view) => hitsOf(exfiltrationRule, view)));
  const counts = Float32Array.from(attackRules, (rule) =>
    Math.min(MAX_HITS_A_RULE, hits.filter((hit) => hit.rule === rule).length),
  );
  return { folded: folded.text, hits, counts };
}

/** Whether something that is about to be said leaks instructions or a secret, or carries data away. */
export function leaks(text: string): boolean {
  return screenByRules(text, 'output').hits.some(({ certain }) => certain);
}

const exfiltrationRule = ruleById('exfiltration');
const hiddenRule = ruleById('hidden-text');

function hitsOf(rule: Rule, view: View): RuleHit[] {
  const hits: RuleHit[] = [];
  for (const pattern of rule.patterns) {
    for (const match of view.text.matchAll(pattern)) {
      if (hits.length >= MAX_HITS_A_RULE) return hits;
      const reason = view.disguise === undefined ? rule.reason : `${rule.reason}, hidden by ${view.disguise}`;
      const span = view.spanOf(match.index, match.index + match[0].length);
      hits.push({ span, rule, reason, certain: rule.weight === 'certain' || isHiddenOrder(rule, view) });
    }
  }
  return hits;
}

/** Nobody encodes a request about the instructions by accident. */
function isHiddenOrder(rule: Rule, view: View): boolean {
  return view.kind === 'decoded' && ['override-loose', 'system-prompt-loose', 'code-execution'].includes(rule.id);
}

function hiddenText(text: string): RuleHit[] {
  return [{ span: { start: 0, end: text.length }, rule: hiddenRule, reason: hiddenRule.reason, certain: false }];
}

function ruleById(id: string): Rule {
  const rule = attackRules.find((candidate) => candidate.id === id);
  if (!rule) throw new Error(`There is no rule '${id}'.`);
  return rule;
}
