/** Where a text comes from; as in the contract of `security.screen`. */
export type TextSource = 'input' | 'passage' | 'output';

/** One way of attacking that can be seen in the words themselves. */
export interface Rule {
  readonly id: string;
  /** Completes "this text …", for a person. */
  readonly reason: string;
  /**
   * `certain`: honest texts do not say this, so it decides alone. `likely`: the head weighs it together with everything
   * else.
   */
  readonly weight: 'certain' | 'likely';
  /** For folded text (lower case, no accents or look-alikes); each linear in the length of the text. */
  readonly patterns: readonly RegExp[];
  /** Where it counts; everywhere when absent. */
  readonly sources?: readonly TextSource[];
}
