import { knownAs } from './gazetteer.js';

/** A power of two. Features are hashed into buckets, so the size of a head does not depend on its training data. */
export const BUCKETS = 1 << 17;

const MAX_AFFIX_CHARS = 4;
const MAX_ACRONYM_CHARS = 4;
/** Longer words are cut. */
const MAX_WORD_CHARS = 40;

/**
 * The features of a word and its neighbours as bucket numbers: the words, their prefixes and suffixes, their shapes
 * (`Xxxx`, `XX`, `dd`) and their gazetteer entries. Shapes matter because the encoder is uncased and does not see
 * capitals.
 */
export function wordFeatures(words: readonly string[]): Int32Array[] {
  const views = words.map(viewOf);
  const shouting = mostlyCapitals(words) ? 'S' : 's';
  return views.map((view, at) => {
    const before = views[at - 1] ?? START;
    const after = views[at + 1] ?? END;
    const [farBefore, farAfter] = [views[at - 2] ?? START, views[at + 2] ?? END];
    const shapes = `${before.shape}|${view.shape}|${after.shape}`;
    const features = [
      'bias',
      `w=${view.lower}`,
      `w-1=${before.lower}`,
      `w+1=${after.lower}`,
      `w-2=${farBefore.lower}`,
      `w+2=${farAfter.lower}`,
      `w-1w=${before.lower}|${view.lower}`,
      `ww+1=${view.lower}|${after.lower}`,
      `s=${view.shape}${shouting}`,
      `s-1=${before.shape}`,
      `s+1=${after.shape}`,
      `sss=${shapes}`,
      `s-1s=${before.shape}|${view.shape}`,
      `ss+1=${view.shape}|${after.shape}`,
      `sw-1=${view.shape}|${before.lower}`,
      `sw+1=${view.shape}|${after.lower}`,
      `long=${view.longShape}`,
      `at=${Math.min(at, 2)}${view.shape}`,
      `k=${view.known}${view.shape}`,
      `kkk=${before.known}${view.known}${after.known}${view.shape}`,
      ...view.affixes,
    ];
    return Int32Array.from(features, bucketOf);
  });
}

interface WordView {
  readonly lower: string;
  readonly shape: string;
  readonly longShape: string;
  /** The gazetteer entry. */
  readonly known: string;
  readonly affixes: readonly string[];
}

const START: WordView = { lower: '<s>', shape: '<', longShape: '<', known: '<', affixes: [] };
const END: WordView = { lower: '</s>', shape: '>', longShape: '>', known: '>', affixes: [] };

function viewOf(word: string): WordView {
  const lower = word.slice(0, MAX_WORD_CHARS).toLowerCase();
  const longShape = shapeOf(calmed(word.slice(0, MAX_WORD_CHARS)));
  const affixes: string[] = [];
  for (let length = 1; length <= Math.min(MAX_AFFIX_CHARS, lower.length - 1); length++)
    affixes.push(`p=${lower.slice(0, length)}`, `x=${lower.slice(-length)}`);
  return { lower, shape: longShape.replace(/(.)\1+/g, '$1'), longShape, known: knownAs(lower), affixes };
}

/** The shape of a long word in capitals is that of a name: in a headline capitals say little. Acronyms are short. */
function calmed(word: string): string {
  return word.length > MAX_ACRONYM_CHARS && /^\p{Lu}[\p{Lu}'’.-]+$/u.test(word)
    ? word.slice(0, 1) + word.slice(1).toLowerCase()
    : word;
}

function shapeOf(word: string): string {
  return word
    .replace(/\p{Lu}/gu, 'X')
    .replace(/[^\p{Lu}\P{L}]/gu, 'x')
    .replace(/\p{N}/gu, 'd');
}

/** Whether most words are capitalised, as in a headline: then capitals carry little information. */
function mostlyCapitals(words: readonly string[]): boolean {
  const letters = words.filter((word) => /^\p{L}/u.test(word));
  return letters.filter((word) => /^\p{Lu}/u.test(word)).length > 0.6 * letters.length;
}

/** FNV-1a (32 bits) over UTF-16 code units, with a final mix that improves the low bits. */
function bucketOf(feature: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < feature.length; at++) hash = Math.imul(hash ^ feature.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) & (BUCKETS - 1);
}
