import { MAX_DELIVERIES, type Delivery } from '@llmos/bus';
import { toLlmosError, type LlmosError } from '@llmos/contracts';
import { stepOf } from '@llmos/pipeline';
import { backoffMs, steadyNow } from '@llmos/resilience';
import { withTerminalAnswer } from '../run-records.js';
import { fromWire } from '../task-wire.js';
import type { ChainTools, Settlement, TaskCall, TaskHandler } from './task-call.js';

const BACKOFF = { baseMs: 250, capMs: 5_000 };

/** Decodes each delivery. A malformed message becomes a dead letter and ends its run. */
export function decode(next: TaskHandler, tools: ChainTools): (delivery: Delivery) => Promise<Settlement> {
  const { bus, log } = tools;
  const read = async (delivery: Delivery): Promise<TaskCall> => {
    const { body, ...decoded } = await bus.decode(delivery);
    const task = fromWire(body);
    const queueMs = Math.max(0, steadyNow() - decoded.sentAtMs);
    return { ...decoded, delivery, task, step: stepOf(task), queueMs };
  };
  return async (delivery) => {
    let call: TaskCall;
    try {
      call = await read(delivery);
    } catch (error) {
      const failure = toLlmosError(error);
      if (failure.retryable && delivery.attempt < MAX_DELIVERIES)
        return { type: 'retry', afterMs: backoffMs(delivery.attempt, BACKOFF) };
      log.warn({ err: error, subject: delivery.subject }, 'a message could not be read');
      await endUnread(delivery, failure, tools);
      return { type: 'deadLetter', error: failure, id: `${delivery.subject}:${delivery.streamSequence}` };
    }
    return next(call);
  };
}

/** Ends the run that the headers of an unreadable message name. */
async function endUnread(delivery: Delivery, failure: LlmosError, { bus, records }: ChainTools): Promise<void> {
  const envelope = bus.envelopeOf(delivery);
  if (!envelope) return;
  const answer = { type: 'failed' as const, error: failure.toBody() };
  const record = envelope.lane === 'durable' ? await records.peek(envelope.tenant, envelope.run) : undefined;
  if (record) await records.end(withTerminalAnswer(record, answer));
  await bus.runs.publishTerminal(envelope, answer);
}
