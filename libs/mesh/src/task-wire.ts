import { LlmosError, pipelineSchema, taskSchema, type Pipeline, type Task } from '@llmos/contracts';

/**
 * A task as it travels: its pipeline is a text inside the JSON. The same few pipelines go by with every task; as a text
 * each is copied instead of parsed, checked once, and found again with what was derived from it.
 */
export type WireTask = Omit<Task, 'pipeline'> & { readonly pipeline: string };

const MAX_KNOWN = 1_000;
const texts = new WeakMap<Pipeline, string>();
const pipelines = new Map<string, Pipeline>();
const wireSchema = taskSchema.omit({ pipeline: true });

export function toWire(task: Task): WireTask {
  let text = texts.get(task.pipeline);
  if (text === undefined) texts.set(task.pipeline, (text = JSON.stringify(task.pipeline)));
  return { ...task, pipeline: text };
}

/** @throws LlmosError MALFORMED_EVENT naming the field at fault. */
export function fromWire(body: unknown): Task {
  if (typeof body !== 'object' || body === null || !('pipeline' in body) || typeof body.pipeline !== 'string') {
    throw new LlmosError('MALFORMED_EVENT', 'The body is not a task.', { field: 'pipeline' });
  }
  const rest = wireSchema.safeParse(body);
  if (!rest.success) throw malformed(rest.error.issues[0]!);
  const pipeline = pipelineOf(body.pipeline);
  if (rest.data.index >= pipeline.steps.length) {
    throw new LlmosError('MALFORMED_EVENT', 'The task names a step its pipeline does not have.', { field: 'index' });
  }
  return { ...rest.data, pipeline };
}

function pipelineOf(text: string): Pipeline {
  const known = pipelines.get(text);
  if (known) return known;
  const parsed = pipelineSchema.safeParse(parseJson(text));
  if (!parsed.success) throw malformed(parsed.error.issues[0]!);
  if (pipelines.size >= MAX_KNOWN) pipelines.clear();
  pipelines.set(text, parsed.data);
  texts.set(parsed.data, text);
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new LlmosError('MALFORMED_EVENT', 'The pipeline is not JSON.', { field: 'pipeline', cause: error });
  }
}

function malformed(issue: { path: PropertyKey[]; message: string }): LlmosError {
  return new LlmosError('MALFORMED_EVENT', issue.message, { field: issue.path.map(String).join('.') });
}
