import { LlmosError, type Check, type Pipeline } from '@llmos/contracts';
import { Breakers, Nodes, notePassedOver, Readiness, RETURN_PATIENCE_MS } from '@llmos/mesh';
import { stepsToTake } from '@llmos/pipeline';
import { BreakerOpenError } from '@llmos/resilience';
import { Injectable } from '@nestjs/common';
import { RetryLaterError } from './http/errors.js';
import { PipelinesService } from './pipelines.service.js';

/** Knows from the heartbeats of the mesh which capabilities have a ready service. */
@Injectable()
export class AvailabilityService {
  constructor(
    private readonly nodes: Nodes,
    private readonly breakers: Breakers,
    private readonly pipelines: PipelinesService,
    private readonly readiness: Readiness,
  ) {}

  /**
   * Admits a live run if every step that it needs has a ready service, or had one a moment ago: the run then waits for
   * its return as `StandIn` says. Services that sleep are woken, and their steps wait for them.
   *
   * @returns the ids of optional steps (`onError: continue`) to skip because they have no ready service.
   * @throws RetryLaterError MODEL_LOADING, LlmosError UNAVAILABLE, or BreakerOpenError
   */
  admit(pipeline: Pipeline, input: Record<string, unknown>): string[] {
    const passOver: string[] = [];
    for (const step of stepsToTake(pipeline, input)) {
      const { id, uses, onError, fallback } = step;
      if (!fallback && onError !== 'continue') this.refuseOpen(uses);
      this.nodes.wake(uses);
      const check = this.nodes.checkOf(uses);
      if (check.state === 'ready' || (fallback && this.nodes.isMissed(uses))) continue;
      if (onError === 'continue') {
        notePassedOver(pipeline.name, step, 'away');
        passOver.push(id);
        continue;
      }
      if (this.nodes.awayMs(uses) < RETURN_PATIENCE_MS) continue;
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

  /** Nobody waits in line for a capability that fails. When its breaker may let one through, the run goes to see. */
  private refuseOpen(capability: string): void {
    const breaker = this.breakers.of(capability);
    const waitMs = breaker.refusesForMs;
    if (waitMs > 0) throw new BreakerOpenError(`'${capability}'`, waitMs);
  }

  /** The checks of the gateway itself, and one for each capability that its pipelines use. */
  get checks(): Check[] {
    const calls = this.pipelines.all.flatMap(({ steps }) => [...steps, ...steps.map(({ fallback }) => fallback)]);
    const used = new Set(calls.flatMap((call) => (call && 'uses' in call ? [call.uses] : [])));
    return [...this.readiness.all, ...[...used].sort().map((capability) => this.nodes.checkOf(capability))];
  }
}
