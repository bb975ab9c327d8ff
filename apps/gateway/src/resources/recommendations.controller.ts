import { LlmosError } from '@llmos/contracts';
import { Controller, Delete, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readFields } from '../http/request-body.js';
import { HttpRuns, type ResourceReply } from '../runs/http-runs.service.js';
import { readRows } from './rows-body.js';

const ROWS_AT_ONCE = 1_000;

/** `/v1/recommendations`, `/v1/interactions`, `/v1/items`, `/v1/users`: what the recommender is asked and told. */
@Controller('/v1')
export class RecommendationsController {
  constructor(private readonly runs: HttpRuns) {}

  @Post('/recommendations')
  @HttpCode(200)
  async recommend(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResourceReply> {
    const route = { name: 'POST /v1/recommendations', pipeline: 'recommendation_system' };
    return this.runs.ask(request, reply, route, await readFields(request));
  }

  @Post('/interactions')
  async record(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const name = 'POST /v1/interactions';
    const body = await readRows(request, 'interactions');
    if ('file' in body)
      return this.runs.start(
        request,
        reply,
        { name, pipeline: 'import_interactions' },
        { ...body, kind: 'interactions' },
      );
    requireFew(body.rows, 'interactions');
    const route = { name, pipeline: 'record_interactions' };
    const answer = await this.runs.ask(request, reply, route, { interactions: body.rows });
    requireSome(answer, body.single);
    void reply.status(200).send(answer);
  }

  @Post('/items')
  async store(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const name = 'POST /v1/items';
    const body = await readRows(request, 'items');
    if ('file' in body)
      return this.runs.start(request, reply, { name, pipeline: 'import_interactions' }, { ...body, kind: 'items' });
    requireFew(body.rows, 'items');
    const answer = await this.runs.ask(request, reply, { name, pipeline: 'upsert_items' }, { items: body.rows });
    void reply.status(200).send(answer);
  }

  @Get('/users/:id')
  export(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
  ): Promise<ResourceReply> {
    return this.runs.ask(request, reply, { name: 'GET /v1/users/{id}', pipeline: 'export_user' }, { user_id: id });
  }

  @Delete('/users/:id')
  erase(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
  ): Promise<ResourceReply> {
    return this.runs.ask(request, reply, { name: 'DELETE /v1/users/{id}', pipeline: 'erase_user' }, { user_id: id });
  }
}

/** More is a file's business: it is taken as it is read, and says how far it is. */
function requireFew(rows: readonly unknown[], field: string): void {
  if (rows.length === 0) throw new LlmosError('INVALID_ARGUMENT', 'There is no row in the request.', { field });
  if (rows.length > ROWS_AT_ONCE) {
    const message = `${rows.length} rows are more than the ${ROWS_AT_ONCE} taken at once: send them as application/x-ndjson or text/csv.`;
    throw new LlmosError('PAYLOAD_TOO_LARGE', message, { field });
  }
}

/** One who sent a single row wants to hear of its fault as an error; in a list the good rows count. */
function requireSome(answer: ResourceReply, single: boolean): void {
  const rejections = answer['rejections'] as { reason: string }[] | undefined;
  if (single && rejections?.[0])
    throw new LlmosError('INVALID_ARGUMENT', rejections[0].reason, { field: 'interactions.0' });
}
