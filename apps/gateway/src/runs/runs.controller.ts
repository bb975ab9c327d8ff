import { isRunId, runRecordSchema } from '@llmos/contracts';
import { Controller, Delete, Get, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Caller } from '../auth/caller.js';
import { Fields, Params, RequestHeaders, Schemas } from '../http/route.js';
import { resourceReply, toResourceReply } from '../resources/resource.js';
import { keyedHeaders, runHeaders, type KeyedHeaders } from './run-headers.js';
import { HttpRuns } from './http-runs.js';
import { namedInput, type NamedInput } from './named-input.js';
import { RunsService } from './runs.service.js';

/** Characters of a correction or a comment. */
const MAX_OPINION = 2_000;

const runParams = z.object({
  id: z.string().toLowerCase().refine(isRunId, "This is not a run id. Send the 'run_id' of the reply that started it."),
});
const followHeaders = z.object({
  'Last-Event-ID': z.coerce
    .number('Last-Event-ID is not the id of an event. Send the last id that you received, or leave it out.')
    .int()
    .nonnegative()
    .default(0),
});
const accepted = z.object({ run_id: z.string(), status: z.literal('accepted') });
const shownRecord = runRecordSchema.omit({ run: true }).extend({ run_id: z.string() });
const cancelled = shownRecord.pick({ run_id: true, status: true });

const opinion = z.string().max(MAX_OPINION, `It has at most ${MAX_OPINION} characters.`).optional();
const feedbackBody = z.strictObject({
  helpful: z.boolean("'helpful' is true or false."),
  correction: opinion,
  comment: opinion,
});

type RunParams = z.infer<typeof runParams>;

/** `/v1/runs`: starts a durable run; shows, follows and cancels any run. */
@Controller('/v1/runs')
export class RunsController {
  constructor(
    private readonly runs: RunsService,
    private readonly httpRuns: HttpRuns,
  ) {}

  @Post()
  @Schemas({ summary: 'Start a durable run', headers: keyedHeaders, body: namedInput, replies: { 202: accepted } })
  async start(
    @Res() reply: FastifyReply,
    @RequestHeaders() { 'Idempotency-Key': key }: KeyedHeaders,
    @Fields() { name, ...fields }: NamedInput,
  ): Promise<void> {
    const work = { pipeline: name, fields, namedBy: 'name' };
    const run_id = await this.httpRuns.start(reply, work, key === undefined ? undefined : `key:${key}`);
    void reply.send({ run_id, status: 'accepted' });
  }

  @Get('/:id')
  @Schemas({ summary: 'Show the record of a run', params: runParams, replies: { 200: shownRecord } })
  async show(@Caller() caller: Caller, @Params() { id }: RunParams): Promise<object> {
    const { run, ...record } = await this.runs.find(caller, id);
    return { run_id: run, ...record };
  }

  @Get('/:id/stream')
  @Schemas({
    summary: 'Follow the answers of a run',
    params: runParams,
    headers: followHeaders,
    replies: {},
    streams: true,
  })
  follow(
    @Res() reply: FastifyReply,
    @Params() { id }: RunParams,
    @RequestHeaders() { 'Last-Event-ID': lastSeen }: z.infer<typeof followHeaders>,
  ): Promise<void> {
    return this.httpRuns.follow(reply, id, lastSeen);
  }

  @Post('/:id/feedback')
  @Schemas({
    summary: 'Rate the answer of a run',
    headers: runHeaders,
    params: runParams,
    body: feedbackBody,
    replies: { 200: resourceReply },
  })
  rate(
    @Res() reply: FastifyReply,
    @Params() { id }: RunParams,
    @Fields() fields: z.infer<typeof feedbackBody>,
  ): Promise<void> {
    return this.httpRuns.answer(reply, { pipeline: 'give_feedback', fields: { run: id, ...fields } }, toResourceReply);
  }

  @Delete('/:id')
  @Schemas({ summary: 'Cancel a run', params: runParams, replies: { 200: cancelled } })
  async cancel(@Caller() caller: Caller, @Params() { id }: RunParams): Promise<object> {
    const { run, status } = await this.runs.cancel(caller, id);
    return { run_id: run, status };
  }
}
