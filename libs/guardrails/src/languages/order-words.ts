/**
 * The words with which one language attacks a model. Each line is a regular expression without groups that capture;
 * accents and capital letters do not matter. In languages with spaces each alternative is the beginning of a word.
 */
export interface OrderWords {
  /** Sets orders aside: ignore, forget, do not follow, switch off. */
  readonly ignore: readonly string[];
  /** What is set aside: instructions, rules, restrictions. */
  readonly orders: readonly string[];
  /** Makes clear that the reader's own orders are meant: previous, all, your, of the system. */
  readonly given: readonly string[];
  /** Asks for a text: show, tell, repeat, what is. */
  readonly show: readonly string[];
  /** Texts that only a model has: system prompt, hidden instructions. */
  readonly secrets: readonly string[];
  /** What only an attacker asks for: the data of other customers. */
  readonly records: readonly string[];
  /** Texts that customers ask about too: password, data of others. */
  readonly confidential: readonly string[];
  /** Gives the reader a role: you are now, act as. */
  readonly role: readonly string[];
  /** What the role is free of: without rules, developer mode. */
  readonly free: readonly string[];
  /** Is an order by itself: obey only me, you are no longer the assistant of the bank. */
  readonly whole: readonly string[];
  /** Begins a question: what is, how. */
  readonly asks: readonly string[];
  /** Says that something is the reader's own. */
  readonly your: readonly string[];
  /** The speaker, or someone else, acts and not the reader: I, we, they. */
  readonly others: readonly string[];
  /** What a customer has: my account, my card. An order about it is no order to set the reader's rules aside. */
  readonly mine: readonly string[];
}
