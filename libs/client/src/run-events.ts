import { timingSchema, type Timing } from '@llmos/contracts';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { z } from 'zod';
import { connectionLost } from './reply.js';

/** What a caller can observe while a run works. */
export interface RunEvents {
  /** A step is done. `output` is set only for the steps that the pipeline streams. */
  onStep?(timing: Timing, output: unknown): void;
  /** A part of an output, such as a sentence of the answer or the progress of a training. */
  onDelta?(delta: unknown): void;
}

export interface RunEvent {
  readonly type: string;
  readonly data: object;
  /** The position in the stream, for `Last-Event-ID`. */
  readonly id?: string;
}

const stepSchema = z.object({ timing: timingSchema, output: z.unknown().optional() });
const deltaSchema = z.object({ delta: z.unknown() });

/** Reads the events of a run. @throws ClientError when the connection breaks or an event is not JSON. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<RunEvent> {
  const events = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  try {
    for await (const { event: type = 'message', data, id } of events)
      yield { type, data: JSON.parse(data) as object, id };
  } catch (cause) {
    throw connectionLost(cause);
  }
}

/** Passes a `step` or `delta` event to the observer; false when the event is a terminal one. */
export function observe({ type, data }: RunEvent, events: RunEvents): boolean {
  if (type === 'step') {
    const step = stepSchema.safeParse(data);
    if (step.success) events.onStep?.(step.data.timing, step.data.output);
  } else if (type === 'delta') {
    const delta = deltaSchema.safeParse(data);
    if (delta.success) events.onDelta?.(delta.data.delta);
  } else return false;
  return true;
}
