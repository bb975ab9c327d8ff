/** A failure for a person at a terminal: one line that says what is wrong, and the command that helps. */
export class CliError extends Error {
  /** @param next what to run or do now, such as "run `npm start`". */
  constructor(
    message: string,
    readonly next?: string,
    options?: { cause?: unknown },
  ) {
    super(next ? `${message} → ${next}` : message, options);
    this.name = 'CliError';
  }
}
