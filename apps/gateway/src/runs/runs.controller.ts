import { Bus, CONFIG, hasEnded, terminalAnswerOf } from '@llmos/mesh';
import { isTerminal, LlmosError } from '@llmos/contracts';
import { SpanKind, withSpan } from '@llmos/telemetry';
import { Controller, Delete, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { holderOf, sentTraceparent, tenantOf, traceparentOf } from '../auth/caller.js';
import { EventStream, hangUpSignal } from '../http/event-stream.js';
import type { GatewayConfig } from '../gateway.config.js';
import { PipelinesService } from '../pipelines.service.js';
import { readFields, takeText } from '../http/request-body.js';
import { RunsService } from './runs.service.js';

const MAX_KEY_LENGTH = 255;

/** `/v1/runs`: start a run without waiting, look at it, follow it, cancel it. */
@Controller('/v1/runs')
export class RunsController {
  constructor(
    private readonly runs: RunsService,
    private readonly pipelines: PipelinesService,
    private readonly bus: Bus,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  @Post()
  async start(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const holder = holderOf(request, this.config.apiKeys);
    const { tenant } = holder;
    const { text: name, rest: fields } = takeText(await readFields(request), 'name');
    const pipeline = this.pipelines.getFor(holder, name, 'name');
    const key = idempotencyKey(request);
    const reserved = key === undefined ? undefined : await this.runs.runOfKey(tenant, `key:${key}`, { name, fields });
    const span = {
      kind: SpanKind.SERVER,
      traceparent: sentTraceparent(request) ?? '',
      attributes: { 'http.route': '/v1/runs', 'llmos.tenant': tenant, 'llmos.pipeline': name },
    };
    const run = await withSpan('POST /v1/runs', span, async (active) => {
      const traceparent = traceparentOf(request);
      void reply.header('traceparent', traceparent);
      const accepted = await this.runs.accept({
        pipeline,
        fields,
        tenant,
        traceparent,
        ...(reserved ? { run: reserved.run } : {}),
      });
      active.setAttribute('llmos.run', accepted);
      return accepted;
    });
    void reply
      .status(202)
      .headers({ 'x-llmos-run': run, location: `/v1/runs/${run}` })
      .send({ run_id: run, status: 'accepted' });
  }

  @Get('/:id')
  async show(@Req() request: FastifyRequest, @Param('id') id: string): Promise<object> {
    const { run, ...record } = await this.runs.find(tenantOf(request, this.config.apiKeys), id);
    return { run_id: run, ...record };
  }

  @Get('/:id/stream')
  async follow(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string): Promise<void> {
    const tenant = tenantOf(request, this.config.apiKeys);
    const record = await this.runs.find(tenant, id);
    const lastSeen = Number(request.headers['last-event-id'] ?? 0);
    if (!Number.isSafeInteger(lastSeen) || lastSeen < 0)
      throw new LlmosError('INVALID_ARGUMENT', 'Last-Event-ID is not one of ours.', { field: 'Last-Event-ID' });
    const signal = hangUpSignal(reply);
    const events = new EventStream(reply, { 'x-llmos-run': id });
    try {
      const follow = !hasEnded(record);
      let ended = false;
      for await (const { answer, sequence } of this.bus.readAnswers(id, { afterSequence: lastSeen, follow, signal })) {
        events.send(answer.type, answer, sequence);
        ended ||= isTerminal(answer);
      }
      // The answers of a run that has ended are kept for minutes, its record for days.
      if (!follow && !ended) events.send(record.status, terminalAnswerOf(record));
    } finally {
      events.end();
    }
  }

  @Delete('/:id')
  async cancel(@Req() request: FastifyRequest, @Param('id') id: string): Promise<object> {
    const { run, status } = await this.runs.cancel(tenantOf(request, this.config.apiKeys), id);
    return { run_id: run, status };
  }
}

function idempotencyKey(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || key === '' || key.length > MAX_KEY_LENGTH) {
    throw new LlmosError('INVALID_ARGUMENT', `An Idempotency-Key has 1 to ${MAX_KEY_LENGTH} characters.`, {
      field: 'Idempotency-Key',
    });
  }
  return key;
}
