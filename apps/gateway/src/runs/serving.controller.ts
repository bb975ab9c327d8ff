import { toLlmosError, type Answer, type Pipeline } from '@llmos/contracts';
import { CONFIG } from '@llmos/mesh';
import { SpanKind, withSpan } from '@llmos/telemetry';
import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { holderOf, sentTraceparent, traceparentOf } from '../auth/caller.js';
import { ConversationsService, type Reply } from './conversations.service.js';
import { EventStream, hangUpSignal } from '../http/event-stream.js';
import type { GatewayConfig } from '../gateway.config.js';
import { noteReply } from '../throttle/throttle.hooks.js';
import { PipelinesService } from '../pipelines.service.js';
import { readFields, takeText } from '../http/request-body.js';

interface Call {
  readonly pipeline: Pipeline;
  readonly fields: Record<string, unknown>;
  readonly tenant: string;
  readonly run: string;
  readonly traceparent: string;
}

/** `POST /serving/process`: run a pipeline by name and wait for its answer, whole or as it comes. */
@Controller()
export class ServingController {
  constructor(
    private readonly pipelines: PipelinesService,
    private readonly conversations: ConversationsService,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  @Post('/serving/process')
  async process(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const holder = holderOf(request, this.config.apiKeys);
    const { tenant } = holder;
    const { text: name, rest: fields } = takeText(await readFields(request), 'name');
    const pipeline = this.pipelines.getFor(holder, name, 'name');
    const run = this.conversations.newRun();
    const span = {
      kind: SpanKind.SERVER,
      traceparent: sentTraceparent(request) ?? '',
      attributes: {
        'http.route': '/serving/process',
        'llmos.run': run,
        'llmos.tenant': tenant,
        'llmos.pipeline': name,
      },
    };
    await withSpan('POST /serving/process', span, async () => {
      const traceparent = traceparentOf(request);
      void reply.headers({ 'x-llmos-run': run, traceparent });
      const call: Call = { pipeline, fields, tenant, run, traceparent };
      if (request.headers.accept?.includes('text/event-stream')) await this.stream(call, reply);
      else await this.answer(call, reply);
    });
  }

  private async answer(call: Call, reply: FastifyReply): Promise<void> {
    const result =
      this.conversations.greet(call.pipeline, call.fields, call.run) ??
      (await this.conversations.converse({ ...call, signal: hangUpSignal(reply) }, () => undefined));
    void reply.status(200).header('server-timing', serverTiming(result)).send(result);
  }

  /** Everything as it comes: a stream that breaks off never ends with `completed`. */
  private async stream(call: Call, reply: FastifyReply): Promise<void> {
    const greeting = this.conversations.greet(call.pipeline, call.fields, call.run);
    const signal = hangUpSignal(reply);
    let events: EventStream | undefined;
    // Opened with the first thing to say: a call that is refused still gets its own HTTP status.
    const open = () => (events ??= new EventStream(reply, { 'x-llmos-run': call.run, traceparent: call.traceparent }));
    try {
      const result =
        greeting ?? (await this.conversations.converse({ ...call, signal }, (answer) => sayStep(answer, open)));
      noteReply(reply.request, result);
      open().send('completed', result);
    } catch (error) {
      if (!events) throw error;
      const known = toLlmosError(error);
      noteReply(reply.request, { error: known.toBody() });
      const event =
        known.code === 'CANCELLED' ? 'cancelled' : known.code === 'DEADLINE_EXCEEDED' ? 'expired' : 'failed';
      events.send(event, { status: 'error', error: known.toBody(), run_id: call.run });
    } finally {
      events?.end();
    }
  }
}

function sayStep(answer: Answer, open: () => EventStream): void {
  if (answer.type === 'step' || answer.type === 'delta') open().send(answer.type, answer);
}

function serverTiming(reply: Reply): string {
  const timings = reply.details['timings'];
  if (!Array.isArray(timings)) return 'total;dur=0';
  return (timings as { step: string; handlerMs: number }[])
    .map(({ step, handlerMs }) => `${step};dur=${handlerMs.toFixed(1)}`)
    .join(', ');
}
