export { foldText } from './normalise/fold.js';
export { undisguised, viewsOf, type TextViews } from './normalise/views.js';
export { withoutReports } from './reported/reported-speech.js';
export { attackRules } from './rules/attack-rules.js';
export { leaks, screenByRules, type RuleFindings, type RuleHit } from './rules/rule-screen.js';
export type { TextSource } from './rules/rule.js';
