import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readFields } from '../http/request-body.js';
import { HttpRuns, type ResourceReply } from '../runs/http-runs.service.js';

/** `/v1/analyze`: what texts say. */
@Controller('/v1/analyze')
export class AnalysisController {
  constructor(private readonly runs: HttpRuns) {}

  @Post()
  @HttpCode(200)
  async analyze(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResourceReply> {
    const route = { name: 'POST /v1/analyze', pipeline: 'text_analysis' };
    return this.runs.ask(request, reply, route, await readFields(request));
  }
}
