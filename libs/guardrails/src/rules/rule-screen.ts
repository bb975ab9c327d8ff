import type { Span } from '@llmos/contracts';
import { viewsOf, type TextViews, type View } from '../normalise/views.js';
import { attackRules, leakRules } from './attack-rules.js';
import type { Rule, TextSource } from './rule.js';

export interface RuleHit {
  /** In the original text. */
  readonly span: Span;
  readonly rule: Rule;
  /** For people: the rule's reason, and how the words were hidden. */
  readonly reason: string;
  /** Whether this hit decides alone. */
  readonly certain: boolean;
}

export interface RuleFindings {
  readonly hits: readonly RuleHit[];
  /** The number of hits of each rule of {@link attackRules}, at most 3; a feature of trained heads. */
  readonly counts: Float32Array;
}

const MAX_HITS_A_RULE = 3;
/** A few invisible characters come from copying; many hide something. */
const MANY_INVISIBLE = 4;

/** Runs every rule on every view of a text. Pure; linear in the length of the text. */
export function screenByRules({ original, folded, views }: TextViews, source: TextSource): RuleFindings {
  const rules = source === 'output' ? leakRules : attackRules;
  const hits = views.flatMap((view) => rules.flatMap((rule) => hitsOf(rule, view)));
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
      const reason = view.disguise === undefined ? rule.reason : `${rule.reason}, hidden by ${view.disguise}`;
      const span = view.spanOf(match.index, match.index + match[0].length);
      hits.push({ span, rule, reason, certain: rule.weight === 'certain' || isHiddenOrder(rule, view) });
    }
  }
  return hits;
}

/** A request about the instructions is never encoded by accident. */
function isHiddenOrder(rule: Rule, view: View): boolean {
  return view.kind === 'decoded' && ['override-loose', 'system-prompt-loose', 'code-execution'].includes(rule.id);
}

function hiddenText(text: string): RuleHit {
  return { span: { start: 0, end: text.length }, rule: hiddenRule, reason: hiddenRule.reason, certain: false };
}

function ruleById(id: string): Rule {
  const rule = attackRules.find((candidate) => candidate.id === id);
  if (!rule) throw new Error(`There is no rule '${id}'.`);
  return rule;
}
