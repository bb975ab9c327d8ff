import { wordsOf } from './small-talk/recognise.js';

const BEFORE = "(?:(?:no|nope|but|well|sorry|ok|okay|hm+|and|thanks|thank you|i'm afraid|im afraid) )*";
const IT = '(?:that|this|it|which|your answer|the answer|the article|what you said)(?: really| still)?';
const NOT =
  "(?:does not|doesn't|doesnt|did not|didn't|didnt|is not|isn't|isnt|was not|wasn't|wasnt|'s not|has not|hasn't)(?: really| actually)?";
const HELP =
  'help(?: me)?(?: at all| much)?|helpful(?: at all)?|useful|answer (?:my|the) question|answer it|what i (?:asked|meant|wanted|want|need)(?: for| to know)?|my question|the answer|right|correct|true|helped(?: me)?';
const UNHELPED = new RegExp(
  `^${BEFORE}(?:${[
    `${IT} ${NOT} (?:${HELP})`,
    `that's not (?:${HELP})|thats not (?:${HELP})`,
    "(?:that|this) (?:did not|didn't|didnt|does not|doesn't|doesnt) work(?: for me)?",
    "(?:that's |thats |that is |it's )?(?:not (?:helpful|useful|what i asked|what i meant)|unhelpful|no help(?: at all)?|wrong|the wrong answer|wrong answer|of no use)",
    "you (?:did not|didn't|didnt|have not|haven't|do not|don't) (?:really )?(?:answer(?:ed)? (?:my|the) question|answer(?:ed)? me|help(?:ed)?(?: me)?|understand(?: me| my question)?)",
    "(?:i've |i have |i )?(?:already )?(?:tried|did|done|read) (?:that|this|it)(?: already)?",
    "i (?:still )?(?:don't|do not|dont) (?:understand|get it|get that)(?: that| it| this| your answer)?",
    'why|why not|why is that|but why|how come|how so|why though',
  ].join('|')})(?: (?:though|sorry|at all|then|please|either))*$`,
  'u',
);

/** Whether a message says no more than that the answer before it did not help: the same answer again would not either. */
export function isUnhelped(text: string): boolean {
  return UNHELPED.test(wordsOf(text).join(' '));
}
