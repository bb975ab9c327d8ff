import { dueConsumer, headersOf, intakeConsumer, MAX_DELIVERIES, type Abandoned, type Delivery } from '@llmos/bus';
import {
  LlmosError,
  mayAct,
  parseDueSubject,
  parseIntakeSubject,
  subjects,
  toLlmosError,
  type ErrorBody,
  type Pipeline,
  type Role,
} from '@llmos/contracts';
import { Bus, LOGGER } from '@llmos/mesh';
import { activeTraceparent, newTraceparent, parseTraceparent, SpanKind, withSpan, type Logger } from '@llmos/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { parseJson } from '../http/json-body.js';
import { PipelinesService } from '../pipelines.service.js';
import type { RunWishes } from '../runs/run-headers.js';
import { RunsService } from '../runs/runs.service.js';
import { isObject, malformed } from './cloud-event.js';
import { inputOf, keyOf } from './event-input.js';
import { readEvents, type Received } from './read-events.js';

const CAPACITY = 32;

/** Whom a message concerns, with the rights of its publisher. */
interface Address {
  readonly tenant: string;
  readonly role: Role;
  readonly pipeline: string;
}

/** A run that a message asks for. Repeated deliveries have the same key. */
interface Order {
  readonly address: Address;
  readonly key: string;
  readonly correlationId: string;
  readonly wishes?: RunWishes;
  readonly expiresAtMs?: number | undefined;
  readonly fieldsFor: (pipeline: Pipeline) => Record<string, unknown>;
}

/** One event of a message, or one due schedule. */
interface Item {
  /** Unique per event, the same for each delivery. */
  readonly id: string;
  /** If it can be read. */
  readonly correlationId: string | undefined;
  readonly traceparent: string | undefined;
  /** @throws LlmosError if it can become no run. */
  readonly order: () => Order | Promise<Order>;
  /** The part of the message that a dead letter keeps; the whole message if it is absent. */
  readonly part?: Pick<Delivery, 'headers' | 'data'>;
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
    this.bus.consume(intakeConsumer, CAPACITY, (delivery) => this.take(delivery, 'llmos.in', eventsOf(delivery)));
    this.bus.consume(dueConsumer, CAPACITY, (delivery) => this.take(delivery, 'llmos.due', [this.due(delivery)]));
  }

  /** Tells the senders of a message that no gateway finished. Its dead letter exists. */
  async refuseAbandoned(message: Abandoned, error: ErrorBody): Promise<void> {
    for (const item of eventsOf({ ...message, streamSequence: message.id }))
      await this.tell(message.subject, item, error);
  }

  private async take(delivery: Delivery, from: string, items: readonly Item[]): Promise<void> {
    const working = setInterval(() => delivery.working(), delivery.signEveryMs);
    try {
      for (const item of items) await this.startOrRefuse(delivery, from, item);
      delivery.ack();
    } catch {
      // What has started is not started again: the message is delivered once more.
      delivery.nak(1_000);
    } finally {
      clearInterval(working);
    }
  }

  /** @throws LlmosError if it has to be tried again. */
  private async startOrRefuse(delivery: Delivery, from: string, item: Item): Promise<void> {
    try {
      await this.startRun(delivery, from, item);
    } catch (error) {
      const failure = toLlmosError(error);
      if (failure.retryable && delivery.attempt < MAX_DELIVERIES) throw failure;
      await this.refuse(delivery, item, failure);
    }
  }

  private async startRun(delivery: Delivery, from: string, { traceparent, order }: Item): Promise<void> {
    const sent = parseTraceparent(traceparent);
    const attributes = {
      'messaging.system': 'nats',
      'messaging.operation.type': 'process',
      'messaging.message.body.size': delivery.data.length,
      'llmos.redelivery_count': delivery.attempt - 1,
    };
    const options = { kind: SpanKind.CONSUMER, traceparent: sent ?? '', attributes };
    await withSpan(`process ${from}.{tenant}.{pipeline}`, options, async (span) => {
      const { address, fieldsFor, ...request } = await order();
      const { tenant, role } = address;
      const pipeline = this.pipelines.get(address.pipeline, 'subject');
      requireRoleOf(address, pipeline);
      span.setAttributes({ 'llmos.tenant': tenant, 'llmos.pipeline': pipeline.name });
      const run = await this.runs.start({
        ...request,
        run: this.runs.newRun(),
        caller: { tenant, role },
        pipeline,
        fields: fieldsFor(pipeline),
        traceparent: activeTraceparent() ?? sent ?? newTraceparent(),
      });
      span.setAttribute('llmos.run', run);
    });
  }

  /** All messages of a schedule have the same headers: only their sequence numbers in the stream differ. */
  private due({ subject, headers, data, streamSequence }: Delivery): Item {
    const correlationId = `schedule:${streamSequence}`;
    const order = async (): Promise<Order> => {
      const place = parseDueSubject(subject);
      const input = place && (await this.bus.recurringRuns.open(place.tenant, place.pipeline, data));
      const fields = input && parseJson(Buffer.from(input));
      if (!place || !isObject(fields)) throw malformed('subject', 'The message is not a due schedule.');
      // Only operators can set schedules.
      const address = { ...place, role: 'operator' } as const;
      return { address, key: `event:schedule:${correlationId}`, correlationId, fieldsFor: () => fields };
    };
    return { id: `due:${streamSequence}`, correlationId, traceparent: headers?.get('traceparent'), order };
  }

  private async refuse(delivery: Delivery, item: Item, error: LlmosError): Promise<void> {
    const { subject, headers, data, storedAtMs, attempt: attempts } = delivery;
    const { code, field } = error;
    const cause = code === 'INTERNAL' ? { err: error.cause } : {};
    this.log.warn({ subject, code, field, ...cause }, 'an event was refused');
    const original = { subject, headers, data, ...item.part };
    const letter = { service: 'gateway', id: item.id, storedAtMs, attempts, error: error.toBody() };
    await this.bus.deadLetters.put({ ...original, ...letter });
    await this.tell(subject, item, error.toBody());
  }

  private tell(subject: string, { id, correlationId, traceparent }: Item, error: ErrorBody): Promise<void> {
    return this.bus.runs.publishRefusal({
      subject,
      messageId: id,
      correlationId,
      traceparent: parseTraceparent(traceparent),
      error,
    });
  }
}

/** The events of a message, readable or not. */
function eventsOf(
  message: Pick<Delivery, 'subject' | 'headers' | 'data'> & { streamSequence: number | string },
): Item[] {
  const { subject, headers, data, streamSequence } = message;
  const names = headers?.keys() ?? [];
  const received = readEvents({ headers: names.map((name) => [name, headers!.get(name)]), body: Buffer.from(data) });
  const sent = headers?.get('traceparent') || undefined;
  return received.events.map((each, index) => ({
    id: `in:${streamSequence}${received.isBatch ? `:${index}` : ''}`,
    correlationId: 'event' in each ? each.event.id : each.id,
    traceparent: ('event' in each ? each.event.traceparent : undefined) ?? sent,
    order: () => orderOf(subject, each),
    ...(received.isBatch ? { part: partOf(each) } : {}),
  }));
}

function orderOf(subject: string, received: Received): Order {
  const address = parseIntakeSubject(subject);
  if (!address)
    throw malformed(
      'subject',
      'Publish events to llmos.in.<tenant>.<pipeline>, as an operator to llmos.in.~operator.<tenant>.<pipeline>.',
    );
  if ('error' in received) throw received.error;
  const { event } = received;
  const { expiresAtMs, maxTotalTokens } = event;
  const fieldsFor = (pipeline: Pipeline) => inputOf(pipeline, event.data);
  const wishes = { priority: 0, maxTotalTokens };
  return { address, key: keyOf(event), correlationId: event.id, wishes, expiresAtMs, fieldsFor };
}

/** One event of a batch as a message of its own, so that it can be sent again without the others. */
function partOf({ member }: Received): NonNullable<Item['part']> {
  const headers = headersOf([['content-type', ['application/cloudevents+json']]]);
  return { headers, data: Buffer.from(JSON.stringify(member)) };
}

/** The broker decides which users may publish to a subject, and the subject determines the role of the event. */
function requireRoleOf({ tenant, role }: Address, { name, role: needed }: Pipeline): void {
  if (mayAct(role, needed)) return;
  throw new LlmosError(
    'FORBIDDEN',
    `The pipeline '${name}' needs the role '${needed}': publish the event to ${subjects.operatorIntake(tenant, name)}.`,
    { field: 'subject' },
  );
}
