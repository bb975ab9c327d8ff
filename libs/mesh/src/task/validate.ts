import { describeIssue, LlmosError, pathOf } from '@llmos/contracts';
import type { z } from 'zod';
import type { Interceptor, StepHandler, TaskCall } from './task-call.js';

/** `${input.limit}`, also with a default: `${input.limit ?? 5}`. */
const INPUT_FIELD = /^\$\{input\.([\w.]+)(?: \?\? (?![A-Za-z_]\w*\.)[^{}]*)?\}$/;

/**
 * Checks the input and the output of a step against the schemas of its capability.
 *
 * @throws LlmosError INVALID_ARGUMENT naming the field of an invalid input as {@link fieldOf} says. An invalid output
 *   is an error of the service: an Error, which reaches no caller.
 */
export const validate: Interceptor<StepHandler> =
  (next, { capability }) =>
  async (call, input, signal) => {
    const checked = capability.input.safeParse(input);
    if (!checked.success) {
      const [issue] = checked.error.issues as [z.core.$ZodIssue];
      const message = describeIssue(issue, fieldOf(call, issue.path));
      throw new LlmosError('INVALID_ARGUMENT', message, { field: fieldOf(call, pathOf(issue)) });
    }
    const result = await next(call, checked.data, signal);
    const output = capability.output.safeParse(result.output);
    if (output.success) return { ...result, output: output.data };
    const [issue] = output.error.issues as [z.core.$ZodIssue];
    throw new Error(`${[capability.name, 'output', ...issue.path].map(String).join('.')}: ${issue.message}`);
  };

/**
 * The field as the caller wrote it, if the pipeline passes it through: `limit` for `limit: ${input.limit}`. Otherwise
 * its place in the pipeline: `steps.<id>.with.<field>`.
 */
function fieldOf({ step }: Pick<TaskCall, 'step'>, path: readonly PropertyKey[]): string {
  const names = path.map(String);
  let template: unknown = step.with;
  for (let depth = 0; depth <= names.length; depth++) {
    const passed = typeof template === 'string' ? INPUT_FIELD.exec(template)?.[1] : undefined;
    if (passed !== undefined) return [passed, ...names.slice(depth)].join('.');
    template =
      typeof template === 'object' && template !== null ? Reflect.get(template, names[depth] ?? '') : undefined;
  }
  return ['steps', step.id, 'with', ...names].join('.');
}
