import type { Capability, RunContext } from '@llmos/contracts';
import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';

/** What a handler receives beside its input. */
export interface StepContext extends RunContext {
  /** The id of the step in its pipeline. */
  readonly step: string;
  /** 1 for the first delivery. A handler may run more than once for the same step: make its effects repeatable. */
  readonly attempt: number;
  /** Aborts when the run is cancelled, its deadline has passed or the process shuts down. */
  readonly signal: AbortSignal;
  /** Tokens that language models may still read and write for the run; undefined without a budget. */
  readonly tokensLeft?: number | undefined;
  /** Publishes a part of the answer before the whole is ready. Callers receive each part at most once, in order. */
  emit(delta: unknown): void;
}

export interface StepOptions {
  /** Names of checks that this capability works without: it pulls tasks while they are not ready. */
  readonly doesNotNeed?: readonly string[];
}

export interface StepDefinition {
  readonly capability: Capability;
  readonly doesNotNeed: readonly string[];
}

export const STEP = Symbol('step');

/**
 * Makes a method of a controller the handler of a capability: `(input, context) => output`. Input and output are
 * checked against the contract. The capability pulls tasks once every check of the process is ready, except those
 * that it does not need.
 */
export function Step(capability: Capability, { doesNotNeed = [] }: StepOptions = {}): MethodDecorator {
  const definition: StepDefinition = { capability, doesNotNeed };
  return (target, method, descriptor) => {
    // Nest hands a handler its payload alone unless it asks for more.
    Payload()(target, method, 0);
    Ctx()(target, method, 1);
    MessagePattern(capability.name, { [STEP]: definition })(target, method, descriptor);
  };
}
