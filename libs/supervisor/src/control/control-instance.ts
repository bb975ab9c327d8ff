import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { Instance } from '../instance/instance.js';
import { SupervisorError } from '../supervisor-error.js';
import { controlLineSchema, type ControlCommand } from './control.js';

/**
 * Has the running supervisor of an instance do something, and resolves when it is done.
 *
 * @param report takes a line about each thing that happens.
 * @throws SupervisorError if none runs, or it could not be done.
 */
export async function controlInstance(
  instance: Instance,
  command: ControlCommand,
  report: (line: string) => void,
): Promise<void> {
  const control = instance.running()?.control;
  if (!control) throw new SupervisorError('LLM OS is not running', 'run `npm start`, or `npx llmos up`');
  const response = await fetch(control.url, {
    method: 'POST',
    headers: { authorization: `Bearer ${control.token}` },
    body: JSON.stringify(command),
  }).catch((cause: unknown) => {
    throw new SupervisorError('The supervisor does not answer', 'run `npx llmos status`', { cause });
  });
  if (!response.ok || !response.body)
    throw new SupervisorError(`The supervisor refused the command (${response.status})`, 'is it of another version?');
  for await (const text of createInterface(Readable.fromWeb(response.body as ReadableStream))) {
    const line = controlLineSchema.parse(JSON.parse(text));
    if (line.type === 'report') report(line.line);
    else if (line.type === 'failed') throw new SupervisorError(line.message, line.hint);
    else return;
  }
  throw new SupervisorError('The supervisor ended before the command was done', 'run `npx llmos status`');
}
