import { LlmosError, type Reply } from '@llmos/contracts';
import { Controller, Delete, Get, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { wantsEvents } from '../http/accepts.js';
import { Fields, Params, Schemas } from '../http/route.js';
import { HttpRuns } from '../runs/http-runs.js';
import { runHeaders } from '../runs/run-headers.js';
import { asPart } from './caller-fields.js';
import { resourceInput, resourceReply, toResourceReply, type ResourceInput, type ResourceReply } from './resource.js';
import { readRows, rowsSchema } from './rows-body.js';
import { checkFile, checkRows } from './rows-check.js';

const idParams = z.object({ id: z.string() });
type IdParams = z.infer<typeof idParams>;

const accepted = z.object({ run_id: z.string(), status: z.literal('accepted'), progress: z.string() });
const rowReplies = { 200: resourceReply, 202: accepted };

/** `/v1/recommendations`, `/v1/interactions`, `/v1/items` and `/v1/users`: the resources of the recommender. */
@Controller('/v1')
export class RecommendationsController {
  constructor(private readonly httpRuns: HttpRuns) {}

  @Post('/recommendations')
  @Schemas({ summary: 'Recommend items', headers: runHeaders, body: resourceInput, replies: { 200: resourceReply } })
  recommend(@Res() reply: FastifyReply, @Fields() fields: ResourceInput): Promise<void> {
    return this.httpRuns.answer(reply, { pipeline: 'recommendation_system', fields }, toResourceReply);
  }

  @Post('/interactions')
  @Schemas({
    summary: 'Record interactions',
    headers: runHeaders,
    body: rowsSchema('interactions'),
    replies: rowReplies,
  })
  record(@Res() reply: FastifyReply): Promise<void> {
    return this.takeRows(reply, 'interactions', 'record_interactions');
  }

  @Post('/items')
  @Schemas({ summary: 'Add or replace items', headers: runHeaders, body: rowsSchema('items'), replies: rowReplies })
  store(@Res() reply: FastifyReply): Promise<void> {
    return this.takeRows(reply, 'items', 'upsert_items');
  }

  @Delete('/items/:id')
  @Schemas({ summary: 'Delete an item', headers: runHeaders, params: idParams, replies: { 200: resourceReply } })
  delete(@Res() reply: FastifyReply, @Params() { id }: IdParams): Promise<void> {
    return this.httpRuns.answer(reply, { pipeline: 'delete_item', fields: { id } }, toResourceReply);
  }

  @Get('/users/:id')
  @Schemas({
    summary: 'Export the data of a user',
    headers: runHeaders,
    params: idParams,
    replies: { 200: resourceReply },
  })
  export(@Res() reply: FastifyReply, @Params() { id }: IdParams): Promise<void> {
    return this.httpRuns.answer(reply, { pipeline: 'export_user', fields: { user_id: id } }, toResourceReply);
  }

  @Delete('/users/:id')
  @Schemas({
    summary: 'Erase the data of a user',
    headers: runHeaders,
    params: idParams,
    replies: { 200: resourceReply },
  })
  erase(@Res() reply: FastifyReply, @Params() { id }: IdParams): Promise<void> {
    return this.httpRuns.answer(reply, { pipeline: 'erase_user', fields: { user_id: id } }, toResourceReply);
  }

  private async takeRows(reply: FastifyReply, name: 'interactions' | 'items', pipeline: string): Promise<void> {
    const { body: sent } = reply.request;
    const body = await asPart(Array.isArray(sent) ? name : undefined, () => readRows(reply.request, name));
    if ('file' in body) {
      checkFile(body.file, body.format, name);
      return this.importFile(reply, { ...body, kind: name });
    }
    const part = body.single ? `${name}.0` : Array.isArray(sent) ? name : undefined;
    const toBody = (result: Reply) => requireAccepted(toResourceReply(result), body.single);
    return asPart(part, () => {
      checkRows(body.rows, name);
      return this.httpRuns.answer(reply, { pipeline, fields: { [name]: body.rows } }, toBody);
    });
  }

  /** A file is a durable run. The reply is its address, or its answers if the client accepts events. */
  private async importFile(reply: FastifyReply, fields: ResourceInput): Promise<void> {
    const run = await this.httpRuns.start(reply, { pipeline: 'import_interactions', fields });
    if (wantsEvents(reply.request)) return this.httpRuns.follow(reply, run);
    void reply.send({ run_id: run, status: 'accepted', progress: `/v1/runs/${run}/stream` });
  }
}

/** The fault of a single row is the error of the request. In a list, the rows without fault count. */
function requireAccepted(reply: ResourceReply, single: boolean): ResourceReply {
  const rejections = reply['rejections'] as { reason: string }[] | undefined;
  if (!single || !rejections?.[0]) return reply;
  const { reason } = rejections[0];
  throw new LlmosError('INVALID_ARGUMENT', reason, { field: /^([\w.]+): /.exec(reason)?.[1] ?? 'body' });
}
