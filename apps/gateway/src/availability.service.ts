import { LlmosError, type Check, type Pipeline } from '@llmos/contracts';
import { Nodes, Readiness } from '@llmos/mesh';
import { stepsToTake } from '@llmos/pipeline';
import { counter } from '@llmos/telemetry';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PipelinesService } from './pipelines.service.js';

/** 503 with what a caller can plan by: what is loading, how far it is, when to come back. */
export class LoadingError extends LlmosError {
  constructor(
    capability: string,
    readonly loading: { state: string; progress?: number; eta_seconds?: number },
  ) {
    super('MODEL_LOADING', `'${capability}' is still getting ready. Try again in a few seconds.`);
  }
}

const passedOver = counter(
  'llmos_steps_passed_over_total',
  'Optional steps that live runs went without, for nobody was ready to do them',
  ['capability'],
);

/** Knows which capabilities somebody is ready to do, from the heartbeats of the mesh. */
@Injectable()
export class AvailabilityService implements OnModuleInit {
  constructor(
    private readonly nodes: Nodes,
    private readonly pipelines: PipelinesService,
    private readonly readiness: Readiness,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.nodes.watch();
  }

  /**
   * Lets a run begin that somebody waits for.
   *
   * @returns the ids of optional steps (`onError: continue`) that nobody can do now, to be passed over.
   * @throws LoadingError or LlmosError UNAVAILABLE when a step that it cannot do without has nobody to do it.
   */
  admit(pipeline: Pipeline, input: Record<string, unknown>): string[] {
    const passOver: string[] = [];
    for (const { id, uses, onError } of stepsToTake(pipeline, input)) {
      const check = this.checkOf(uses);
      if (check.state === 'ready') continue;
      if (onError === 'continue') {
        passedOver.inc({ capability: uses });
        passOver.push(id);
        continue;
      }
      if (check.state === 'failed')
        throw new LlmosError('UNAVAILABLE', check.message ?? `Nobody can do '${uses}' at the moment.`);
      throw new LoadingError(uses, {
        state: check.message ?? 'loading',
        ...(check.progress === undefined ? {} : { progress: check.progress }),
        ...(check.etaSeconds === undefined ? {} : { eta_seconds: check.etaSeconds }),
      });
    }
    return passOver;
  }

  /** The gateway's own checks, and one for each capability its pipelines use. */
  get checks(): Check[] {
    const used = new Set(this.pipelines.all.flatMap((pipeline) => pipeline.steps.map((step) => step.uses)));
    return [...this.readiness.all, ...[...used].sort().map((capability) => this.checkOf(capability))];
  }

  private checkOf(capability: string): Check {
    const able = this.nodes.list().filter((node) => node.capabilities.includes(capability));
    if (able.some((node) => node.ready)) return { name: capability, state: 'ready' };
    const missing = able.flatMap((node) => node.checks).find((check) => check.state !== 'ready');
    if (missing)
      return { ...missing, name: capability, message: missing.message ?? `${missing.name}: ${missing.state}` };
    return { name: capability, state: 'failed', message: `No service that does '${capability}' is running.` };
  }
}
