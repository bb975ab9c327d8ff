import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Query, Schemas } from '../http/route.js';
import { HttpRuns } from '../runs/http-runs.js';
import { resourceReply, toResourceReply } from './resource.js';

const questionsQuery = z.object({
  unanswered: z.enum(['true', 'false'], "'unanswered' is 'true' or 'false'.").optional(),
  document: z.string().optional(),
  limit: z.coerce.number("'limit' is no number.").optional(),
});

/** `/v1/questions`: what was asked, for the authors of documents. */
@Controller('/v1/questions')
export class QuestionsController {
  constructor(private readonly httpRuns: HttpRuns) {}

  @Get()
  @Schemas({ summary: 'List what was asked', query: questionsQuery, replies: { 200: resourceReply } })
  list(@Res() reply: FastifyReply, @Query() { unanswered, ...fields }: z.infer<typeof questionsQuery>): Promise<void> {
    const work = { pipeline: 'list_questions', fields: { ...fields, unanswered: unanswered === 'true' } };
    return this.httpRuns.answer(reply, work, toResourceReply);
  }
}
