import { LlmosError, type Check, type Pipeline } from '@llmos/contracts';
import { Nodes, Readiness } from '@llmos/mesh';
import { stepsToTake } from '@llmos/pipeline';
import { counter } from '@llmos/telemetry';
import { Injectable } from '@nestjs/common';
import { RetryLaterError } from './http/errors.js';
import { PipelinesService } from './pipelines.service.js';

const passedOver = counter(
  'llmos_steps_passed_over_total',
  'Optional steps that live runs skipped because no service was ready to do them',
  ['capability'],
);

/** Knows from the heartbeats of the mesh which capabilities have a ready service. */
@Injectable()
export class AvailabilityService {
  constructor(
    private readonly nodes: Nodes,
    private readonly pipelines: PipelinesService,
    private readonly readiness: Readiness,
  ) {}

  /**
   * Admits a live run if every step that it needs has a ready service.
   *
   * @returns the ids of optional steps (`onError: continue`) to skip because they have no ready service.
   * @throws RetryLaterError MODEL_LOADING or LlmosError UNAVAILABLE
   */
  admit(pipeline: Pipeline, input: Record<string, unknown>): string[] {
    const passOver: string[] = [];
    for (const { id, uses, onError } of stepsToTake(pipeline, input)) {
      const check = this.nodes.checkOf(uses);
      if (check.state === 'ready') continue;
      if (onError === 'continue') {
        passedOver.inc({ capability: uses });
        passOver.push(id);
        continue;
      }
      if (check.state === 'failed')
        throw new LlmosError('UNAVAILABLE', check.message ?? `No ready service provides '${uses}' at the moment.`);
      throw new RetryLaterError('MODEL_LOADING', `'${uses}' is not ready yet. Try again later.`, check.etaSeconds, {
        state: check.message ?? 'loading',
        ...(check.progress === undefined ? {} : { progress: check.progress }),
        ...(check.etaSeconds === undefined ? {} : { eta_seconds: check.etaSeconds }),
      });
    }
    return passOver;
  }

  /** The checks of the gateway itself, and one for each capability that its pipelines use. */
  get checks(): Check[] {
    const used = new Set(this.pipelines.all.flatMap((pipeline) => pipeline.steps.map((step) => step.uses)));
    return [...this.readiness.all, ...[...used].sort().map((capability) => this.nodes.checkOf(capability))];
  }
}
