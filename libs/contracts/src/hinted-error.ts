/**
 * A failure that a person can act on. Libraries derive an error of their own; a command line prints the message, the
 * hint, and no stack.
 */
export class HintedError extends Error {
  /**
   * @param message what is wrong.
   * @param hint what to do about it, such as "run `npm start`".
   */
  constructor(
    message: string,
    readonly hint?: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}
