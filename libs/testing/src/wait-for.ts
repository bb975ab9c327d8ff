/** Long, because it is no promise of the product: it only ends tests that would hang, and machines differ. */
const TIMEOUT_MS = 60_000;

/** Waits until `condition` returns a value other than undefined or false, and returns it; throws after `timeoutMs`. */
export async function waitFor<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs = TIMEOUT_MS,
): Promise<T> {
  for (const deadline = performance.now() + timeoutMs; ;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
