/** The output of a command. Results go to standard output, remarks about the work to standard error. */
export interface Terminal {
  /** A line of the result. */
  line(text?: string): void;
  /** A part of a line. */
  write(text: string): void;
  /** A remark on standard error, which a script that reads the result does not see. */
  note(text: string): void;
  readonly interactive: boolean;
}

export function processTerminal(): Terminal {
  // A reader that closes the pipe, such as `llmos status | head -1`, is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  return {
    line: (text = '') => void process.stdout.write(`${text}\n`),
    write: (text) => void process.stdout.write(text),
    note: (text) => void process.stderr.write(`${text}\n`),
    interactive: process.stdout.isTTY === true,
  };
}

export const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
export const milliseconds = (ms: number) => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
export const megabytes = (bytes: number) => `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`;
export const percent = (share: number) => `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
