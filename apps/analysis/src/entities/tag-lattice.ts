import { mayFollow, TAGS } from './tags.js';

/** Scores of tag transitions, `transitions[before * TAGS + tag]`, and of the first tag, `start[tag]`. */
export interface ChainWeights {
  readonly transitions: Float32Array;
  readonly start: Float32Array;
}

const NEVER = -1e9;

/** The most probable sequence of tags (Viterbi); invalid transitions are excluded. */
export function bestTags(scores: Float64Array, { transitions, start }: ChainWeights): Uint8Array {
  const words = scores.length / TAGS;
  const best = new Float64Array(scores.length);
  const from = new Uint8Array(scores.length);
  for (let tag = 0; tag < TAGS; tag++) best[tag] = scores[tag]! + (mayFollow(-1, tag) ? start[tag]! : NEVER);
  for (let at = TAGS; at < scores.length; at += TAGS) {
    for (let tag = 0; tag < TAGS; tag++) {
      let top = -Infinity;
      for (let before = 0; before < TAGS; before++) {
        const score = best[at - TAGS + before]! + (mayFollow(before, tag) ? transitions[before * TAGS + tag]! : NEVER);
        if (score > top) [top, from[at + tag]] = [score, before];
      }
      best[at + tag] = top + scores[at + tag]!;
    }
  }
  const tags = new Uint8Array(words);
  let tag = 0;
  for (let each = 1; each < TAGS; each++)
    if (best[best.length - TAGS + each]! > best[best.length - TAGS + tag]!) tag = each;
  for (let at = words - 1; at >= 0; at--) {
    tags[at] = tag;
    tag = from[at * TAGS + tag]!;
  }
  return tags;
}

/** The probability of each tag for each word, and the expected count of each transition. */
export interface Beliefs {
  readonly marginals: Float64Array;
  readonly transitionCounts: Float64Array;
  readonly logPartition: number;
}

/** Forward-backward of a linear-chain CRF (Lafferty et al. 2001; Sutton & McCallum 2012), in log space. */
export function beliefsOf(scores: Float64Array, { transitions, start }: ChainWeights): Beliefs {
  const size = scores.length;
  const forward = new Float64Array(size);
  const backward = new Float64Array(size);
  for (let tag = 0; tag < TAGS; tag++) forward[tag] = scores[tag]! + (mayFollow(-1, tag) ? start[tag]! : NEVER);
  const terms = new Float64Array(TAGS);
  const move = (before: number, tag: number): number =>
    mayFollow(before, tag) ? transitions[before * TAGS + tag]! : NEVER;
  for (let at = TAGS; at < size; at += TAGS) {
    for (let tag = 0; tag < TAGS; tag++) {
      for (let before = 0; before < TAGS; before++) terms[before] = forward[at - TAGS + before]! + move(before, tag);
      forward[at + tag] = logSum(terms) + scores[at + tag]!;
    }
  }
  for (let at = size - 2 * TAGS; at >= 0; at -= TAGS) {
    for (let tag = 0; tag < TAGS; tag++) {
      for (let after = 0; after < TAGS; after++)
        terms[after] = move(tag, after) + scores[at + TAGS + after]! + backward[at + TAGS + after]!;
      backward[at + tag] = logSum(terms);
    }
  }
  const logPartition = logSum(forward.subarray(size - TAGS));
  const marginals = forward.map((value, at) => Math.exp(value + backward[at]! - logPartition));
  const transitionCounts = new Float64Array(TAGS * TAGS);
  for (let at = TAGS; at < size; at += TAGS) {
    for (let before = 0; before < TAGS; before++) {
      for (let tag = 0; tag < TAGS; tag++) {
        const joint = forward[at - TAGS + before]! + move(before, tag) + scores[at + tag]! + backward[at + tag]!;
        transitionCounts[before * TAGS + tag]! += Math.exp(joint - logPartition);
      }
    }
  }
  return { marginals, transitionCounts, logPartition };
}

function logSum(values: Float64Array): number {
  let top = -Infinity;
  for (let at = 0; at < values.length; at++) if (values[at]! > top) top = values[at]!;
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += Math.exp(values[at]! - top);
  return top + Math.log(sum);
}
