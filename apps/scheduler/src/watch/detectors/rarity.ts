import { SortedWindow } from './sorted-window.js';

/** How many errors are remembered: their ranks tell chances down to one in four thousand. */
const REMEMBERED = 4_000;
/** Nothing is rare before so many errors are known. */
const LEAST = 20;
/** An error ten times the largest so far counts four decades more, but never more than three are added. */
const [RECORD_DECADES, MOST_DECADES] = [4, 3];

/**
 * How rare errors are in their own history: −log₁₀ of the share of earlier errors that were at least as large (an empirical
 * p-value, as in conformal prediction: Vovk, Gammerman, Shafer 2005). No distribution is assumed. Ranks cannot tell how far
 * beyond all others a record is, so records get more by their ratio to the one before.
 */
export class Rarity {
  private readonly errors = new SortedWindow(REMEMBERED);

  /** @param error at least 0. @returns decades; 0: nothing special. */
  next(error: number): number {
    const { errors } = this;
    const decades = errors.size >= LEAST ? this.decadesOf(error) : 0;
    errors.push(error);
    return decades;
  }

  private decadesOf(error: number): number {
    const { errors } = this;
    const larger = errors.atLeast(error);
    const decades = -Math.log10((larger + 1) / (errors.size + 1));
    if (larger > 0 || errors.largest <= 0) return decades;
    return decades + Math.min(MOST_DECADES, RECORD_DECADES * Math.log10(error / errors.largest));
  }
}
