/** One message of a customer and the answer to it. */
export interface Turn {
  readonly text: string;
  /** The question as it was searched; undefined for small talk. */
  readonly question?: string | undefined;
  readonly answer: string;
  readonly citations: readonly { readonly document: string; readonly title: string }[];
  readonly choices: readonly { readonly document: string; readonly title: string }[];
  /** What the question is about, if it was detected. */
  readonly intent?: string | undefined;
  /** Who wrote it, if the caller said so. */
  readonly user?: string | undefined;
  /** Whether the answer offered a person. */
  readonly offered?: boolean | undefined;
}

/** The conversation of one tenant. */
export interface ConversationRef {
  readonly tenant: string;
  readonly conversation: string;
}

/** What makes a turn one turn, also when its task is delivered again. */
export interface TurnOrigin {
  readonly id: string;
  /** Whose conversation it is, if the caller says so. */
  readonly user?: string | undefined;
}

/** Keeps the latest turns of conversations. Every method rejects with `UNAVAILABLE` if the store does not answer. */
export interface TurnStore {
  /** Oldest first; empty if nothing is known of the conversation. */
  read(ref: ConversationRef): Promise<readonly Turn[]>;
  /** False if there is no memory to keep it. */
  append(ref: ConversationRef, turn: Turn, origin: TurnOrigin): Promise<boolean>;
  /** Deletes the conversations that the user took part in, and returns their number. */
  forget(tenant: string, user: string): Promise<number>;
}

/** The token under which Nest injects the port. */
export const TURN_STORE = Symbol('TurnStore');
