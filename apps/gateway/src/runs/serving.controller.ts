import { replySchema } from '@llmos/contracts';
import { Controller, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { wantsEvents } from '../http/accepts.js';
import { Fields, RequestHeaders, Schemas } from '../http/route.js';
import { HttpRuns } from './http-runs.js';
import { namedInput, type NamedInput } from './named-input.js';
import { keyedHeaders, type KeyedHeaders } from './run-headers.js';

/** `POST /serving/process`: runs a pipeline by its name and waits for the answer, whole or as it is made. */
@Controller()
export class ServingController {
  constructor(private readonly httpRuns: HttpRuns) {}

  @Post('/serving/process')
  @Schemas({
    summary: 'Run a pipeline and wait for its answer',
    headers: keyedHeaders,
    body: namedInput,
    replies: { 200: replySchema },
    streams: true,
  })
  process(
    @Res() reply: FastifyReply,
    @RequestHeaders() { 'Idempotency-Key': key }: KeyedHeaders,
    @Fields() { name, ...fields }: NamedInput,
  ): Promise<void> {
    const work = { pipeline: name, fields, namedBy: 'name', greets: true, key: key && `live:${key}` };
    return wantsEvents(reply.request) ? this.httpRuns.stream(reply, work) : this.httpRuns.answer(reply, work);
  }
}
