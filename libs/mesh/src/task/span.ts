import { SpanKind, withSpan } from '@llmos/telemetry';
import type { Interceptor, TaskHandler } from './task-call.js';

/** Records a span for the task, as a child of the span that published it. */
export const span: Interceptor<TaskHandler> =
  (next, { capability }) =>
  (call) => {
    const { envelope, task, delivery, sizeBytes, queueMs } = call;
    const attributes = {
      'messaging.system': 'nats',
      'messaging.operation.type': 'process',
      'messaging.message.id': envelope.id,
      'messaging.message.body.size': sizeBytes,
      'llmos.run': envelope.run,
      'llmos.tenant': envelope.tenant,
      'llmos.pipeline': task.pipeline.name,
      'llmos.queue_wait_ms': queueMs,
      'llmos.redelivery_count': delivery.attempt - 1,
    };
    const options = { kind: SpanKind.CONSUMER, traceparent: envelope.traceparent ?? '', attributes };
    return withSpan(`process llmos.task.${envelope.lane}.${capability.name}`, options, () => next(call));
  };
