import type { Capability, InputOf, OutputOf, RunContext } from '@llmos/contracts';

/** The context of a step, with what the caller of {@link runStep} does not choose filled in. */
export interface TestStepContext extends RunContext {
  readonly step: string;
  readonly attempt: number;
  readonly signal: AbortSignal;
  emit(delta: unknown): void;
}

export type StepFunction<C extends Capability> = (
  input: InputOf<C>,
  context: TestStepContext,
) => OutputOf<C> | Promise<OutputOf<C>>;

const PATIENCE_MS = 10_000;

/**
 * Executes the handler of a step without a process, as the mesh does: input and output are validated against the
 * schemas of the capability.
 *
 * @param own the parts of the context that matter to the test, such as the tenant or the signal.
 * @returns the output and the emitted deltas.
 * @throws ZodError for an input or an output that does not match its schema, and every error of the handler.
 */
export async function runStep<C extends Capability>(
  capability: C,
  handler: StepFunction<C>,
  input: unknown,
  own: Partial<Omit<TestStepContext, 'emit'>> = {},
): Promise<{ output: OutputOf<C>; deltas: unknown[] }> {
  const deltas: unknown[] = [];
  const context: TestStepContext = {
    run: 'test-run',
    tenant: 'default',
    lane: 'live',
    deadlineMs: Date.now() + PATIENCE_MS,
    step: 'test-step',
    attempt: 1,
    signal: new AbortController().signal,
    ...own,
    emit: (delta) => void deltas.push(delta),
  };
  const output = await handler(capability.input.parse(input) as InputOf<C>, context);
  return { output: capability.output.parse(output) as OutputOf<C>, deltas };
}
