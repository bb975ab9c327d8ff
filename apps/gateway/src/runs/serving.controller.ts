import { replySchema } from '@llmos/contracts';
import { Controller, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { wantsEvents } from '../http/accepts.js';
import { Fields, Schemas } from '../http/route.js';
import { HttpRuns } from './http-runs.js';
import { namedInput, type NamedInput } from './named-input.js';

/** `POST /serving/process`: runs a pipeline by its name and waits for the answer, whole or as it is made. */
@Controller()
export class ServingController {
  constructor(private readonly httpRuns: HttpRuns) {}

  @Post('/serving/process')
  @Schemas({
    summary: 'Run a pipeline and wait for its answer',
    body: namedInput,
    replies: { 200: replySchema },
    streams: true,
  })
  process(@Res() reply: FastifyReply, @Fields() { name, ...fields }: NamedInput): Promise<void> {
    const work = { pipeline: name, fields, namedBy: 'name', greets: true };
    return wantsEvents(reply.request) ? this.httpRuns.stream(reply, work) : this.httpRuns.answer(reply, work);
  }
}
