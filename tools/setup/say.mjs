/** Progress lines: what was done and how long it took. */
const started = Date.now();

export function say(line = '') {
  process.stdout.write(`${line}\n`);
}

/** Prints a ✓ line after `work` has succeeded; `work` may resolve to another text for it. */
export async function step(text, work) {
  const from = Date.now();
  const better = await work();
  say(`✓ ${better ?? text} (${seconds(Date.now() - from)})`);
}

export function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

export const elapsed = () => Date.now() - started;

/** An error whose message says what is wrong and what to do; printed without a stack. */
export class SetupError extends Error {}
