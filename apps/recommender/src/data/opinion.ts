/** What an event of a history says about its item. `passive`: seen, which takes back no earlier opinion. */
export type EventKind = 'against' | 'rating' | 'passive' | 'for';

const AGAINST = new Set(
  'dislike dislikes disliked hate hated return returns returned refund refunds refunded chargeback hide hidden block blocked report reported complain complained complaint downvote downvoted cancel cancelled canceled dismiss dismissed reject rejected remove removed skip skipped uninstall uninstalled uninterested'.split(
    ' ',
  ),
);
/** Takes an earlier sign of interest back: `unlike`, `remove_from_cart`; or says no in several words. */
const AGAINST_PHRASES =
  /^(?:un_?(?:like|follow|subscribe|favou?rite|save|watch|pin|star|heart|bookmark|wish)d?(?:ed)?|(?:thumbs?|vote)_down|down_vote|swipe_left|show_(?:less|fewer)|(?:\w+_)?negative(?:_feedback)?)$/;
/** `no_longer_interested`, `did_not_like` */
const DENIED =
  /^(?:\w+_)?(?:not?|no_longer|don_?t|didn_?t|never)_(?:interested|likes?d?|relevant|recommend\w*|for_me)$/;
/** `remove_favorite`, `deleted_from_cart`: takes back what was a sign of interest. */
const TAKEN_BACK =
  /^(?:remove|delete|undo)d?_(?:from_\w+|favou?rites?|bookmarks?|likes?|hearts?|stars?|saves?|cart|basket|wish_?list)$/;
/** `return_requested`, `dislike_clicked`: the step of what is against an item. */
const STEP_AGAINST =
  /^(?:dislike|downvote|return|refund|chargeback|complaint|cancellation)_(?:request|file|submitt?|initiate|start|create|complete|process|approve|click)(?:e?d)?$/;
const OBJECTS = new Set('item product order article purchase movie song track video book content ad'.split(' '));
const RATINGS = new Set('rate rated rating review reviewed stars score'.split(' '));
const PASSIVE = new Set(
  'view viewed views impression seen see open opened click clicked visit visited show shown'.split(' '),
);

/** The kind of an event by its name: `return`, `order_refunded` and `hide_item` are against. */
export function kindOfEvent(event: string): EventKind {
  const words = event.split('_');
  const [first, last] = [words[0]!, words.at(-1)!];
  const isVerbFirst = words.length === 2 && OBJECTS.has(last) && AGAINST.has(first);
  const isPhrase = [AGAINST_PHRASES, DENIED, TAKEN_BACK, STEP_AGAINST].some((phrase) => phrase.test(event));
  if (AGAINST.has(last) || isVerbFirst || isPhrase) return 'against';
  if (RATINGS.has(last)) return 'rating';
  return PASSIVE.has(last) ? 'passive' : 'for';
}

/** Ratings up to this value, of five, speak against an item; of one, those up to a fifth of it. */
const LOW_RATING = 2;
/** With this many ratings, a scale of five is known by its higher ratings. */
const ENOUGH_RATINGS = 20;
const RARE = 0.05;

/** Whether a tenant's ratings go to five or more, or only to one: 1 is the worst of five and the best of one. */
export class RatingScale {
  private total = 0;
  private aboveOne = 0;
  private belowOne = 0;

  count(value: number, sign: 1 | -1): void {
    this.total += sign;
    if (value > 1) this.aboveOne += sign;
    if (value < 1) this.belowOne += sign;
  }

  get lowRating(): number {
    const isOfOne = this.aboveOne <= this.total * RARE && (this.belowOne > 0 || this.total >= ENOUGH_RATINGS);
    return isOfOne ? LOW_RATING / 5 : LOW_RATING;
  }
}

/** Interactions of a user as columns, oldest first. */
interface Timeline {
  readonly items: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  readonly times: ArrayLike<number>;
}

/**
 * Whether a user is for (true) or against (false) each item of the history. The latest interaction decides; of several
 * at one time the one against. Looking at an item again takes no dislike back.
 */
export function opinionsOf(
  { items, values, times }: Timeline,
  kindAt: (place: number) => EventKind,
  lowRating: number,
): Map<number, boolean> {
  const opinions = new Map<number, boolean>();
  const againstMs = new Map<number, number>();
  for (let at = 0; at < items.length; at++) {
    const [item, value, kind] = [items[at]!, values[at]!, kindAt(at)];
    const isAgainst = value <= 0 || kind === 'against' || (kind === 'rating' && value <= lowRating);
    if (isAgainst) againstMs.set(item, times[at]!);
    const isFirm = opinions.get(item) === false && (kind === 'passive' || againstMs.get(item) === times[at]);
    opinions.set(item, !isAgainst && !isFirm);
  }
  return opinions;
}
