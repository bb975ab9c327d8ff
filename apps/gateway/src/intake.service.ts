import { decodeBody, intakeConsumer, type Delivery } from '@llmos/bus';
import { LlmosError, parseIntakeSubject, toLlmosError } from '@llmos/contracts';
import { Bus, LOGGER } from '@llmos/mesh';
import { activeTraceparent, newTraceparent, parseTraceparent, SpanKind, withSpan, type Logger } from '@llmos/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { parseJson } from './json-body.js';
import { PipelinesService } from './pipelines.service.js';
import { RunsService } from './runs.service.js';

const STRUCTURED = 'application/cloudevents+json';
const CAPACITY = 32;

/** The attributes of an event that matter here (CloudEvents 1.0; NATS binding, binary or structured mode). */
const eventSchema = z.object({
  specversion: z.literal('1.0'),
  id: z.string().min(1).max(256),
  source: z.string().min(1).max(512),
  data: z.record(z.string(), z.unknown()),
});

/** Events from other systems: each becomes one durable run, however often it is delivered. */
@Injectable()
export class IntakeService {
  constructor(
    private readonly bus: Bus,
    private readonly runs: RunsService,
    private readonly pipelines: PipelinesService,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  async start(): Promise<void> {
    await this.bus.consume(intakeConsumer, CAPACITY, (delivery) => this.take(delivery));
  }

  private async take(delivery: Delivery): Promise<void> {
    const sent = parseTraceparent(delivery.headers?.get('traceparent') || undefined);
    const attributes = {
      'messaging.system': 'nats',
      'messaging.operation.type': 'process',
      'messaging.message.body.size': delivery.data.length,
      'llmos.redelivery_count': delivery.attempt - 1,
    };
    try {
      await withSpan(
        'process llmos.in.{tenant}.{pipeline}',
        { kind: SpanKind.CONSUMER, traceparent: sent ?? '', attributes },
        async (span) => {
          const { tenant, pipeline: name } = addressOf(delivery.subject);
          const event = readEvent(delivery);
          const pipeline = this.pipelines.get(name, 'subject');
          const { run } = await this.runs.runOfKey(tenant, `event:${event.source}:${event.id}`, {
            name,
            fields: event.data,
          });
          span.setAttributes({ 'llmos.run': run, 'llmos.tenant': tenant, 'llmos.pipeline': name });
          const traceparent = activeTraceparent() ?? sent ?? newTraceparent();
          await this.runs.accept({ pipeline, fields: event.data, tenant, traceparent, run, correlationId: event.id });
        },
      );
      delivery.ack();
    } catch (error) {
      await this.refuse(delivery, toLlmosError(error));
    }
  }

  private async refuse(delivery: Delivery, error: LlmosError): Promise<void> {
    if (error.retryable) {
      delivery.nak(1_000);
      return;
    }
    this.log.warn(
      {
        subject: delivery.subject,
        code: error.code,
        field: error.field,
        ...(error.code === 'INTERNAL' ? { err: error.cause } : {}),
      },
      'an event was refused',
    );
    await this.bus.deadLetter({
      service: 'gateway',
      id: `intake:${delivery.streamSequence}`,
      subject: delivery.subject,
      headers: delivery.headers,
      data: delivery.data,
      attempts: delivery.attempt,
      error: error.toBody(),
    });
    delivery.term(error.message);
  }
}

function addressOf(subject: string): { tenant: string; pipeline: string } {
  const address = parseIntakeSubject(subject);
  if (!address)
    throw new LlmosError('MALFORMED_EVENT', 'Events go to llmos.in.<tenant>.<pipeline>.', { field: 'subject' });
  return address;
}

function readEvent(delivery: Delivery): z.infer<typeof eventSchema> {
  const { headers, data } = delivery;
  const contentType = headers?.get('content-type') || 'application/json';
  const raw = contentType.startsWith(STRUCTURED)
    ? parseJson(Buffer.from(data))
    : {
        specversion: headers?.get('ce-specversion'),
        id: headers?.get('ce-id'),
        source: headers?.get('ce-source'),
        data: contentType === 'application/json' ? parseJson(Buffer.from(data)) : decodeBody(contentType, data),
      };
  const parsed = eventSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new LlmosError('MALFORMED_EVENT', `Not a CloudEvent with JSON data: ${issue.message}.`, {
    field: issue.path.map(String).join('.') || 'body',
  });
}
