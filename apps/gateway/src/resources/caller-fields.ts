import { isLlmosError, LlmosError } from '@llmos/contracts';

/**
 * Does work on a body that stands for a part of a pipeline's input, such as `document` or `items.0`: errors name their
 * fields as the caller wrote them, without that part.
 */
export async function asPart<T>(part: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw part !== undefined && isLlmosError(error) ? withoutPart(part, error) : error;
  }
}

function withoutPart(part: string, error: LlmosError): LlmosError {
  const { code, message, field = '', cause } = error;
  if (field !== part && !field.startsWith(`${part}.`)) return error;
  const own = field.slice(part.length + 1);
  const told = message.replaceAll(`'${field}'`, own === '' ? 'The body' : `'${own}'`);
  return new LlmosError(code, told, { field: own || 'body', cause });
}
