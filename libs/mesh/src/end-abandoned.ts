import type { Abandoned, Bus } from '@llmos/bus';
import { toLlmosError, type ErrorBody, type Task } from '@llmos/contracts';
import { stepOf } from '@llmos/pipeline';
import type { Forwarder } from './forward.js';
import { canPassOver, passOver } from './task/pass-over.js';
import { fromWire } from './task-wire.js';

/**
 * Ends the run of a task that no worker finished, so that a waiting caller receives the error. A live run that can do
 * without the step goes on. May be repeated.
 */
export function endAbandoned(bus: Bus, forwarder: Forwarder): (message: Abandoned, error: ErrorBody) => Promise<void> {
  return async (message, error) => {
    const envelope = bus.envelopeOf(message);
    if (!envelope) return;
    const task = await readTask(bus, message);
    if (!task) return bus.runs.publishTerminal(envelope, { type: 'failed', error });
    const step = stepOf(task);
    if (envelope.lane === 'durable' || !canPassOver(step))
      return forwarder.endRun(envelope, task, { type: 'failed', error, step: step.id }, envelope.traceparent);
    if (await forwarder.hasGoneOn(envelope, task, task.index)) return;
    await passOver({ envelope, task, step }, { forwarder }, 'away');
  };
}

async function readTask(bus: Bus, message: Abandoned): Promise<Task | undefined> {
  try {
    return fromWire((await bus.decode(message)).body);
  } catch (error) {
    if (toLlmosError(error).retryable) throw error;
    return undefined;
  }
}
