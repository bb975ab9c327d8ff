import type { Capability, RunContext } from '@llmos/contracts';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';

/** What a handler gets beside its input. */
export interface StepContext extends RunContext {
  /** The step's id in its pipeline. */
  readonly step: string;
  /** 1 for the first delivery. A handler may run more than once for the same step: make effects repeatable. */
  readonly attempt: number;
  /** Fires when the run is cancelled, its deadline has passed or the process shuts down. */
  readonly signal: AbortSignal;
  /** Says a part of the answer before the whole is ready. Callers get it once, in order, best effort. */
  emit(delta: unknown): void;
}

export const STEP_CAPABILITY = Symbol('capability of a step');

/**
 * Makes a controller's method the handler of a capability: `(input, context) => output`. The input has been checked
 * against the contract before, the output is checked after.
 */
export function Step(capability: Capability): MethodDecorator {
  return (target, method, descriptor) => {
    // Nest hands a handler its payload alone unless it asks for more.
    Payload()(target, method, 0);
    Ctx()(target, method, 1);
    MessagePattern(capability.name, { [STEP_CAPABILITY]: capability })(target, method, descriptor);
  };
}
