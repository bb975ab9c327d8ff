import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Query, Schemas } from '../http/route.js';
import { HttpRuns } from '../runs/http-runs.js';
import { runHeaders } from '../runs/run-headers.js';
import { resourceReply, toResourceReply } from './resource.js';

const questionsQuery = z.object({
  unanswered: z.enum(['true', 'false'], "'unanswered' is 'true' or 'false'.").optional(),
  document: z.string().optional(),
  limit: z.coerce.number("'limit' is one number.").optional(),
});
const pageQuery = z.object({
  limit: z.coerce.number("'limit' is one number.").optional(),
  after: z.string().optional(),
});

/** `/v1/questions` and `/v1/feedback`: what was asked, and what customers think of the answers. */
@Controller('/v1')
export class QuestionsController {
  constructor(private readonly httpRuns: HttpRuns) {}

  @Get('/questions')
  @Schemas({
    summary: 'List what was asked',
    headers: runHeaders,
    query: questionsQuery,
    replies: { 200: resourceReply },
  })
  list(@Res() reply: FastifyReply, @Query() { unanswered, ...fields }: z.infer<typeof questionsQuery>): Promise<void> {
    const work = { pipeline: 'list_questions', fields: { ...fields, unanswered: unanswered === 'true' } };
    return this.httpRuns.answer(reply, work, toResourceReply);
  }

  @Get('/feedback')
  @Schemas({
    summary: 'List the feedback of customers',
    headers: runHeaders,
    query: pageQuery,
    replies: { 200: resourceReply },
  })
  feedback(@Res() reply: FastifyReply, @Query() fields: z.infer<typeof pageQuery>): Promise<void> {
    return this.httpRuns.answer(reply, { pipeline: 'list_feedback', fields }, toResourceReply);
  }
}
