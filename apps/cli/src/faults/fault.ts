import type { KitKind } from './kits/kit.js';
import type { PrivateSystem } from './private-system.js';

/** A question that live callers ask. */
export interface Question {
  /** The body of `POST /serving/process`. */
  body(): string | FormData;
}

/**
 * Something that breaks. A new fault is a small file in `kinds/` with an object of this form, and a line in
 * `kinds/index.ts`.
 */
export interface Fault {
  /** In plain words, such as `kill intent`; `--only` looks into it. */
  readonly name: string;
  /** What stays true meanwhile, beside what is true of every fault: nothing accepted is lost or done twice. */
  readonly promise: string;
  /** What the system has beside the plain one. */
  readonly needs?: KitKind;
  /** What the live callers ask meanwhile; customer_service by default. */
  readonly question?: Question;
  /** From the break to the mend; 0 by default. */
  readonly holdMs?: number;
  /** How long a live caller may wait for an answer, or for a refusal with Retry-After. Default 3 s. */
  readonly answerWithinMs?: number;
  /** Until every process is ready and an answer lacks nothing, from the mend, or else from the end of the break. Default 10 s. */
  readonly wholeWithinMs?: number;
  /** Callers may find that nobody listens: the gateway itself is away. */
  readonly mayBeUnreachable?: boolean;
  /** Why it cannot be tried on this machine; absent or undefined if it can. */
  missing?(): string | undefined;
  break(system: PrivateSystem): Promise<void> | void;
  mend?(system: PrivateSystem): Promise<void> | void;
  /** Runs when the system is whole again. @returns what of the promise was broken. */
  check?(system: PrivateSystem): Promise<string | undefined>;
}
