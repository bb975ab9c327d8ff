import { isTerminal, type Pipeline } from '@llmos/contracts';
import { Bus, CONFIG } from '@llmos/mesh';
import { SpanKind, withSpan } from '@llmos/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { holderOf, sentTraceparent, tenantOf, traceparentOf } from '../auth/caller.js';
import { ConversationsService } from './conversations.service.js';
import { EventStream, hangUpSignal } from '../http/event-stream.js';
import type { GatewayConfig } from '../gateway.config.js';
import { PipelinesService } from '../pipelines.service.js';
import { RunsService } from './runs.service.js';

/** A route that stands for a pipeline. */
export interface ResourceRoute {
  /** Method and route template, such as `POST /v1/analyze`. */
  readonly name: string;
  readonly pipeline: string;
}

/** What a resource answers: the details of its pipeline, and where to look the run up. */
export type ResourceReply = Record<string, unknown> & { readonly run_id: string };

interface Start {
  readonly tenant: string;
  readonly run: string;
  readonly traceparent: string;
}

/** The services' own resources over HTTP: each call is a run of one pipeline, so nothing here knows a service. */
@Injectable()
export class HttpRuns {
  constructor(
    private readonly pipelines: PipelinesService,
    private readonly conversations: ConversationsService,
    private readonly runs: RunsService,
    private readonly bus: Bus,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  /** Runs the pipeline and waits. @throws LlmosError with what the caller is to be told. */
  async ask(
    request: FastifyRequest,
    reply: FastifyReply,
    route: ResourceRoute,
    fields: Record<string, unknown>,
  ): Promise<ResourceReply> {
    const pipeline = this.pipelineFor(request, route);
    return this.begin(request, reply, route, this.conversations.newRun(), async (start) => {
      const answer = await this.conversations.converse(
        { ...start, pipeline, fields, signal: hangUpSignal(reply) },
        () => undefined,
      );
      const own = Object.entries(answer.details).filter(([name]) => name !== 'timings' && name !== 'totalMs');
      return { ...Object.fromEntries(own), run_id: start.run };
    });
  }

  /**
   * Starts a durable run for work that takes its time, and answers 202 with where to look; a caller who accepts
   * `text/event-stream` gets its progress and its end at once instead.
   */
  async start(
    request: FastifyRequest,
    reply: FastifyReply,
    route: ResourceRoute,
    fields: Record<string, unknown>,
  ): Promise<void> {
    const pipeline = this.pipelineFor(request, route);
    const run = await this.begin(request, reply, route, undefined, ({ tenant, traceparent }) =>
      this.runs.accept({ pipeline, fields, tenant, traceparent }),
    );
    const links = { 'x-llmos-run': run, location: `/v1/runs/${run}` };
    if (request.headers.accept?.includes('text/event-stream')) return this.follow(reply, run, links);
    void reply
      .status(202)
      .headers(links)
      .send({ run_id: run, status: 'accepted', progress: `/v1/runs/${run}/stream` });
  }

  private async follow(reply: FastifyReply, run: string, headers: Record<string, string>): Promise<void> {
    const signal = hangUpSignal(reply);
    const events = new EventStream(reply, headers);
    try {
      for await (const { answer, sequence } of this.bus.readAnswers(run, { follow: true, signal })) {
        events.send(answer.type, answer, sequence);
        if (isTerminal(answer)) break;
      }
    } finally {
      events.end();
    }
  }

  private pipelineFor(request: FastifyRequest, route: ResourceRoute): Pipeline {
    return this.pipelines.getFor(holderOf(request, this.config.apiKeys), route.pipeline, 'route');
  }

  private begin<T>(
    request: FastifyRequest,
    reply: FastifyReply,
    route: ResourceRoute,
    run: string | undefined,
    work: (start: Start) => Promise<T>,
  ): Promise<T> {
    const tenant = tenantOf(request, this.config.apiKeys);
    const span = {
      kind: SpanKind.SERVER,
      traceparent: sentTraceparent(request) ?? '',
      attributes: {
        'http.route': route.name.slice(route.name.indexOf(' ') + 1),
        'llmos.tenant': tenant,
        'llmos.pipeline': route.pipeline,
        ...(run ? { 'llmos.run': run } : {}),
      },
    };
    return withSpan(route.name, span, () => {
      const traceparent = traceparentOf(request);
      void reply.headers({ traceparent, ...(run ? { 'x-llmos-run': run } : {}) });
      return work({ tenant, run: run ?? '', traceparent });
    });
  }
}
