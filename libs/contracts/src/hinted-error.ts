/** A failure that a person can act on. Libraries derive their own; a command line prints message and hint, no stack. */
export class HintedError extends Error {
  /**
   * @param message the problem.
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
