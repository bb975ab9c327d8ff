import { decodeBody, dueConsumer, intakeConsumer, type Delivery } from '@llmos/bus';
import {
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

const fieldsSchema = z.record(z.string(), z.unknown());

/** A pipeline to run for a tenant. The id is the same each time the event is delivered. */
interface Order {
  readonly tenant: string;
  readonly pipeline: string;
  readonly role: Role;
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

  async start(): Promise<void> {
    await this.bus.consume(intakeConsumer, CAPACITY, (delivery) => this.take(delivery, 'llmos.in', orderOfEvent));
    await this.bus.consume(dueConsumer, CAPACITY, (delivery) =>
      this.take(delivery, 'llmos.due', (due) => this.readDue(due)),
    );
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
    try {
      await withSpan(
        `process ${from}.{tenant}.{pipeline}`,
        { kind: SpanKind.CONSUMER, traceparent: sent ?? '', attributes },
        async (span) => {
          const order = await read(delivery);
          const { tenant, role, pipeline: name, source, id, fields } = order;
          const pipeline = this.pipelines.get(name, 'subject');
          requireRoleOf(order, pipeline);
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
        },
      );
      delivery.ack();
    } catch (error) {
      await this.refuse(delivery, toLlmosError(error));
    }
  }

  private async readDue(delivery: Delivery): Promise<Order> {
    const address = parseDueSubject(delivery.subject);
    if (!address) return orderOfSchedule(delivery);
    const data = await this.bus.schedules.open(address.tenant, address.pipeline, delivery.data);
    return orderOfSchedule({ ...delivery, data });
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
function requireRoleOf({ tenant, role }: Order, { name, role: needed }: Pipeline): void {
  if (mayAct(role, needed)) return;
  throw new LlmosError(
    'FORBIDDEN',
    `The pipeline '${name}' needs the role '${needed}': publish the event to ${subjects.operatorIntake(tenant, name)}.`,
    { field: 'subject' },
  );
}

function orderOfEvent(delivery: Delivery): Order {
  const address = parseIntakeSubject(delivery.subject);
  if (!address)
    throw new LlmosError(
      'MALFORMED_EVENT',
      'Publish events to llmos.in.<tenant>.<pipeline>, as an operator to llmos.in.~operator.<tenant>.<pipeline>.',
      { field: 'subject' },
    );
  const { source, id, data } = readEvent(delivery);
  return { ...address, source, id, fields: data };
}

/**
 * All messages of a schedule have the same headers: only the sequence number in the stream tells them apart. Only
 * operators can set schedules.
 */
function orderOfSchedule(delivery: Delivery): Order {
  const address = parseDueSubject(delivery.subject);
  const fields = fieldsSchema.safeParse(parseJson(Buffer.from(delivery.data)));
  if (!address || !fields.success)
    throw new LlmosError('MALFORMED_EVENT', 'The message is not a due schedule.', { field: 'subject' });
  const id = `schedule:${delivery.streamSequence}`;
  return { ...address, role: 'operator', source: 'schedule', id, fields: fields.data };
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
