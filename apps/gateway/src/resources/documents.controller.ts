import { Controller, Delete, Get, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { wantsEvents } from '../http/accepts.js';
import { Params, Query, Schemas } from '../http/route.js';
import { HttpRuns } from '../runs/http-runs.js';
import { runHeaders } from '../runs/run-headers.js';
import { asPart } from './caller-fields.js';
import { documentsSchema, readDocuments } from './documents-body.js';
import { resourceReply, toResourceReply } from './resource.js';

const documentParams = z.object({ id: z.string() });
type DocumentParams = z.infer<typeof documentParams>;
const pageQuery = z.object({
  limit: z.coerce.number("'limit' is one number.").optional(),
  after: z.string().optional(),
});
const accepted = z.object({ run_id: z.string(), status: z.literal('accepted'), progress: z.string() });

/** `/v1/documents`: the documents that answers are found in. */
@Controller('/v1/documents')
export class DocumentsController {
  constructor(private readonly httpRuns: HttpRuns) {}

  @Post()
  @Schemas({
    summary: 'Store documents',
    headers: runHeaders,
    body: documentsSchema,
    replies: { 200: resourceReply, 202: accepted },
  })
  async store(@Res() reply: FastifyReply): Promise<void> {
    const part = Array.isArray(reply.request.body) ? 'documents' : undefined;
    const body = await asPart(part, () => readDocuments(reply.request));
    if ('document' in body) {
      const work = { pipeline: 'upsert_document', fields: { document: body.document } };
      return asPart('document', () => this.httpRuns.answer(reply, work, toResourceReply));
    }
    // Many documents are a durable run. The reply is its address, or its answers if the client accepts events.
    const run = await this.httpRuns.start(reply, { pipeline: 'import_documents', fields: body.input });
    if (wantsEvents(reply.request)) return this.httpRuns.follow(reply, run);
    void reply.send({ run_id: run, status: 'accepted', progress: `/v1/runs/${run}/stream` });
  }

  @Get()
  @Schemas({ summary: 'List documents', headers: runHeaders, query: pageQuery, replies: { 200: resourceReply } })
  list(@Res() reply: FastifyReply, @Query() fields: z.infer<typeof pageQuery>): Promise<void> {
    return this.httpRuns.answer(reply, { pipeline: 'list_documents', fields }, toResourceReply);
  }

  @Get('/:id')
  @Schemas({ summary: 'Show a document', headers: runHeaders, params: documentParams, replies: { 200: resourceReply } })
  show(@Res() reply: FastifyReply, @Params() fields: DocumentParams): Promise<void> {
    return this.httpRuns.answer(reply, { pipeline: 'show_document', fields }, toResourceReply);
  }

  @Delete('/:id')
  @Schemas({
    summary: 'Delete a document',
    headers: runHeaders,
    params: documentParams,
    replies: { 200: resourceReply },
  })
  delete(@Res() reply: FastifyReply, @Params() fields: DocumentParams): Promise<void> {
    return this.httpRuns.answer(reply, { pipeline: 'delete_document', fields }, toResourceReply);
  }
}
