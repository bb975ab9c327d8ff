/** Where a text comes from, as in the contract of `security.screen`. */
export type TextSource = 'input' | 'passage' | 'output';

/** A kind of attack that is visible in the words of a text. */
export interface Rule {
  readonly id: string;
  /** For people; completes "this text …". */
  readonly reason: string;
  /**
   * `certain`: harmless texts do not say this, so a hit decides alone. `likely`: a hit is one feature of a trained head
   * among others. `doubtful`: customers hardly say this, so a hit alone makes an input suspicious.
   */
  readonly weight: 'certain' | 'likely' | 'doubtful';
  /** False: its hits hint at an attack, but do not cover it, so that removing them would leave the attack. */
  readonly locates?: false;
  /** True: a hit counts although it names what is the speaker's own, as in "approve my claim without a check". */
  readonly mayBeOwn?: true;
  /** For folded text (lower case, no accents or look-alikes); each linear in the length of the text. */
  readonly patterns: readonly RegExp[];
}
