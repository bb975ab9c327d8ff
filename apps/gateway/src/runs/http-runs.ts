import {
  replyOf,
  toLlmosError,
  type Answer,
  type CompletedAnswer,
  type Reply,
  type TerminalAnswer,
} from '@llmos/contracts';
import { activeTraceparent, newTraceparent, parseTraceparent, SpanKind, withSpan } from '@llmos/telemetry';
import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { callerOf, roleRefusal } from '../auth/caller.js';
import type { CloudEvent } from '../events/cloud-event.js';
import { inputOf, keyOf } from '../events/event-input.js';
import { EventStream } from '../http/event-stream.js';
import { hangUpSignal } from '../http/hang-up.js';
import { pathOf } from '../http/route-registry.js';
import { PipelinesService } from '../pipelines.service.js';
import { usageOf } from '../throttle/run-usage.js';
import { readTexts } from './form-input.js';
import { greetingOf, requireCompleted } from './reply.js';
import { wishesOf } from './run-headers.js';
import { RunsService, type StartRun } from './runs.service.js';

/** A pipeline to run and its input. */
export interface Work {
  readonly pipeline: string;
  readonly fields: Record<string, unknown>;
  /** The field of the request that names the pipeline. A resource stands for one pipeline: its route names it. */
  readonly namedBy?: string;
  /** Answers a call without input with the greeting of the pipeline, if it has one. */
  readonly greets?: boolean;
  /** Repeated requests of a tenant with the same key are one run. */
  readonly key?: string | undefined;
  /** The trace of an event, where the request has none. */
  readonly traceparent?: string | undefined;
}

/** Runs over HTTP: one span per run, the identity and the trace of the request, and JSON or events as the reply. */
@Injectable()
export class HttpRuns {
  constructor(
    private readonly runs: RunsService,
    private readonly pipelines: PipelinesService,
  ) {}

  /** Runs a pipeline and replies in JSON. */
  answer(reply: FastifyReply, work: Work, toBody: (result: Reply) => object = (whole) => whole): Promise<void> {
    return this.inSpan(reply, work, async (request, setRun) => {
      let run = request.run;
      const startedAt = performance.now();
      const onRun = (known: string) => setRun((run = known));
      const answer = requireCompleted(await this.execute(reply, work, request, { onRun, onPart: () => undefined }));
      const whole = replyOf(run, answer, performance.now() - startedAt);
      void reply.status(200).header('server-timing', serverTiming(answer)).send(toBody(whole));
    });
  }

  /** Runs a pipeline and sends its answers as they arrive. */
  stream(reply: FastifyReply, work: Work): Promise<void> {
    return this.inSpan(reply, work, async (request, setRun) => {
      let events: EventStream | undefined;
      // Opened with the first event: a refused request still gets its own HTTP status.
      const open = () => (events ??= new EventStream(reply));
      try {
        const onPart = (part: Answer) => void open().send(part.type, part);
        const answer = await this.execute(reply, work, request, { onRun: setRun, onPart });
        if (!events) requireCompleted(answer);
        void open().send(answer.type, answer);
      } catch (error) {
        void events?.send('failed', { type: 'failed', error: toLlmosError(error).toBody() });
        throw error;
      } finally {
        events?.end();
      }
    });
  }

  /** Starts a durable run, sets the status and the headers of the reply, and returns the id of the run. */
  start(reply: FastifyReply, work: Work, key?: string): Promise<string> {
    return this.inSpan(reply, work, async (request, setRun) => {
      const run = await this.runs.start({ ...request, key });
      setRun(run);
      void reply.status(202).header('location', `/v1/runs/${run}`);
      return run;
    });
  }

  /** Starts the durable run of an event and returns its id. Repeated events are one run. */
  startEvent(reply: FastifyReply, pipeline: string, event: CloudEvent): Promise<string> {
    const { id: correlationId, data, traceparent, expiresAtMs } = event;
    return this.inSpan(reply, { pipeline, fields: {}, namedBy: 'pipeline', traceparent }, (request) => {
      const fields = inputOf(request.pipeline, data);
      const wishes = {
        ...request.wishes,
        priority: 0,
        maxTotalTokens: event.maxTotalTokens ?? request.wishes?.maxTotalTokens,
      };
      return this.runs.start({ ...request, fields, key: keyOf(event), correlationId, wishes, expiresAtMs });
    });
  }

  /** Sends the answers of a run after `afterSequence`, at the pace at which the client reads them. */
  async follow(reply: FastifyReply, run: string, afterSequence = 0): Promise<void> {
    const record = await this.runs.find(callerOf(reply.request), run);
    const signal = hangUpSignal(reply);
    const events = new EventStream(reply.header('x-llmos-run', run));
    try {
      for await (const { answer, sequence } of this.runs.follow(record, { afterSequence, signal }))
        await events.send(answer.type, answer, sequence);
    } finally {
      events.end();
    }
  }

  private async execute(
    reply: FastifyReply,
    { greets, key }: Work,
    request: StartRun,
    on: { onRun: (run: string) => void; onPart: (answer: Answer) => void },
  ): Promise<TerminalAnswer> {
    on.onRun(request.run);
    const greeting = greets ? greetingOf(request.pipeline, request.fields) : undefined;
    if (greeting) return greeting;
    const answer = await this.runs.execute({ ...request, key }, { signal: hangUpSignal(reply), ...on });
    reply.request.usage = usageOf(answer);
    return answer;
  }

  private inSpan<T>(
    reply: FastifyReply,
    { pipeline: name, fields: sentFields, namedBy = 'route', traceparent: own }: Work,
    handle: (request: StartRun, setRun: (run: string) => void) => Promise<T>,
  ): Promise<T> {
    const { request } = reply;
    const caller = callerOf(request);
    const pipeline = this.pipelines.get(name, namedBy);
    request.pipeline = name;
    const wishes = wishesOf(request.headers);
    const refusal = roleRefusal(caller, pipeline.role, `The pipeline '${name}'`);
    if (refusal) throw refusal;
    const fields = request.isMultipart() ? readTexts(pipeline, sentFields) : sentFields;
    const route = pathOf(request.routeOptions.url!);
    const sent = parseTraceparent(String(request.headers['traceparent'])) ?? parseTraceparent(own);
    const attributes = { 'http.route': route, 'llmos.tenant': caller.tenant, 'llmos.pipeline': name };
    const options = { kind: SpanKind.SERVER, traceparent: sent ?? '', attributes };
    return withSpan(`${request.method} ${route}`, options, (span) => {
      const traceparent = activeTraceparent() ?? sent ?? newTraceparent();
      void reply.header('traceparent', traceparent);
      const setRun = (run: string) => {
        span.setAttribute('llmos.run', run);
        void reply.header('x-llmos-run', run);
      };
      const run = this.runs.newRun();
      return handle({ run, caller, address: request.identity?.address, pipeline, fields, traceparent, wishes }, setRun);
    });
  }
}

function serverTiming({ timings }: CompletedAnswer): string {
  if (timings.length === 0) return 'total;dur=0';
  return timings.map(({ step, handlerMs }) => `${step};dur=${handlerMs.toFixed(1)}`).join(', ');
}
