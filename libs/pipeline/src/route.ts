import { toJson, type Pipeline, type Step, type Task } from '@llmos/contracts';
import { evaluate, pathsOf, type Scope } from './expression.js';
import { expressionOf, fillIn, templatePaths } from './template.js';

/**
 * The index of the first step at or after `from` that this run takes, undefined if there is none. Steps in `degraded`
 * are skipped: no service was ready for them when the run began.
 */
export function nextStep(
  pipeline: Pipeline,
  from: number,
  { degraded, ...scope }: Scope & Pick<Task, 'degraded'>,
): number | undefined {
  const known = { ...scope, pipeline };
  for (let index = from; index < pipeline.steps.length; index++) {
    const { id, when } = pipeline.steps[index]!;
    if (degraded.includes(id)) continue;
    if (when === undefined || evaluate(expressionOf(when), known)) return index;
  }
  return undefined;
}

/** The steps that a run with this input may take: all but those whose `when` reads only the input and is false. */
export function stepsToTake(pipeline: Pipeline, input: Scope['input']): Step[] {
  return pipeline.steps.filter(({ when }) => {
    if (when === undefined) return true;
    const expression = expressionOf(when);
    return (
      pathsOf(expression).some(([root]) => root !== 'input') || Boolean(evaluate(expression, { input, outputs: {} }))
    );
  });
}

/** The input of the step of a task: its `with`, filled in. */
export function stepInput(
  task: Pick<Task, 'pipeline' | 'index' | 'isFallback' | 'input' | 'outputs'>,
): Record<string, unknown> {
  return fillIn(stepOf(task).with, task) as Record<string, unknown>;
}

/** The step that a task asks for: the one at its index, or what its fallback makes of it. */
export function stepOf({ pipeline, index, isFallback }: Pick<Task, 'pipeline' | 'index' | 'isFallback'>): Step {
  const { fallback, ...step } = stepAt(pipeline, index);
  if (!isFallback) return stepAt(pipeline, index);
  if (!fallback || !('uses' in fallback)) throw new RangeError(`step '${step.id}' has no capability as its fallback`);
  return { ...step, ...fallback };
}

export function stepAt(pipeline: Pipeline, index: number): Step {
  const step = pipeline.steps[index];
  if (!step) throw new RangeError(`pipeline '${pipeline.name}' has no step ${index}`);
  return step;
}

/** The result and the details of a completed run. */
export function resultOf(task: Pick<Task, 'pipeline' | 'input' | 'outputs'>): {
  result: string;
  details: Record<string, unknown>;
} {
  const result = fillIn(task.pipeline.result, task);
  return {
    result: typeof result === 'string' ? result : result === undefined ? '' : toJson(result),
    details: fillIn(task.pipeline.details, task) as Record<string, unknown>,
  };
}

/**
 * The input and outputs that a step from `index` on, or the answer, reads. A recording is not sent beyond the step that
 * transcribes it.
 */
export function prune(
  task: Pick<Task, 'pipeline' | 'input' | 'outputs'>,
  index: number,
): Pick<Task, 'input' | 'outputs'> {
  const needed = liveRoots(task.pipeline, index);
  return {
    input: Object.fromEntries(
      Object.entries(task.input).filter(([key]) => needed.has(`input.${key}`) || needed.has('input')),
    ),
    outputs: Object.fromEntries(Object.entries(task.outputs).filter(([key]) => needed.has(key))),
  };
}

const liveCache = new WeakMap<Pipeline, Map<number, ReadonlySet<string>>>();

function liveRoots(pipeline: Pipeline, index: number): ReadonlySet<string> {
  let perIndex = liveCache.get(pipeline);
  if (!perIndex) liveCache.set(pipeline, (perIndex = new Map()));
  let roots = perIndex.get(index);
  if (!roots) {
    const rest = pipeline.steps.slice(index);
    const paths = [
      ...rest.flatMap((step) => (step.when === undefined ? [] : pathsOf(expressionOf(step.when)))),
      ...rest.flatMap((step) => [...templatePaths(step.with), ...templatePaths(step.fallback)]),
      ...templatePaths(pipeline.result),
      ...templatePaths(pipeline.details),
    ];
    roots = new Set(paths.map((path) => (path[0] === 'input' ? path.slice(0, 2).join('.') : path[0]!)));
    perIndex.set(index, roots);
  }
  return roots;
}
