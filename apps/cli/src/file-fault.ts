import { YamlFileError } from '@llmos/pipeline';
import { CliError } from './cli-error.js';

/** The error for a person whose YAML file has faults; any other error as it is. */
export function fileFault(error: unknown): unknown {
  if (!(error instanceof YamlFileError)) return error;
  const { message, faults } = error;
  return new CliError(message, `correct ${faults.length === 1 ? 'this line' : 'these lines'} and run it again`);
}
