import { LlmosError } from '@llmos/contracts';

/**
 * Runs a call of the client's key-value or object store. They neither retry nor say what kind of trouble they had; all of
 * it means that the broker could not be asked, which passes.
 *
 * @throws LlmosError UNAVAILABLE, or what `work` throws of its own.
 */
export async function viaBroker<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LlmosError) throw error;
    throw new LlmosError('UNAVAILABLE', 'The message broker did not answer in time. Try again.', { cause: error });
  }
}
