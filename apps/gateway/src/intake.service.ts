import { decodeBody, dueConsumer, intakeConsumer, type ConsumerSpec, type Delivery } from '@llmos/bus';
import {
  describeIssue,
  LlmosError,
  mayAct,
  parseDueSubject,
  parseIntakeSubject,
  subjects,
  toLlmosError,
  type Pipeline,
  type Role,
} from '@llmos/contracts';
import { Bus, LOGGER } from '@llmos/mesh';
import { activeTraceparent, newTraceparent, parseTraceparent, SpanKind, withSpan, type Logger } from '@llmos/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { parseJson } from './http/json-body.js';
import { PipelinesService } from './pipelines.service.js';
import { RunsService } from './runs/runs.service.js';

const STRUCTURED = 'application/cloudevents+json';
const CAPACITY = 32;

/** The attributes of an event that are used (CloudEvents 1.0; NATS binding, binary or structured mode). */
const eventSchema = z.object({
  specversion: z.literal('1.0'),
  id: z.string().min(1).max(256),
  source: z.string().min(1).max(512),
  data: z.record(z.string(), z.unknown()),
});

/** What a message asks for. Repeated deliveries of a message have the same source and id. */
interface Order {
  readonly tenant: string;
  readonly role: Role;
  readonly pipeline: string;
  readonly source: string;
  readonly id: string;
  readonly fields: Record<string, unknown>;
}

/** Starts one durable run for each event of another system and each schedule that is due, however often delivered. */
@Injectable()
export class IntakeService {
  constructor(
    private readonly bus: Bus,
    private readonly runs: RunsService,
    private readonly pipelines: PipelinesService,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  start(): void {
    const consume = (consumer: ConsumerSpec, from: string, read: (delivery: Delivery) => Order | Promise<Order>) =>
      this.bus.consume(consumer, CAPACITY, (delivery) => this.take(delivery, from, read));
    consume(intakeConsumer, 'llmos.in', readEvent);
    consume(dueConsumer, 'llmos.due', (delivery) => this.readDue(delivery));
  }

  private async take(
    delivery: Delivery,
    from: string,
    read: (delivery: Delivery) => Order | Promise<Order>,
  ): Promise<void> {
    const sent = parseTraceparent(delivery.headers?.get('traceparent') || undefined);
    const attributes = {
      'messaging.system': 'nats',
      'messaging.operation.type': 'process',
      'messaging.message.body.size': delivery.data.length,
      'llmos.redelivery_count': delivery.attempt - 1,
    };
    const options = { kind: SpanKind.CONSUMER, traceparent: sent ?? '', attributes };
    try {
      await withSpan(`process ${from}.{tenant}.{pipeline}`, options, async (span) => {
        const { tenant, role, pipeline: name, source, id, fields } = await read(delivery);
        const pipeline = this.pipelines.get(name, 'subject');
        requireRoleOf(tenant, role, pipeline);
        span.setAttributes({ 'llmos.tenant': tenant, 'llmos.pipeline': name });
        const run = await this.runs.start({
          run: this.runs.newRun(),
          caller: { tenant, role },
          pipeline,
          fields,
          traceparent: activeTraceparent() ?? sent ?? newTraceparent(),
          key: `event:${source}:${id}`,
          correlationId: id,
        });
        span.setAttribute('llmos.run', run);
      });
      delivery.ack();
    } catch (error) {
      await this.refuse(delivery, toLlmosError(error));
    }
  }

  /** All messages of a schedule have the same headers: only their sequence numbers in the stream differ. */
  private async readDue({ subject, data, streamSequence }: Delivery): Promise<Order> {
    const address = parseDueSubject(subject);
    const input = address && (await this.bus.recurringRuns.open(address.tenant, address.pipeline, data));
    const fields = input && eventSchema.shape.data.safeParse(parseJson(Buffer.from(input)));
    if (!address || !fields?.success)
      throw new LlmosError('MALFORMED_EVENT', 'The message is not a due schedule.', { field: 'subject' });
    // Only operators can set schedules.
    return { ...address, role: 'operator', source: 'schedule', id: `schedule:${streamSequence}`, fields: fields.data };
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
    await this.bus.deadLetters.put({
      service: 'gateway',
      id: `${delivery.subject.split('.', 2)[1]}:${delivery.streamSequence}`,
      subject: delivery.subject,
      headers: delivery.headers,
      data: delivery.data,
      storedAtMs: delivery.storedAtMs,
      attempts: delivery.attempt,
      error: error.toBody(),
    });
    delivery.term(error.message);
  }
}

/** The broker decides which users may publish to a subject, and the subject determines the role of the event. */
function requireRoleOf(tenant: string, role: Role, { name, role: needed }: Pipeline): void {
  if (mayAct(role, needed)) return;
  throw new LlmosError(
    'FORBIDDEN',
    `The pipeline '${name}' needs the role '${needed}': publish the event to ${subjects.operatorIntake(tenant, name)}.`,
    { field: 'subject' },
  );
}

function readEvent({ subject, headers, data }: Delivery): Order {
  const address = parseIntakeSubject(subject);
  if (!address)
    throw new LlmosError(
      'MALFORMED_EVENT',
      'Publish events to llmos.in.<tenant>.<pipeline>, as an operator to llmos.in.~operator.<tenant>.<pipeline>.',
      { field: 'subject' },
    );
  const contentType = headers?.get('content-type') || 'application/json';
  const parsed = eventSchema.safeParse(
    contentType.startsWith(STRUCTURED)
      ? parseJson(Buffer.from(data))
      : {
          specversion: headers?.get('ce-specversion'),
          id: headers?.get('ce-id'),
          source: headers?.get('ce-source'),
          data: contentType === 'application/json' ? parseJson(Buffer.from(data)) : decodeBody(contentType, data),
        },
  );
  if (parsed.success) {
    const { source, id, data: fields } = parsed.data;
    return { ...address, source, id, fields };
  }
  const issue = parsed.error.issues[0]!;
  throw new LlmosError('MALFORMED_EVENT', `Not a CloudEvent with JSON data. ${describeIssue(issue)}`, {
    field: issue.path.map(String).join('.') || 'body',
  });
}
