import { LlmosError } from '@llmos/contracts';
import { interactionsOf, type TrainingSet } from './training-set.js';

export type Algorithm = 'ease' | 'ials';

export interface TrainingSettings {
  /** `auto`: EASE^R up to 20,000 items, iALS beyond. */
  readonly algorithm?: Algorithm | 'auto';
  /** The L2 penalty. */
  readonly regularisation?: number;
  /** iALS: length of a factor. */
  readonly factors?: number;
  /** iALS: sweeps over users and items. */
  readonly sweeps?: number;
  /** iALS: the weight of pairs without an interaction; the weight of interactions is 1. */
  readonly unobservedWeight?: number;
  /** iALS: the seed of the initial factors. */
  readonly seed?: number;
}

/** Settings with all defaults. */
export interface ResolvedSettings {
  readonly algorithm: Algorithm;
  readonly regularisation: number;
  readonly factors: number;
  readonly sweeps: number;
  readonly unobservedWeight: number;
  readonly seed: number;
}

/** The inverse needs items² · 4 bytes of memory and items³ steps. */
export const MAX_EASE_ITEMS = 20_000;
export const DEFAULT_FACTORS = 64;
export const DEFAULT_SWEEPS = 12;
const DEFAULT_IALS_PENALTY = 0.005;
const DEFAULT_UNOBSERVED_WEIGHT = 0.2;
/** Steck's penalty for MovieLens-20M; it is reduced in proportion below 100,000 interactions. */
const EASE_PENALTY = 500;
const MIN_EASE_PENALTY = 10;
const INTERACTIONS_OF_FULL_PENALTY = 100_000;

/** @throws LlmosError `INVALID_ARGUMENT` if there is too little data, or too many items for EASE^R. */
export function resolveSettings(settings: TrainingSettings, set: TrainingSet): ResolvedSettings {
  const items = set.items.length;
  if (items < 2) {
    const rest = `${items} items and ${interactionsOf(set)} usable interactions`;
    const message = `There is too little data to train on: ${rest}. Record more, or lower minInteractions or minValue.`;
    throw new LlmosError('INVALID_ARGUMENT', message);
  }
  const algorithm = algorithmFor(settings.algorithm ?? 'auto', items);
  return {
    algorithm,
    regularisation: settings.regularisation ?? defaultPenalty(algorithm, set),
    factors: Math.min(settings.factors ?? DEFAULT_FACTORS, items),
    sweeps: settings.sweeps ?? DEFAULT_SWEEPS,
    unobservedWeight: settings.unobservedWeight ?? DEFAULT_UNOBSERVED_WEIGHT,
    seed: settings.seed ?? 42,
  };
}

function algorithmFor(asked: Algorithm | 'auto', items: number): Algorithm {
  if (asked === 'auto') return items <= MAX_EASE_ITEMS ? 'ease' : 'ials';
  if (asked === 'ials' || items <= MAX_EASE_ITEMS) return asked;
  const message = `EASE^R takes up to ${MAX_EASE_ITEMS} items and there are ${items}. Use "ials", or raise minInteractions.`;
  throw new LlmosError('INVALID_ARGUMENT', message, { field: 'algorithm' });
}

function defaultPenalty(algorithm: Algorithm, set: TrainingSet): number {
  if (algorithm === 'ials') return DEFAULT_IALS_PENALTY;
  const share = Math.min(1, interactionsOf(set) / INTERACTIONS_OF_FULL_PENALTY);
  return Math.max(MIN_EASE_PENALTY, EASE_PENALTY * share);
}
