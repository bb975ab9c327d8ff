import { LlmosError, type Answer, type Pipeline, type RunContext, type TerminalAnswer } from '@llmos/contracts';
import { CONFIG, MeshClient } from '@llmos/mesh';
import { checkInput } from '@llmos/pipeline';
import { gauge } from '@llmos/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { AvailabilityService } from '../availability.service.js';
import type { GatewayConfig } from '../gateway.config.js';
import { LiveRuns } from './live-runs.js';

/** What the outside is told of a finished run. */
export interface Reply {
  readonly status: 'success';
  readonly result: string;
  readonly details: Record<string, unknown>;
  readonly run_id: string;
}

const liveRuns = gauge('llmos_live_runs', 'Live runs that are being answered', []);

/** Live runs: somebody waits for the answer. */
@Injectable()
export class ConversationsService {
  private readonly running: LiveRuns;

  constructor(
    private readonly client: MeshClient,
    private readonly availability: AvailabilityService,
    @Inject(CONFIG) config: GatewayConfig,
  ) {
    const { maxLiveRuns: total, maxLiveRunsPerTenant = Math.ceil(total / 2), apiKeys } = config;
    this.running = new LiveRuns({ total, perTenant: apiKeys.size === 0 ? total : maxLiveRunsPerTenant });
  }

  /** The pipeline's opening words, for a call with its name alone; undefined when it has none or more was sent. */
  greet(pipeline: Pipeline, fields: Record<string, unknown>, run: string): Reply | undefined {
    if (Object.keys(fields).length > 0 || pipeline.greeting === undefined) return undefined;
    return { status: 'success', result: pipeline.greeting, details: { greeting: true }, run_id: run };
  }

  /**
   * Runs a pipeline for a waiting caller.
   *
   * @throws LlmosError for whatever went wrong, with the code the caller is to see.
   */
  async converse(
    request: {
      pipeline: Pipeline;
      fields: Record<string, unknown>;
      run: string;
      tenant: string;
      traceparent: string;
      signal: AbortSignal;
    },
    onAnswer: (answer: Answer) => void,
  ): Promise<Reply> {
    const { pipeline, run, tenant, traceparent } = request;
    const input = checkInput(pipeline, request.fields);
    const passOver = this.availability.admit(pipeline, input);
    const cancelled = this.running.enter(run, { tenant, deadlineMs: pipeline.deadlineMs });
    const startedAt = performance.now();
    liveRuns.set(this.running.size);
    const context: RunContext = { run, tenant, lane: 'live', deadlineMs: Date.now() + pipeline.deadlineMs };
    try {
      const signal = AbortSignal.any([request.signal, cancelled]);
      const last = await this.client.converse({ ...context, pipeline, input, traceparent, passOver }, onAnswer, signal);
      return replyOf(run, last, performance.now() - startedAt);
    } finally {
      this.running.leave(run);
      liveRuns.set(this.running.size);
    }
  }

  /** Cancels a live run of this gateway; false when it has none of this id for this tenant. */
  cancel(tenant: string, run: string): boolean {
    return this.running.cancel(tenant, run);
  }

  newRun(): string {
    return this.client.newRun();
  }
}

function replyOf(run: string, last: TerminalAnswer, totalMs: number): Reply {
  switch (last.type) {
    case 'completed':
      return {
        status: 'success',
        result: last.result,
        details: {
          ...last.details,
          timings: last.timings,
          totalMs,
          ...(last.degraded.length > 0 ? { degraded: last.degraded } : {}),
        },
        run_id: run,
      };
    case 'failed':
      throw new LlmosError(
        last.error.code,
        last.error.message,
        last.error.field === undefined ? {} : { field: last.error.field },
      );
    case 'cancelled':
      throw new LlmosError('CANCELLED', 'The run was cancelled.');
    case 'expired':
      throw new LlmosError(
        'DEADLINE_EXCEEDED',
        'The answer was not ready in time. Try again, or send it to /v1/runs, which may wait.',
      );
  }
}
