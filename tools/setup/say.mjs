/** Plain lines for people: what was done and how long it took. */
const started = Date.now();

export function say(line = '') {
  process.stdout.write(`${line}\n`);
}

/** Prints the step's ✓ line once it has succeeded; `work` may resolve to a better text for it. */
export async function step(text, work) {
  const from = Date.now();
  const better = await work();
  say(`✓ ${better ?? text} (${seconds(Date.now() - from)})`);
}

export function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

export const elapsed = () => Date.now() - started;

/** A failure with one line for the reader: what is wrong and what to do. */
export class SetupError extends Error {}
