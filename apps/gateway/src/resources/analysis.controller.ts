import { Controller, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Fields, Schemas } from '../http/route.js';
import { HttpRuns } from '../runs/http-runs.js';
import { runHeaders } from '../runs/run-headers.js';
import { resourceInput, resourceReply, toResourceReply, type ResourceInput } from './resource.js';

/** `/v1/analyze`: sentiment, entities and classes of texts. */
@Controller('/v1/analyze')
export class AnalysisController {
  constructor(private readonly httpRuns: HttpRuns) {}

  @Post()
  @Schemas({ summary: 'Analyze texts', headers: runHeaders, body: resourceInput, replies: { 200: resourceReply } })
  analyze(@Res() reply: FastifyReply, @Fields() fields: ResourceInput): Promise<void> {
    return this.httpRuns.answer(reply, { pipeline: 'text_analysis', fields }, toResourceReply);
  }
}
