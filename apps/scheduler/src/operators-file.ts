import { LlmosError } from '@llmos/contracts';
import { readYaml, YamlFileError } from '@llmos/pipeline';
import type { z } from 'zod';

/**
 * Reads what an operator has written, such as thresholds.
 *
 * @throws LlmosError INVALID_ARGUMENT with a line for each fault: file, line, field and what is wrong.
 */
export function readOperatorsFile<S extends z.ZodType>(text: string, file: string, schema: S): z.output<S> {
  try {
    return readYaml(text, file, schema);
  } catch (error) {
    if (error instanceof YamlFileError) throw new LlmosError('INVALID_ARGUMENT', error.message, { cause: error });
    throw error;
  }
}
