import { stopInstance } from '@llmos/supervisor';
import type { CommandContext } from './context.js';

/** `llmos down`: stops what `up` started here. Succeeds when nothing runs. */
export async function down({ instance, terminal }: CommandContext): Promise<number> {
  terminal.line((await stopInstance(instance)) ? 'LLM OS has stopped.' : 'LLM OS is not running.');
  return 0;
}
