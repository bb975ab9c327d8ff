import type { PersonalData } from './finding.js';
import { brands, organisationWords } from './names/brands.js';
import {
  AND_I,
  ARTICLE_BEFORE,
  BOUNDARY,
  CONTEXT_BEHIND,
  CONTEXTS,
  HOUSE,
  IN_BEFORE,
  isThingBehind,
  KIN_BEHIND,
  OWNER_BEFORE,
  PERSON_BEHIND,
  PLACE_BEFORE,
  PRESENT_BEHIND,
  SPEAKING_BEHIND,
  type Trust,
  WORK_BEFORE,
} from './names/name-contexts.js';
import { firstOfFamily } from './names/family-name.js';
import { isGreeted, isMonth, isMonthBehindDay } from './names/months.js';
import { isInitial, isLetter, nameWords, type NameWord } from './names/name-word.js';
import { isShop } from './names/shop-contexts.js';

/** Also how many particles and initials in a row are read: a text may have thousands. */
const MAX_WORDS = 5;
/** So short a word in capitals is rather an acronym: "AUD". */
const SHORT = 4;
const MAX_BRAND_CHARS = 30;
/** Before the first word of a clause. */
const FIRST = /(?:^|[.!?\n] ?|(?:^|[^\p{L}])(?:yes|yeah|hi|ok),? )$/iu;

/**
 * Persons by the words around their names and by lists of given names and surnames, in any case. Many names are missed
 * without a model: callers that have entities pass them to `findPii`.
 */
export function findPersons(text: string): PersonalData[] {
  const names = new Names(text);
  const introduced = CONTEXTS.flatMap(({ trust, pattern }) =>
    [...text.matchAll(pattern)].flatMap(({ 0: match, index }) => names.startingAt(index + match.length, trust)),
  );
  return [...introduced, ...names.known()].flatMap((name) => [name, ...names.joinedTo(name)]);
}

/** Reads names in the words of one text. */
class Names {
  private readonly words: readonly NameWord[];
  private readonly byStart: ReadonlyMap<number, number>;

  constructor(private readonly text: string) {
    this.words = nameWords(text);
    this.byStart = new Map(this.words.map(({ start }, at) => [start, at]));
  }

  /** The name at a place that words introduce. */
  startingAt(place: number, trust: Trust): PersonalData[] {
    const at = this.byStart.get(place);
    if (at === undefined || !this.canStart(at, trust)) return [];
    const name = this.nameFrom(at, trust, trust === 'sure' ? 0.9 : 0.8);
    return this.isBehindBrand(at) || (trust !== 'sure' && this.isBrand(at, name)) ? [] : [name];
  }

  /** Names from the lists, and before words such as "here", without an introduction. */
  known(): PersonalData[] {
    const found: PersonalData[] = [];
    for (let at = 0; at < this.words.length;) {
      const name = this.isKnown(at) ? this.nameFrom(at, 'likely', 0.7) : undefined;
      if (name && !this.isThing(at, name) && !this.isBrand(at, name)) found.push(name);
      at = name ? this.after(name.end, at) : at + 1;
    }
    return found;
  }

  /** "Farida Begum and Shafiq Ullah": a name that "and" joins to another one. */
  joinedTo({ end, kind }: PersonalData): PersonalData[] {
    const joint = / (?:and|&|or) (?=\p{Lu})/uy;
    joint.lastIndex = end;
    const place = end + (joint.exec(this.text)?.[0].length ?? 0);
    return place === end || kind === 'introduced' ? [] : this.startingAt(place, 'likely');
  }

  private after(end: number, at: number): number {
    let next = at + 1;
    while (next < this.words.length && this.words[next]!.start < end) next++;
    return next;
  }

  private canStart(at: number, trust: Trust, more = MAX_WORDS): boolean {
    const word = this.words[at]!;
    const next = this.follower(at);
    if (isInitial(word) && next !== undefined && this.isUnlisted(next)) return true;
    if (word.isParticle || isInitial(word) || (trust === 'sure' && word.plain.length === 1))
      return next !== undefined && more > 0 && this.canStart(next, trust, more - 1);
    if (trust !== 'sure' && isMonth(word.plain))
      return this.isSurnameAt(next) || this.isAt(PRESENT_BEHIND, word.next) || isGreeted(this.text, word);
    if (word.isGiven) return true;
    if (word.isWord && word.style === 'lower' && trust !== 'sure') return this.isClosedWord(word, next);
    if (word.isWord) return true;
    if (word.isCommon) return trust === 'sure' && (word.isSurname || (word.isInflected && word.style === 'capital'));
    if (trust === 'sure') return word.plain.length > 1;
    if (trust === 'kin' && (this.isAt(BOUNDARY, word.next) || this.isAt(KIN_BEHIND, word.next)))
      return word.plain.length > 2;
    if (word.isSurname || this.isComma(at, trust)) return true;
    if (word.style === 'capital') return trust === 'met' || this.isClosed(at);
    return word.style === 'lower' && word.plain.length > 2 && this.isAt(PRESENT_BEHIND, word.next);
  }

  /** Capitalised, in no list, and longer than most acronyms. */
  private isUnlisted(at: number): boolean {
    const { style, isCommon, plain } = this.words[at]!;
    return (style === 'capital' || style === 'upper') && !isCommon && plain.length > SHORT;
  }

  /** "hi its rose again", but not "hello may i". */
  private isClosedWord({ plain, next: end }: NameWord, next: number | undefined): boolean {
    const isModal = /^(?:may|will)$/.test(plain);
    return this.isSurnameAt(next) || (this.isAt(BOUNDARY, end) && !(isModal && this.text[end] === ' '));
  }

  /** Whether a capitalised word of no list ends the clause, as in "Dear Zbigniew,". */
  private isClosed(at: number): boolean {
    const next = this.follower(at);
    if (next !== undefined && this.words[next]!.style === 'capital' && !this.words[next]!.isCommon) return true;
    return this.isAt(BOUNDARY, this.words[at]!.next);
  }

  private isKnown(at: number): boolean {
    const word = this.words[at]!;
    const next = this.follower(at);
    if (isInitial(word) && next !== undefined)
      return (
        (word.plain.length > 1 && this.isUnlisted(next)) || (this.isSurnameAt(next) && !this.words[next]!.isCommon)
      );
    if (word.isGiven) return word.style !== 'upper' || word.plain.length > SHORT || this.surnameAt(next, word);
    if (this.isComma(at, 'likely')) return true;
    if (word.isWord)
      return (
        this.surnameAt(next, word) ||
        (this.isFirst(word) && (this.isAt(CONTEXT_BEHIND, word.next) || this.isAt(AND_I, word.next)))
      );
    if (word.isCommon) return false;
    if (this.isFirst(word) && this.isAt(SPEAKING_BEHIND, word.next)) return true;
    if (word.isSurname && word.style !== 'lower') return this.givenAt(next, word);
    return (
      word.style === 'capital' &&
      ((this.surnameAt(next, word) && !this.words[next!]!.isCommon) || this.isAt(CONTEXT_BEHIND, word.next))
    );
  }

  /** "Wang Wei": the surname first. */
  private givenAt(at: number | undefined, { style }: NameWord): boolean {
    return at !== undefined && this.words[at]!.isGiven && this.words[at]!.style === style;
  }

  private surnameAt(at: number | undefined, { style }: NameWord): boolean {
    return at !== undefined && this.words[at]!.isSurname && this.words[at]!.style === style;
  }

  private isFirst({ start }: NameWord): boolean {
    return FIRST.test(this.text.slice(Math.max(0, start - 6), start));
  }

  private isSurnameAt(at: number | undefined): boolean {
    return at !== undefined && this.words[at]!.isSurname;
  }

  /** "SMITH, JOHN", "SMITH, J." */
  private isComma(at: number, trust: Trust): boolean {
    const { next: end, style, isSurname, isWord, isCommon } = this.words[at]!;
    const next = this.words[at + 1];
    if (next?.start !== end + 2 || !this.text.startsWith(', ', end)) return false;
    if (style === 'lower' || next.style === 'lower' || (style === 'capital' && next.style === 'upper')) return false;
    if (trust === 'sure' && style === 'capital' && !isCommon && (next.isGiven || isLetter(next))) return true;
    if (!isSurname && !isWord && (isCommon || style !== 'upper')) return false;
    return next.isGiven || next.isWord || isLetter(next) || (trust === 'sure' && !next.isCommon);
  }

  /** The word one space, or a hyphen, behind another. */
  private follower(at: number): number | undefined {
    const [word, next] = [this.words[at]!, this.words[at + 1]];
    return next?.start === word.next + 1 && /[ \u2010-]/.test(this.text[word.next]!) ? at + 1 : undefined;
  }

  private nameFrom(at: number, trust: Trust, confidence: number): PersonalData {
    const { isGiven, isSurname, style } = this.words[at]!;
    let last = this.lastPart(at, trust);
    const isFamily = isSurname || !isGiven;
    const isInverted = isFamily && (last === at || style === 'upper') && this.isComma(last, trust);
    if (isInverted) last = this.lastGiven(last + 1);
    const { start } = this.words[isInverted ? firstOfFamily(this.words, at) : at]!;
    const { end } = this.words[last]!;
    return { start, end, type: 'person', confidence, kind: trust === 'sure' ? 'introduced' : 'named' };
  }

  private lastPart(at: number, trust: Trust): number {
    let last = at;
    for (let count = 1; count < MAX_WORDS; count++) {
      const [word, next] = [this.words[last]!, this.follower(last)];
      const end = next === undefined || word.next > word.end ? undefined : this.extends(at, next, trust);
      if (end === undefined) break;
      last = end;
    }
    return last;
  }

  private lastGiven(at: number, more = MAX_WORDS): number {
    const next = this.follower(at);
    const goesOn = next !== undefined && (this.words[next]!.isGiven || isLetter(this.words[next]!));
    return goesOn && more > 0 ? this.lastGiven(next, more - 1) : at;
  }

  /** The last word of a part of the name that begins at `next`; undefined if the name ends before it. */
  private extends(from: number, next: number, trust: Trust, more = MAX_WORDS): number | undefined {
    const [first, word] = [this.words[from]!, this.words[next]!];
    if (word.isParticle || word.style === 'initial') {
      const behind = this.follower(next);
      if (behind === undefined || more === 0) return undefined;
      return word.isParticle && this.canFollowParticle(behind) ? behind : this.extends(from, behind, trust, more - 1);
    }
    if (first.style !== 'lower' && !first.isParticle && word.style === 'lower') return undefined;
    if (word.isSurname || word.isGiven) return next;
    if (word.isCommon || word.isWord || word.plain.length < 2) return undefined;
    const isFree = word.style === 'capital' || word.hasAccent || trust === 'sure' || this.isAt(BOUNDARY, word.next);
    return isFree ? next : undefined;
  }

  private canFollowParticle(at: number): boolean {
    const { isParticle, isCommon, style } = this.words[at]!;
    return !isParticle && (style !== 'lower' || !isCommon);
  }

  private isBrand(at: number, { end }: PersonalData): boolean {
    const word = this.words[at]!;
    const behind = this.words
      .slice(at, at + 4)
      .filter(({ start }) => start < word.start + MAX_BRAND_CHARS)
      .map(({ plain }) => plain);
    // "Ernst and Young", "Marcus by Goldman"
    const joined = behind.filter((plain) => plain !== 'and' && plain !== 'by');
    const candidates = [joined.slice(0, 2), joined.slice(0, 3)];
    if (this.isBehindBrand(at) || this.isOrganisation(this.after(end, at))) return true;
    // "Wendy's and Lidl"
    const isShop = word.next > word.end && brands.has(word.plain);
    return isShop || candidates.some((words) => words.length > 1 && brands.has(words.join('-')));
  }

  /** "Captain America", "Ben & Jerry" */
  private isBehindBrand(at: number): boolean {
    const behind = this.words[at - 1]?.plain === 'and' ? at - 2 : at - 1;
    const first = this.words[behind]?.plain.replace(/\.$/, '');
    return brands.has(`${first}-${this.words[at]!.plain}`);
  }

  /** "Kelly Services": whether the last word of the name, or the word behind it, is that of an organisation. */
  private isOrganisation(after: number): boolean {
    const last = this.words[after - 1]!;
    const next = this.follower(after - 1);
    return [last, next === undefined ? last : this.words[next]!].some(
      ({ plain, style }) => style === 'capital' && organisationWords.has(plain),
    );
  }

  /** What is called after a person: "San Diego", "the Victoria line". */
  private isThing(at: number, { start, end }: PersonalData): boolean {
    const { style, next, plain } = this.words[at]!;
    const before = this.text.slice(Math.max(0, start - 30), start);
    const [isOne, hasArticle] = [this.after(end, at) < at + 2, ARTICLE_BEFORE.test(before)];
    // "a trip to Sydney, Adelaide and Perth"
    const isList = this.text.startsWith(', ', next);
    if (
      isMonthBehindDay(plain, before) ||
      HOUSE.test(plain) ||
      WORK_BEFORE.test(before) ||
      (((isOne && next === end) || isList) && IN_BEFORE.test(before))
    )
      return true;
    if (isOne && isShop(this.text, this.words[at]!, IN_BEFORE.test(before))) return true;
    if (hasArticle && isOne && isThingBehind(this.text, end)) return true;
    if (style === 'lower') return false;
    if (OWNER_BEFORE.test(before) && isOne && next === end && !this.isAt(PERSON_BEHIND, end)) return true;
    if (PLACE_BEFORE.test(before) || isThingBehind(this.text, end, isOne || hasArticle)) return true;
    // "Crabtree & Evelyn"
    const other = this.words[at - 1];
    return before.endsWith(' & ') && other !== undefined && !other.isGiven && !other.isWord;
  }

  private isAt(pattern: RegExp, place: number): boolean {
    pattern.lastIndex = place;
    return pattern.test(this.text);
  }
}
