import { toLlmosError } from '@llmos/contracts';
import { Controller, Post, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Params, RawBody, Schemas } from '../http/route.js';
import { HttpRuns } from '../runs/http-runs.js';
import { runHeaders } from '../runs/run-headers.js';
import { readEvents, type Received } from './read-events.js';

const eventParams = z.object({ pipeline: z.string() });
const event = z.looseObject({ specversion: z.literal('1.0'), id: z.string(), source: z.string() });
const accepted = z.object({
  run_id: z.string().optional(),
  status: z.enum(['accepted', 'failed']).optional(),
  events: z
    .array(z.object({ id: z.string().optional(), run_id: z.string().optional(), status: z.string() }))
    .optional(),
});

/** `/v1/events`: durable runs for CloudEvents, one or a batch, as on the bus. */
@Controller('/v1/events')
export class EventsController {
  constructor(private readonly httpRuns: HttpRuns) {}

  @Post('/:pipeline')
  @RawBody()
  @Schemas({
    summary: 'Start a durable run for each CloudEvent',
    params: eventParams,
    headers: runHeaders,
    body: z.union([event, z.array(event)]),
    replies: { 202: accepted },
  })
  async take(@Res() reply: FastifyReply, @Params() { pipeline }: z.infer<typeof eventParams>): Promise<void> {
    const { isBatch, events } = readEvents(messageOf(reply.request));
    if (isBatch) {
      const outcomes = [];
      for (const received of events) outcomes.push(await this.outcomeOf(reply, pipeline, received));
      return void reply.status(202).send({ events: outcomes });
    }
    const run = await this.start(reply, pipeline, events[0]!);
    void reply.status(202).headers({ location: `/v1/runs/${run}`, 'x-llmos-run': run });
    void reply.send({ run_id: run, status: 'accepted' });
  }

  private async outcomeOf(reply: FastifyReply, pipeline: string, received: Received): Promise<object> {
    const id = 'event' in received ? received.event.id : received.id;
    try {
      return { id, run_id: await this.start(reply, pipeline, received), status: 'accepted' };
    } catch (error) {
      return { ...(id === undefined ? {} : { id }), status: 'failed', error: toLlmosError(error).toBody() };
    }
  }

  private start(reply: FastifyReply, pipeline: string, received: Received): Promise<string> {
    if ('error' in received) throw received.error;
    return this.httpRuns.startEvent(reply, pipeline, received.event);
  }
}

function messageOf({ headers, body }: FastifyRequest) {
  const own = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as const],
  );
  return { headers: own, body: body as Buffer };
}
