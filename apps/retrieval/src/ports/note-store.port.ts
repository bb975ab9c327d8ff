/** An unanswered question, with its vector if one was computed. */
export interface UnansweredQuestion {
  readonly text: string;
  /** About unit length. */
  readonly vector?: Float32Array | undefined;
}

/** What one run was asked and what answered it. The texts hold no personal data. */
export interface Note {
  readonly questions: readonly string[];
  readonly unanswered: readonly UnansweredQuestion[];
  /** The embedding model of the vectors. */
  readonly model: string;
  readonly answer: string;
  /** The documents that the answer cites, each once. */
  readonly documents: readonly string[];
  readonly passages: readonly string[];
  readonly user?: string | undefined;
  /** What the customer thinks of the answer. */
  readonly feedback?: Feedback | undefined;
}

export interface Feedback {
  readonly helpful: boolean;
  readonly correction?: string | undefined;
  readonly comment?: string | undefined;
  /** In Unix milliseconds. */
  readonly atMs: number;
}

/** The note of a run. Run ids sort by time. */
export interface NoteRef {
  readonly tenant: string;
  readonly run: string;
}

export interface StoredNote extends Note {
  readonly run: string;
}

/**
 * Keeps the latest notes of each tenant, for a limited time. A change is stored when its promise resolves. Every method
 * rejects with `UNAVAILABLE` while the store cannot be reached.
 */
export interface NoteStore {
  /** False if the run has a note already: that one stays. */
  add(ref: NoteRef, note: Note): Promise<boolean>;
  /** Undefined if there is none. */
  get(ref: NoteRef): Promise<Note | undefined>;
  /** Sets the feedback of a note. Nothing happens if the note is no longer there. */
  setFeedback(ref: NoteRef, feedback: Feedback): Promise<void>;
  /** All notes of a tenant, the newest first. */
  read(tenant: string): Promise<readonly StoredNote[]>;
  /** Deletes the notes of a user, and returns their number. */
  forget(tenant: string, user: string): Promise<number>;
}

/** The token under which Nest injects the port. */
export const NOTE_STORE = Symbol('NoteStore');
